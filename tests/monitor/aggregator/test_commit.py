"""One order at a time to the store; what waits is merged."""

import numpy as np

from monitor.aggregator.commit import Commits
from monitor.aggregator.epoch import Complete
from monitor.aggregator.instruction import Commit, FinishRun, OpenRun
from monitor.model.sums import SumState
from monitor.running import merge_sums
from monitor.wire.aggregator_note import Committed, Epoch
from tests.support.some_rows import some_rows


def complete(number: int, first: int, stop: int, *, run: int = 98) -> Complete:
    return Complete(
        epoch=Epoch(epoch=number, run=run, first=first, stop=stop),
        step=number,
        experiment="e81",
        rows=(some_rows(first, stop),),
        sums={"s": SumState("mean_image", stop - first, {"total": np.array([float(first)])})},
        lost=(),
    )


def test_commits_that_wait_behind_a_busy_store_go_together() -> None:
    commits = Commits(merge_sums)
    commits.add(complete(1, 0, 5))
    first = commits.next_order()
    assert isinstance(first, Commit)
    assert (first.first, first.stop) == (0, 5)
    commits.add(complete(2, 5, 7))
    commits.add(complete(3, 7, 9))
    assert commits.next_order() is None
    assert commits.done() == Committed(epoch=1, stop=5)
    second = commits.next_order()
    assert isinstance(second, Commit)
    assert (second.first, second.stop, second.epoch) == (5, 9, 3)
    assert [rows.first for rows in second.rows] == [5, 7]
    assert second.sums["s"].arrays["total"].tolist() == [12.0]
    assert second.sums["s"].count == 4


def test_nothing_is_acknowledged_before_the_store_has_it() -> None:
    commits = Commits(merge_sums)
    commits.add(complete(1, 0, 5))
    commits.next_order()
    assert commits.committed == 0
    assert commits.waiting_rows == 5
    commits.done()
    assert commits.committed == 5
    assert commits.idle


def test_runs_are_never_merged_and_files_open_and_close_in_between() -> None:
    commits = Commits(merge_sums)
    commits.put(OpenRun(experiment="e81", run=1, first=0))
    commits.add(complete(1, 0, 5, run=1))
    commits.put(FinishRun(run=1, stop=5, complete=True, ledger={}))
    commits.put(OpenRun(experiment="e81", run=2, first=5))
    commits.add(complete(2, 5, 6, run=2))
    orders, notes = [], []
    while (order := commits.next_order()) is not None:
        orders.append(type(order).__name__)
        notes.append(commits.done())
    assert orders == ["OpenRun", "Commit", "FinishRun", "OpenRun", "Commit"]
    assert notes == [None, Committed(epoch=1, stop=5), None, None, Committed(epoch=2, stop=6)]


def test_one_commit_is_never_larger_than_the_limit() -> None:
    commits = Commits(merge_sums)
    for n in range(4):
        commits.add(complete(n, n * 30_000, (n + 1) * 30_000))
    sizes = []
    while isinstance(order := commits.next_order(), Commit):
        sizes.append(order.stop - order.first)
        commits.done()
    assert sizes == [60_000, 60_000]
