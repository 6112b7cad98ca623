"""The ring keeps the newest rows, and what it gave out never changes."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dashboards.ring import RowRing
from dashboards.table import Table
from tests.support.rows import table

NAN = np.nan


def shown(rows: Table, name: str = "a") -> list[tuple[int, float]]:
    return list(zip(rows.seq.tolist(), rows.column(name).tolist(), strict=True))


def test_the_newest_rows_are_kept() -> None:
    ring = RowRing(3)
    ring.append(table(0, 10, 11))
    ring.append(table(2, 12, 13))

    assert shown(ring.table()) == [(1, 11), (2, 12), (3, 13)]


def test_more_rows_at_once_than_are_kept() -> None:
    ring = RowRing(2)
    ring.append(table(0, 10, 11, 12, 13))

    assert shown(ring.table()) == [(2, 12), (3, 13)]


def test_a_sender_that_begins_anew_replaces_what_followed() -> None:
    ring = RowRing(10)
    ring.append(table(0, 10, 11, 12, 13))
    ring.append(table(2, 52))

    assert shown(ring.table()) == [(0, 10), (1, 11), (2, 52)]


def test_history_goes_before_what_came_since() -> None:
    ring = RowRing(10)
    ring.append(table(4, 14, 15))
    ring.put_before(table(2, 12, 13, 14))

    assert shown(ring.table()) == [(2, 12), (3, 13), (4, 14), (5, 15)]


def test_a_field_seen_later_has_no_values_before() -> None:
    ring = RowRing(10)
    ring.append(table(0, 10))
    ring.append(table(1, 5, name="b"))

    np.testing.assert_array_equal(ring.table().column("a"), [10, NAN])
    np.testing.assert_array_equal(ring.table().column("b"), [NAN, 5])


def test_a_field_nobody_knows_is_absent_everywhere() -> None:
    np.testing.assert_array_equal(table(0, 1, 2).column("nothing"), [NAN, NAN])


@given(st.lists(st.integers(1, 900), min_size=1, max_size=40), st.integers(1, 2500))
def test_tables_given_out_never_change(sizes: list[int], limit: int) -> None:
    ring, first, given_out = RowRing(limit), 0, []
    for size in sizes:
        ring.append(table(first, *range(first, first + size)))
        first += size
        given_out.append((first, ring.table()))

    for stop, rows in given_out:
        expected = np.arange(max(0, stop - limit), stop)
        np.testing.assert_array_equal(rows.seq, expected)
        np.testing.assert_array_equal(rows.column("a"), expected)


def test_memory_is_bounded_by_what_is_kept() -> None:
    ring = RowRing(1000)
    for first in range(0, 100_000, 100):
        ring.append(table(first, *range(100)))

    base = ring.table().column("a").base
    assert base is not None
    assert base.nbytes <= 8 * 4096
