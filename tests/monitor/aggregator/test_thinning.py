"""Fewer fields, fewer events: what stays is what was there."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.aggregator.thinning import Thinning, sequence_numbers, take_events
from tests.support.some_rows import column, ragged, some_reduced, some_rows

ALWAYS = {"event_time", "fiducials", "pipeline_version", "seq"}


def reduced(first: int, stop: int):  # type: ignore[no-untyped-def]
    more = {
        "ipm2/sum": column("ipm2/sum", np.arange(first, stop) / 2, present=[seq % 2 == 0 for seq in range(first, stop)]),
        "ipm3/sum": column("ipm3/sum", np.arange(first, stop) / 3),
    }
    return some_reduced(first, stop, rows=some_rows(first, stop, more))


def test_without_wishes_everything_stays_as_it_is() -> None:
    given = reduced(3, 9)
    thin = Thinning().thin(given)
    assert thin.rows.columns == given.rows.columns
    assert (thin.rows.first, thin.rows.count) == (3, 6)


def test_a_wish_keeps_its_fields_and_those_that_every_row_has() -> None:
    thin = Thinning(["ipm2/*"]).thin(reduced(0, 4))
    assert set(thin.rows.columns) == ALWAYS | {"ipm2/sum"}


@pytest.mark.parametrize("every", [2, 3, 7])
def test_every_nth_event_is_the_same_wherever_batches_are_cut(every: int) -> None:
    cuts = [(0, 5), (5, 6), (6, 20)]
    thinning = Thinning(every=every)
    kept = [thinning.thin(reduced(*cut)).rows for cut in cuts]
    assert [int(seq) for rows in kept for seq in sequence_numbers(rows)] == list(range(0, 20, every))
    sums = [float(value) for rows in kept for value in rows.columns["ipm3/sum"].values]
    assert sums == [seq / 3 for seq in range(0, 20, every)]


def test_a_rate_keeps_events_at_least_a_period_apart() -> None:
    # One event a second of event time: a quarter of that rate leaves every fourth.
    thinning = Thinning(rate=0.25)
    kept = [thinning.thin(reduced(*cut)).rows for cut in ((0, 6), (6, 7), (7, 20))]
    assert [int(seq) for rows in kept for seq in sequence_numbers(rows)] == [0, 4, 8, 12, 16]


def test_time_that_steps_back_begins_anew() -> None:
    thinning = Thinning(rate=0.1)
    assert thinning.thin(reduced(1000, 1001)).rows.count == 1
    assert thinning.thin(reduced(5, 6)).rows.count == 1


@given(st.lists(st.one_of(st.none(), st.lists(st.integers(0, 9), max_size=3)), min_size=1, max_size=8), st.data())
def test_taking_events_of_a_ragged_column_takes_their_elements(events: list[list[int] | None], data: st.DataObject) -> None:
    index = data.draw(st.lists(st.integers(0, len(events) - 1), unique=True).map(sorted))
    taken = take_events(ragged("epix/var_droplet/x", events), np.array(index, np.int64))
    assert [taken.of_event(i).tolist() for i in range(len(index))] == [events[k] or [] for k in index]
    assert taken.mask.tolist() == [events[k] is not None for k in index]
