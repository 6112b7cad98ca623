"""Constants in use are watched: a change counts when it has settled."""

from pathlib import Path

import pytest

from monitor.calib.watch import InUse, Watch

SOURCE = "CxiDs1-0|Cspad-0"


@pytest.fixture
def pedestals(tmp_path: Path) -> Path:
    folder = tmp_path / "CsPad::CalibV1" / "CxiDs1.0:Cspad.0" / "pedestals"
    folder.mkdir(parents=True)
    (folder / "0-end.data").write_text("1 2\n")
    return folder


def use(folder: Path, run: int = 7) -> InUse:
    return InUse(places=(folder.parents[2],), sources=(SOURCE,), run=run)


def test_nothing_is_told_while_nothing_changes(pedestals: Path) -> None:
    watch = Watch()
    assert list(watch.begin(use(pedestals))) == [str(pedestals / "0-end.data")]
    assert [watch.look() for _ in range(3)] == [None, None, None]


def test_a_file_that_is_still_being_written_is_waited_for(pedestals: Path) -> None:
    watch = Watch()
    before = watch.begin(use(pedestals))
    file = pedestals / "5-end.data"
    file.write_text("1")
    assert watch.look() is None
    file.write_text("1 2 3\n")
    assert watch.look() is None
    after = watch.look()
    assert after is not None
    assert list(after) == [str(file)]
    assert set(after.values()).isdisjoint(before.values())
    assert watch.look() is None


def test_a_file_for_other_runs_changes_nothing(pedestals: Path) -> None:
    watch = Watch()
    watch.begin(use(pedestals, run=7))
    (pedestals / "8-end.data").write_text("1 2\n")
    assert [watch.look(), watch.look()] == [None, None]


def test_a_file_that_vanishes_is_noticed(pedestals: Path) -> None:
    watch = Watch()
    watch.begin(use(pedestals))
    (pedestals / "0-end.data").unlink()
    assert [watch.look(), watch.look()] == [None, {}]


def test_geometries_and_named_files_are_watched_too(pedestals: Path, tmp_path: Path) -> None:
    geometry = pedestals.parent / "geometry" / "0-end.data"
    geometry.parent.mkdir()
    geometry.write_text("IP\n")
    (tmp_path / "mask.npy").write_bytes(b"x")
    watched = Watch().begin(InUse(places=(tmp_path,), files=(tmp_path / "mask.npy",), sources=(SOURCE,), run=7))
    assert set(watched) == {str(pedestals / "0-end.data"), str(geometry), str(tmp_path / "mask.npy")}
