"""The newest rows against a plain list of rows."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from monitor.aggregator.history import History
from tests.support.some_rows import column, ragged, some_rows


@given(st.lists(st.tuples(st.integers(0, 25), st.booleans()), max_size=12), st.integers(0, 40))
def test_history_is_the_tail_of_everything_shown(pieces: list[tuple[int, bool]], last: int) -> None:
    history, twin, first = History(20), [], 0
    for count, has in pieces:
        seq = np.arange(first, first + count)
        more = {"x": column("x", seq * 0.5, present=seq % 3 > 0)} if has else {}
        history.add(some_rows(first, first + count, more))
        twin += [(int(n), n * 0.5 if has and n % 3 else None) for n in seq]
        first += count + 2
    rows = history.newest(last, ["x"])
    wanted = twin[-min(last, 20) :] if min(last, 20) else []
    assert rows.columns["seq"].values.tolist() == [n for n, _ in wanted]
    if "x" in rows.columns:
        x = rows.columns["x"]
        assert [v if p else None for v, p in zip(x.values.tolist(), x.mask.tolist(), strict=True)] == [v for _, v in wanted]
    else:
        assert all(value is None for _, value in wanted)


def test_only_wanted_fields_come_and_those_that_every_row_has() -> None:
    history = History(10)
    history.add(some_rows(0, 3, {"a": column("a", [1, 2, 3]), "b": column("b", [4, 5, 6])}))
    assert set(history.newest(5, ["a", "unknown"]).columns) == {"a", "seq", "event_time", "fiducials", "pipeline_version"}


def test_long_vectors_pictures_texts_and_ragged_values_are_not_kept() -> None:
    history = History(10)
    wave, picture = column("wave", [list(range(17))]), column("picture", [[[1, 2], [3, 4]]])
    history.add(some_rows(0, 1, {"wave": wave, "picture": picture, "name": column("name", [b"x"], dtype="S1")}))
    history.add(some_rows(1, 2, {"a/var_b/c": ragged("a/var_b/c", [[1.0, 2.0]])}))
    assert {"wave", "picture", "name", "a/var_b/c"}.isdisjoint(history.newest(1).columns)


def test_short_vectors_are_kept_whole() -> None:
    history = History(3)
    for first in range(4):
        history.add(some_rows(first, first + 1, {"channels": column("channels", [[first, 10 * first]])}))
    assert history.newest(9).columns["channels"].values.tolist() == [[1, 10], [2, 20], [3, 30]]


def test_a_field_that_changes_its_type_starts_anew() -> None:
    history = History(10)
    history.add(some_rows(0, 2, {"a": column("a", [1, 2], dtype="<i4")}))
    history.add(some_rows(2, 3, {"a": column("a", [2.5])}))
    a = history.newest(3).columns["a"]
    assert (a.values.dtype, a.mask.tolist(), a.values[2]) == (np.dtype("<f8"), [False, False, True], 2.5)


def test_rows_that_begin_again_replace_what_was_kept() -> None:
    history = History(10)
    history.add(some_rows(0, 6))
    history.add(some_rows(3, 5))
    assert history.newest(10).columns["seq"].values.tolist() == [3, 4]


def test_nothing_yet_is_an_empty_table() -> None:
    assert History(10).newest(5).count == 0
