"""Columns of clients: joined by event, and every value that is not is counted."""

import numpy as np

from monitor.aggregator.joiner import MOST_CLIENTS, Columns, Joiner
from tests.support.some_rows import column, some_rows

PATH = "user/me/x"


def given(*seq: int, client: str = "me", dtype: str = "<f8") -> Columns:
    path = f"user/{client}/x"
    return Columns(client, np.array(seq, np.int64), {path: column(path, [10 * n for n in seq], dtype=dtype)})


def test_values_stand_in_the_rows_of_their_events_and_nowhere_else() -> None:
    joiner = Joiner()
    joiner.add(given(1, 4), settled=0, newest=10)
    joiner.add(given(5), settled=0, newest=10)
    one, other = joiner.joined([some_rows(0, 4), some_rows(4, 6)])
    assert one.columns[PATH].filled().tolist()[1] == 10.0
    assert one.columns[PATH].mask.tolist() == [False, True, False, False]
    assert other.columns[PATH].values.tolist() == [40.0, 50.0]
    assert joiner.counts["me"] == {"joined": 3, "late": 0, "unknown": 0, "refused": 0}


def test_late_and_unknown_events_are_counted_and_left_out() -> None:
    joiner = Joiner()
    joiner.add(given(1, 4, 7, 12), settled=3, newest=10)
    (rows,) = joiner.joined([some_rows(3, 6)])
    assert rows.columns[PATH].mask.tolist() == [False, True, False]
    joiner.joined([some_rows(8, 9)])
    assert joiner.counts["me"] == {"joined": 1, "late": 1, "unknown": 2, "refused": 0}, "event 7 never had a row"


def test_what_waits_for_later_rows_is_kept() -> None:
    joiner = Joiner()
    joiner.add(given(1, 8), settled=0, newest=10)
    assert PATH in joiner.joined([some_rows(0, 4)])[0].columns
    assert joiner.joined([some_rows(4, 10)])[0].columns[PATH].mask.tolist() == [False] * 4 + [True, False]


def test_a_column_that_changes_its_type_is_refused() -> None:
    joiner = Joiner()
    joiner.add(given(1), settled=0, newest=10)
    joiner.add(given(2, dtype="<i8"), settled=0, newest=10)
    assert joiner.counts["me"]["refused"] == 1
    assert joiner.joined([some_rows(0, 4)])[0].columns[PATH].mask.tolist() == [False, True, False, False]


def test_more_clients_than_anybody_has_take_no_more_memory() -> None:
    joiner = Joiner()
    for i in range(MOST_CLIENTS + 10):
        joiner.add(given(1, client=f"c{i}"), settled=5, newest=10)
    assert len(joiner.counts) == MOST_CLIENTS


def test_without_columns_the_tables_are_the_very_same() -> None:
    tables = (some_rows(0, 3),)
    assert Joiner().joined(tables)[0] is tables[0]
