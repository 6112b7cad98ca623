"""Constants are found in calib directories and numpy files, and what cannot be used is said."""

from pathlib import Path

import numpy as np
import pytest

from monitor.calib.constants import read_constants
from monitor.calib.directory import calib_near
from monitor.errors import ConfigError

SOURCE = "CxiDs1-0|Cspad-0"


def silent(note: str) -> None:
    raise AssertionError(note)


@pytest.fixture
def calib(tmp_path: Path) -> Path:
    folder = tmp_path / "calib" / "CsPad::CalibV1" / "CxiDs1.0:Cspad.0" / "pedestals"
    folder.mkdir(parents=True)
    (folder / "0-end.data").write_text("1 2\n3 4\n")
    (folder / "10-20.data").write_text("5 6\n7 8\n")
    return tmp_path / "calib"


@pytest.mark.parametrize(("run", "first"), [(9, 1.0), (10, 5.0), (21, 1.0), (99999, 1.0)])
def test_constants_follow_the_run(calib: Path, run: int, first: float) -> None:
    assert read_constants(calib, SOURCE, run, silent)["pedestals"][0, 0] == first


def test_the_folder_of_one_source_will_do(calib: Path) -> None:
    folder = calib / "CsPad::CalibV1" / "CxiDs1.0:Cspad.0"
    assert set(read_constants(folder, SOURCE, 1, silent)) == {"pedestals"}


def test_a_broken_file_is_said_and_counts_as_missing(calib: Path) -> None:
    (calib / "CsPad::CalibV1" / "CxiDs1.0:Cspad.0" / "pedestals" / "30-end.data").write_text("1 2\nx\n")
    notes: list[str] = []
    assert read_constants(calib, SOURCE, 30, notes.append) == {}
    assert "30-end.data" in notes[0]


def test_a_numpy_file_may_use_short_names(tmp_path: Path) -> None:
    np.savez(tmp_path / "made.npz", pedestal=np.ones((2, 2)), pixel_gain=np.full((2, 2), 3.0))
    found = read_constants(tmp_path / "made.npz", SOURCE, 1, silent)
    assert {name: array[0, 0] for name, array in found.items()} == {"pedestals": 1.0, "pixel_gain": 3.0}


def test_pickled_constants_are_refused(tmp_path: Path) -> None:
    np.save(tmp_path / "bad.npy", np.array([{"a": 1}], dtype=object), allow_pickle=True)
    with pytest.raises(ConfigError, match=r"bad\.npy cannot be read"):
        read_constants(tmp_path / "bad.npy", SOURCE, 1, silent)


def test_a_place_that_is_not_there_is_a_setting_to_mend(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="there are no constants at"):
        read_constants(tmp_path / "nowhere", SOURCE, 1, silent)


def test_the_calib_folder_beside_the_data_is_found(calib: Path) -> None:
    assert calib_near(calib.parent / "xtc" / "e81-r0098-s00-c00.xtc") == calib
    assert calib_near(Path("/nonexistent/deep/down/here/xtc/run.xtc")) is None
