"""The store's orders carried out, and where a restarted process goes on."""

import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from monitor.aggregator.bookmark import Bookmark, read_bookmark, write_bookmark
from monitor.aggregator.instruction import Absence, Commit, Config, Configure, FinishRun, OpenRun
from monitor.aggregator.keeper import DirectKeeper, ThreadKeeper
from monitor.aggregator.recovery import recovered_from
from monitor.aggregator.stores import NoStores, SmallDataStores, Unkept, stores_for
from monitor.errors import Unusable
from monitor.model.rows import Rows
from monitor.model.sums import Sums
from monitor.settings import parse
from monitor.store.memory import MemoryFile
from monitor.store.trouble import NoSpace
from monitor.wire.worker_note import Pipeline
from tests.support.some_rows import some_rows

pytestmark = pytest.mark.processes

OPEN = OpenRun(experiment="e81", run=98, first=0)
COMMIT = Commit(
    epoch=1,
    run=98,
    step=0,
    first=0,
    stop=6,
    rows=(some_rows(0, 2), some_rows(4, 6)),
    sums={},
    lost=(Absence(first=2, stop=4, why="no credit"),),
)
FINISH = FinishRun(run=98, stop=6, complete=True, ledger={"read": 6, "written": 4, "lost": 2})


def test_orders_end_up_in_the_file() -> None:
    file = MemoryFile("e81", 98)
    keeper = DirectKeeper(lambda order: file)
    pipeline = Pipeline(version=3, settings={"a": 1}, author="me", time=5.0, first=0)
    for order in (OPEN, Configure(pipeline), Config(3, {"cspad/mask": np.eye(2)}), COMMIT, FINISH):
        keeper.start(order)
        assert keeper.finished()
        assert not keeper.finished()
    np.testing.assert_array_equal(file["seq"], [0, 1, 4, 5])
    assert [(gap.first, gap.stop, gap.why) for gap in file.gaps] == [(2, 4, "no credit")]
    assert file.pipelines[3].author == "me"
    np.testing.assert_array_equal(file.configs["cspad/mask"], np.eye(2))
    assert file.end is not None
    assert (file.end.complete, file.end.ledger) == (True, {"read": 6, "written": 4, "lost": 2})


def until_finished(keeper: ThreadKeeper) -> None:
    end = time.monotonic() + 5.0
    while not keeper.finished():
        assert time.monotonic() < end
        time.sleep(0.001)


def test_the_thread_carries_out_the_same_orders() -> None:
    file = MemoryFile("e81", 98)
    keeper = ThreadKeeper(DirectKeeper(lambda order: file))
    for order in (OPEN, COMMIT, FINISH):
        keeper.start(order)
        until_finished(keeper)
    keeper.close()
    assert (file.rows, file.finished) == (4, True)


def test_what_the_store_cannot_do_is_raised_in_the_loop() -> None:
    def refuse(order: OpenRun) -> MemoryFile:
        raise Unusable("the disk is full")

    keeper = ThreadKeeper(DirectKeeper(refuse))
    keeper.start(OPEN)
    with pytest.raises(Unusable, match="disk is full"):
        until_finished(keeper)
    keeper.close()


def test_a_bookmark_is_read_as_it_was_written(tmp_path: Path) -> None:
    assert read_bookmark(tmp_path) == Bookmark()
    mark = Bookmark(experiment="e81", run=98, first=7, finished=True, stop=20)
    write_bookmark(tmp_path / "new", mark)
    assert read_bookmark(tmp_path / "new") == mark


def test_a_broken_bookmark_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "aggregator.json").write_text("{")
    with pytest.raises(Unusable, match="remove it"):
        read_bookmark(tmp_path)


def test_a_new_service_begins_at_the_beginning(tmp_path: Path) -> None:
    recovered, store = recovered_from(Bookmark(), NoStores(tmp_path))
    assert (recovered.committed, recovered.run, store) == (0, -1, None)


def test_a_restarted_service_goes_on_behind_the_last_commit_of_the_file(tmp_path: Path) -> None:
    stores = SmallDataStores(parse({"store": {"directory": str(tmp_path)}}))
    file = stores.open("e81", 98, 0, resume=False)
    file.lost(2, 3, "no credit")
    file.lost(3, 4, "quarantined")
    file.commit(COMMIT.rows, {}, stop=6)
    file.close()
    recovered, again = recovered_from(Bookmark(experiment="e81", run=98, first=0), stores)
    assert again is not None
    again.close()
    assert (recovered.committed, recovered.account.written, recovered.account.lost) == (6, 4, 1)
    assert recovered.account.causes == {"no credit": 1, "quarantined": 1}
    assert recovered.account.unaccounted == 0


def test_a_finished_run_is_not_opened_again(tmp_path: Path) -> None:
    mark = Bookmark(experiment="e81", run=98, first=0, finished=True, stop=6)
    recovered, store = recovered_from(mark, NoStores(tmp_path))
    assert (recovered.committed, recovered.finished, store) == (6, True, None)


def test_without_a_folder_nothing_is_kept_but_the_progress(tmp_path: Path) -> None:
    stores = stores_for(parse({}), tmp_path)
    store = stores.open("e81", 98, 10, resume=False)
    store.commit(COMMIT.rows, {}, stop=16)
    again = stores.open("e81", 98, 10, resume=True)
    assert isinstance(again, Unkept)
    assert (again.committed, again.rows) == (16, 4)
    assert [path.name for path in tmp_path.iterdir()] == ["unkept.txt"]


class FullDisk(MemoryFile):
    """A run whose first commits find no room."""

    def __init__(self, refusals: int) -> None:
        super().__init__("e81", 98)
        self.refusals = refusals

    def commit(self, rows: Sequence[Rows], sums: Sums, *, stop: int) -> None:
        if self.refusals:
            self.refusals -= 1
            raise NoSpace("nearly full")
        super().commit(rows, sums, stop=stop)


def test_an_order_without_room_on_the_disk_is_tried_until_there_is_some_and_counts_once() -> None:
    file, now = FullDisk(refusals=2), [0.0]
    keeper = ThreadKeeper(DirectKeeper(lambda order: file), clock=lambda: now[0])
    keeper.start(OPEN)
    until_finished(keeper)
    keeper.start(COMMIT)
    end = time.monotonic() + 5.0
    while not keeper.finished():
        assert time.monotonic() < end
        now[0] += 1.0 if keeper.waiting else 0.0
        time.sleep(0.001)
    assert keeper.waiting == ""
    assert file.refusals == 0
    np.testing.assert_array_equal(file["seq"], [0, 1, 4, 5])
    assert [(gap.first, gap.stop) for gap in file.gaps] == [(2, 4)]
    keeper.close()
