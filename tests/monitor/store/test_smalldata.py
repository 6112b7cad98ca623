import os
from itertools import pairwise
from pathlib import Path

import h5py
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.errors import Unusable
from monitor.model.column import Column
from monitor.model.field import Field
from monitor.model.rows import Rows
from monitor.model.sums import SumState
from monitor.running import value
from monitor.store import open_run
from monitor.store.present import present
from monitor.store.sink import Sink
from monitor.store.smalldata import SmallDataFile
from monitor.store.summary import Summary
from tests.monitor.store.made import expected, sums, table

COUNT = 24


def store(directory: Path, **options: object) -> SmallDataFile:
    return SmallDataFile(directory, "e81", 98, sync=False, **options)  # type: ignore[arg-type]  # tests name few of many


def assert_holds(path: Path, count: int) -> None:
    """The run has exactly the rows and sums of events 0 to ``count``."""
    with open_run(path) as run:
        wanted = expected(count)
        assert set(run) == set(wanted)
        for name, values in wanted.items():
            np.testing.assert_array_equal(run[name], values, strict=True, err_msg=name)
        total = run.sums["cspad_calib"]
        assert total.count == count
        np.testing.assert_array_equal(total.arrays["total"], [sum(range(count)), count])


@given(cuts=st.lists(st.integers(0, COUNT), max_size=3), lines=st.lists(st.integers(0, COUNT), max_size=3), rolls=st.booleans())
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_split_into_tables_commits_and_parts_gives_the_same_file(
    tmp_path: Path, cuts: list[int], lines: list[int], rolls: bool
) -> None:
    directory = tmp_path / str(len(list(tmp_path.iterdir())))
    file = store(directory, roll_s=0.0 if rolls else None)
    bounds = [0, *sorted(cuts), COUNT]
    for first, stop in pairwise(bounds):
        inner = [first, *sorted(n for n in lines if first < n < stop), stop]
        file.commit([table(a, b) for a, b in pairwise(inner)], sums(first, stop), stop=stop)
    file.finish()
    assert [path.name for path in directory.iterdir()] == ["e81_Run0098.h5"]
    assert_holds(file.path, COUNT)


def test_the_file_reads_without_any_program_of_ours(tmp_path: Path) -> None:
    file = store(tmp_path)
    file.settings(1, "rate = 120 # µm\n", first=0, author="Zoë", time=5.0)
    file.commit([table(0, 4)], sums(0, 4), stop=4)
    file.lost(4, 6, "no credit")
    file.commit([table(6, 9)], sums(6, 9), stop=9)
    file.finish(complete=False, ledger={"read": 9, "written": 7, "lost": 2})
    with h5py.File(file.path) as plain:
        np.testing.assert_array_equal(plain["ebeam/charge"][:4], [np.nan, 0.5, 1.0, np.nan])
        np.testing.assert_array_equal(plain["enc/lasDelay"][:], [np.nan] * 5 + [-7.0, -8.0])
        np.testing.assert_array_equal(plain["Sums/cspad_calib"][:], [0 + 1 + 2 + 3 + 6 + 7 + 8, 7])
        assert plain["Sums/cspad_calib_nEvents"][()] == 7
        assert plain["ebeam/charge"].attrs["units"] == "nC"
        assert plain["ebeam/charge"].attrs["description"] == "bunch charge"
        text = plain["UserDataCfg/pipeline/settings_1"]
        assert text[()].decode() == "rate = 120 # µm\n"
        assert (text.attrs["author"], text.attrs["time"], text.attrs["first"]) == ("Zoë", 5.0, 0)
        assert plain["xtcmon/lost"][:].tolist() == [(4, 6, b"no credit")]
        attrs = plain.attrs
        assert (attrs["experiment"], attrs["run"], attrs["committed"], attrs["complete"]) == ("e81", 98, 9, 0)
        assert (attrs["ledger_read"], attrs["ledger_written"], attrs["ledger_lost"]) == (9, 7, 2)


def test_pytables_finds_its_marks(tmp_path: Path) -> None:
    file = store(tmp_path)
    file.commit([table(0, 4)], {}, stop=4)
    file.finish()
    with h5py.File(file.path) as plain:
        assert plain.attrs["CLASS"] == b"GROUP"
        assert plain["ebeam"].attrs["CLASS"] == b"GROUP"
        assert plain["ebeam/charge"].attrs["CLASS"] == b"EARRAY"
        assert plain["ebeam/charge"].attrs["EXTDIM"] == 0


def test_rows_that_came_out_of_time_order_are_sorted_at_the_end(tmp_path: Path) -> None:
    file = store(tmp_path, roll_s=0.0)
    time = Field(name="event_time", dtype=np.dtype("i8"))
    number = Field(name="n", dtype=np.dtype("f4"), shape=(2,))
    for first, times in ((0, [50, 10, 40]), (3, [30, 10, 20])):
        numbers = np.array([[first + k, -first - k] for k in range(3)], "f4")
        file.commit([Rows(first, 3, {"t": Column(time, np.array(times)), "n": Column(number, numbers)})], {}, stop=first + 3)
    file.finish()
    with open_run(file.path) as run:
        assert run["event_time"].tolist() == [10, 10, 20, 30, 40, 50]
        assert run["n"].tolist() == [[1, -1], [4, -4], [5, -5], [3, -3], [2, -2], [0, 0]]


def test_a_region_drawn_anew_goes_on_beside_the_old_one(tmp_path: Path) -> None:
    file = store(tmp_path)
    for first, width in ((0, 2), (1, 3), (2, 2)):
        field = Field(name="cspad/area", dtype=np.dtype("f8"), shape=(width,))
        state = SumState("mean_image", 1, {"total": np.full(width, 1.0)})
        rows = Rows(first, 1, {"cspad/area": Column(field, np.full((1, width), float(first)))})
        file.commit([rows], {"roi": state}, stop=first + 1)
    file.finish()
    with open_run(file.path) as run:
        np.testing.assert_array_equal(run["cspad/area"], [[0, 0], [np.nan, np.nan], [2, 2]])
        np.testing.assert_array_equal(run["cspad/area_2"], [[np.nan] * 3, [1, 1, 1], [np.nan] * 3])
        assert {name: (state.count, value(state).tolist()) for name, state in run.sums.items()} == {
            "roi": (2, [1.0, 1.0]),
            "roi_2": (1, [1.0, 1.0, 1.0]),
        }


def test_parts_that_stay_are_presented_as_one_file(tmp_path: Path) -> None:
    file = store(tmp_path, roll_s=0.0, compacted=False)
    for first in range(0, 12, 4):
        file.commit([table(first, first + 4)], sums(first, first + 4), stop=first + 4)
    file.finish()
    assert len(list(tmp_path.glob("*_part*.h5"))) == 4
    assert_holds(file.path, 12)
    with h5py.File(file.path) as plain:
        for name, values in expected(12).items():
            np.testing.assert_array_equal(plain[name][:], values, strict=True, err_msg=name)
        np.testing.assert_array_equal(plain["Sums/cspad_calib"][:], [66, 12])


def test_a_run_without_rows_still_says_how_it_ended(tmp_path: Path) -> None:
    file = store(tmp_path, first=100)
    file.lost(100, 110, "source")
    file.commit([], {}, stop=110)
    file.finish(ledger={"read": 10})
    with open_run(file.path) as run:
        assert (len(run), run.committed, list(run)) == (0, 110, [])
        assert run.end is not None
        assert run.end.ledger == {"read": 10}


def test_a_closed_run_can_be_gone_on_with(tmp_path: Path) -> None:
    file = store(tmp_path)
    file.settings(1, "a = 1", first=0)
    file.commit([table(0, 5)], sums(0, 5), stop=5)
    file.close()
    again = store(tmp_path, existing="resume")
    assert (again.committed, again.rows, again.finished) == (5, 5, False)
    assert again.sums["cspad_calib"].arrays["total"].tolist() == [10, 5]
    again.commit([table(5, 12)], sums(5, 12), stop=12)
    again.finish()
    assert_holds(again.path, 12)
    with open_run(again.path) as run:
        assert run.settings[1].text == "a = 1"


def test_a_finished_run_stays_finished(tmp_path: Path) -> None:
    file = store(tmp_path)
    file.commit([table(0, 5)], sums(0, 5), stop=5)
    file.finish()
    again = store(tmp_path, existing="resume")
    assert (again.committed, again.rows, again.finished) == (5, 5, True)
    again.finish()
    with pytest.raises(Unusable, match="is finished"):
        again.commit([], {}, stop=6)
    assert_holds(file.path, 5)


def test_files_that_are_there_are_not_touched_unless_that_is_said(tmp_path: Path) -> None:
    file = store(tmp_path)
    file.commit([table(0, 5)], sums(0, 5), stop=5)
    file.finish()
    with pytest.raises(Unusable, match=r"there is already e81_Run0098\.h5"):
        store(tmp_path)
    assert_holds(file.path, 5)
    fresh = store(tmp_path, existing="replace")
    assert fresh.committed == 0
    fresh.commit([table(0, 3)], sums(0, 3), stop=3)
    fresh.finish()
    assert_holds(file.path, 3)


def test_a_file_of_other_origin_is_not_gone_on_with(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "e81_Run0098.h5", "w") as other:
        other["x"] = 1
    with pytest.raises(Unusable, match="was not written by this program"):
        store(tmp_path, existing="resume")


def test_two_writers_of_one_run_do_not_meet(tmp_path: Path) -> None:
    first = store(tmp_path)
    with pytest.raises(Unusable, match="another process is writing e81_Run0098"):
        store(tmp_path)
    first.close()
    store(tmp_path).close()
    assert list(tmp_path.iterdir()) == []


def test_a_directory_that_is_not_writable_is_one_sentence(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    user = os.geteuid()
    # Root may write anywhere, so the test is somebody else meanwhile.
    os.seteuid(user or 65534)
    try:
        with pytest.raises(Unusable, match="not writable"):
            store(tmp_path / "out")
    finally:
        os.seteuid(user)


def test_a_column_without_width_has_a_place(tmp_path: Path) -> None:
    empty = Field(name="cspad/none", dtype=np.dtype("f4"), shape=(0, 3))
    file = store(tmp_path)
    file.commit([Rows(0, 2, {"cspad/none": Column(empty, np.empty((2, 0, 3), "f4"))})], {}, stop=2)
    file.finish()
    with open_run(file.path) as run:
        assert run["cspad/none"].shape == (2, 0, 3)


@pytest.mark.parametrize("dtype", ["?", "u1", "u2", "i4", "f4", "S5"])
def test_every_type_of_value_has_its_missing_value(tmp_path: Path, dtype: str) -> None:
    field = Field(name="x", dtype=np.dtype(dtype))
    wanted = {"?": False, "u1": 0, "u2": 0, "i4": -99999, "f4": np.nan, "S5": b""}[dtype]
    file = store(tmp_path, roll_s=0.0)
    file.commit([table(0, 2)], {}, stop=2)
    values = np.array([1, 1, 1], dtype)
    file.commit([Rows(2, 3, {"x": Column(field, values, np.array([True, False, True]))})], {}, stop=5)
    file.finish()
    with h5py.File(file.path) as plain:
        np.testing.assert_array_equal(plain["x"][:], np.array([wanted, wanted, values[0], wanted, values[0]], dtype), strict=True)


def test_a_directory_that_is_a_file_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("")
    with pytest.raises(Unusable, match="cannot write to"):
        store(tmp_path / "out")


def test_a_nearly_full_disk_is_refused_before_anything_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = store(tmp_path)
    file.commit([table(0, 5)], sums(0, 5), stop=5)
    with monkeypatch.context() as patch:
        patch.setattr("monitor.store.trouble.free_bytes", lambda _: 1000)
        with pytest.raises(Unusable, match="nearly full"):
            file.commit([table(5, 9)], sums(5, 9), stop=9)
    file.commit([table(5, 9)], sums(5, 9), stop=9)
    file.finish()
    assert_holds(file.path, 9)


def test_a_disk_that_fills_up_costs_nothing_that_was_committed(tmp_path: Path) -> None:
    file = store(tmp_path)
    file.commit([table(0, 9)], sums(0, 9), stop=9)
    assert file._part is not None
    full = os.open("/dev/full", os.O_RDWR)
    os.dup2(full, file._part._descriptor)
    os.close(full)
    with pytest.raises(Unusable, match="the disk is full"):
        file.commit([table(9, 12)], sums(9, 12), stop=12)
    with pytest.raises(Unusable, match="open the run anew"):
        file.commit([table(9, 12)], sums(9, 12), stop=12)
    again = store(tmp_path, existing="resume")
    assert again.committed == 9
    again.commit([table(9, 12)], sums(9, 12), stop=12)
    again.finish()
    assert_holds(again.path, 12)


@pytest.mark.parametrize("what", ["index", "compact"])
def test_a_disk_that_fills_up_at_the_end_leaves_the_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str) -> None:
    file = store(tmp_path)
    file.commit([table(0, 9)], sums(0, 9), stop=9)

    def present_on_a_full_disk(target: h5py.File, summary: Summary, kind: str) -> None:
        full = os.open("/dev/full", os.O_RDWR)
        os.dup2(full, sinks[-1].fileno())
        os.close(full)
        present(target, summary, kind)

    sinks: list[Sink] = []

    def remembered(path: Path) -> Sink:
        sinks.append(Sink(path))
        return sinks[-1]

    with monkeypatch.context() as patch:
        patch.setattr("monitor.store.new_file.Sink", remembered)
        patch.setattr(f"monitor.store.{what}.present", present_on_a_full_disk)
        with pytest.raises(Unusable, match="the disk is full"):
            file.finish()
    file.close()
    assert_holds(file.path if what == "compact" else tmp_path / "e81_Run0098_part0001.h5", 9)
    again = store(tmp_path, existing="resume")
    assert again.finished
    assert [path.name for path in tmp_path.iterdir() if path.suffix == ".h5"] == ["e81_Run0098.h5"]
    assert_holds(again.path, 9)


def test_a_part_that_cannot_be_begun_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = store(tmp_path)
    file.commit([table(0, 5)], sums(0, 5), stop=5)

    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("monitor.store.layout.mark_groups", refuse)
        with pytest.raises(Unusable, match="the disk is full"):
            file.commit([table(5, 9)], sums(5, 9), stop=9)
    again = store(tmp_path, existing="resume")
    assert again.committed == 5
    again.finish()
    assert_holds(again.path, 5)


def test_a_part_is_there_from_its_first_commit_on_and_not_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What somebody has opened once must not go away, and a part without a commit is not kept when its writer dies."""
    file = store(tmp_path)
    seen: list[list[Path]] = []

    def disk_fills_up(*_: object) -> None:
        seen.append(list(tmp_path.glob("*.h5")))
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("monitor.store.part.record", disk_fills_up)
        with pytest.raises(Unusable, match="the disk is full"):
            file.commit([table(0, 5)], sums(0, 5), stop=5)
    assert seen == [[]]
    assert [path.name for path in tmp_path.iterdir() if path.name != ".e81_Run0098.lock"] == []
    again = store(tmp_path, existing="resume")
    again.commit([table(0, 5)], sums(0, 5), stop=5)
    assert [path.name for path in tmp_path.glob("*.h5")] == ["e81_Run0098_part0001.h5"]
    again.finish()
    assert_holds(again.path, 5)


@pytest.mark.parametrize(("first", "stop", "up_to"), [(0, 3, 8), (3, 6, 8), (7, 9, 8)])
def test_rows_that_overlap_or_reach_too_far_are_our_own_mistake(tmp_path: Path, first: int, stop: int, up_to: int) -> None:
    file = store(tmp_path)
    file.commit([table(0, 5)], {}, stop=5)
    with pytest.raises(ValueError, match="do not follow"):
        file.commit([table(first, stop)], {}, stop=up_to)
    file.close()


def test_a_part_that_somebody_removed_takes_no_more_rows(tmp_path: Path) -> None:
    file = store(tmp_path)
    file.commit([table(0, 9)], sums(0, 9), stop=9)
    (part,) = tmp_path.glob("*part0001.h5")
    part.unlink()
    with pytest.raises(Unusable, match="removed while it was being written; its 9 rows are gone"):
        file.commit([table(9, 12)], sums(9, 12), stop=12)
