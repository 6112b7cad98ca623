"""The check names every file that a reader could not use, and what was expected."""

from pathlib import Path

import numpy as np
import pytest

from monitor.calib.check import check, check_folders
from monitor.calib.tree import calib_files
from monitor.errors import ConfigError
from tests.support.closed_folder import close

GROUP, SOURCE = "Camera::CalibV1", "XppEndstation.0:Opal1000.0"


def put(calib: Path, place: str, text: str) -> None:
    path = calib / place
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def findings(calib: Path) -> list[tuple[str, str, str]]:
    found = [(finding.weight, Path(finding.path).name, finding.text) for finding in check(calib_files(calib))]
    return sorted(found)


def test_a_good_file_is_not_mentioned(tmp_path: Path) -> None:
    put(tmp_path, f"{GROUP}/XppGon.0:Zyla.0/pedestals/0-end.data", "1 2\n3 4\n")
    put(tmp_path, f"{GROUP}/XppGon.0:Zyla.0/pedestals/0-end.data-2015-01-01T00:00:00", "old")
    put(tmp_path, f"{GROUP}/XppGon.0:Zyla.0/pedestals/HISTORY", "file:0-end.data\n")
    put(tmp_path, f"{GROUP}/XppGon.0:Zyla.0/common_mode/0-end.data", "1 25 40 100 1\n")
    assert findings(tmp_path) == []


@pytest.mark.parametrize(
    ("place", "text", "weight", "why"),
    [
        (f"{GROUP}/{SOURCE}/pedestals/0-end.data", "1 2\n", "error", "has 2 numbers, expected are 1,048,576"),
        (f"{GROUP}/X.0:Zyla.0/pedestals/0-end.data", "1 2\nx 3\n", "error", "'x' is not a number"),
        (f"{GROUP}/X.0:Zyla.0/pedestals/0-end.data", "1 nan\n", "warning", "1 values are not finite; their pixels are masked"),
        (f"{GROUP}/X.0:Zyla.0/pixel_status/0-end.data", "-1 0\n", "error", "pixel_status has values from -1.0 to 0.0, expected"),
        (f"{GROUP}/X.0:Zyla.0/pedestals/20-10.data", "1 2\n", "error", "its range is reversed and holds for no run"),
        (f"{GROUP}/X.0:Zyla.0/pedestals/5-abc.data", "1 2\n", "warning", "its name is no run range BEGIN-END.data; it is passed"),
        (f"{GROUP}/X.0:Zyla.0/pedestal/0-end.data", "1 2\n", "warning", "nobody reads the type pedestal"),
        ("CsPad::CalibV1/X.0:Zyla.0/pedestals/0-end.data", "1 2\n", "error", "X.0:Zyla.0 belongs in Camera::CalibV1, not in Cs"),
        (f"{GROUP}/Zyla/pedestals/0-end.data", "1 2\n", "error", "Zyla is no detector with constants"),
        (f"{GROUP}/X.0:Zyla.0/geometry/0-end.data", "\n", "error", ""),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, place: str, text: str, weight: str, why: str) -> None:
    put(tmp_path, place, text)
    found = findings(tmp_path)
    assert [(found[0][0], found[0][1])] == [(weight, Path(place).name)]
    assert found[0][2].startswith(why)


def test_files_for_detectors_of_different_sizes_do_not_go_together(tmp_path: Path) -> None:
    put(tmp_path, f"{GROUP}/X.0:Zyla.0/pedestals/0-end.data", "1 2\n3 4\n")
    put(tmp_path, f"{GROUP}/X.0:Zyla.0/pixel_gain/0-end.data", "1 2 3\n")
    assert findings(tmp_path) == [
        ("error", "0-end.data", "it is for a detector of 3 pixels, and pedestals/0-end.data for one of 4")
    ]


def test_two_files_of_one_range_are_said(tmp_path: Path) -> None:
    put(tmp_path, f"{GROUP}/X.0:Zyla.0/pedestals/005-9.data", "1 2\n")
    put(tmp_path, f"{GROUP}/X.0:Zyla.0/pedestals/5-9.data", "1 2\n")
    assert findings(tmp_path) == [("warning", "5-9.data", "has the same range as 005-9.data")]


def test_one_and_three_ranges_of_a_jungfrau_are_the_same_detector(tmp_path: Path) -> None:
    folder = tmp_path / "Jungfrau::CalibV1" / "X.0:Jungfrau.0"
    for ctype, ranges in (("pedestals", 3), ("pixel_mask", 1)):
        (folder / ctype).mkdir(parents=True)
        np.savetxt(folder / ctype / "0-end.data", np.ones((ranges * 512, 1024)), fmt="%d")
    assert findings(tmp_path) == []


def test_a_folder_that_is_not_there_is_a_setting_to_mend(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no such calib directory"):
        list(calib_files(tmp_path / "nowhere"))


@pytest.mark.parametrize("below", ["", GROUP, f"{GROUP}/{SOURCE}", f"{GROUP}/{SOURCE}/pedestals"])
def test_a_folder_that_may_not_be_read_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, below: str) -> None:
    put(tmp_path, f"{GROUP}/{SOURCE}/pedestals/0-end.data", "1 2\n")
    assert list(check_folders(tmp_path)) == []
    close(monkeypatch, tmp_path / below)
    (only,) = check_folders(tmp_path)
    assert (only.weight, only.path) == ("error", str(tmp_path / below))
    assert "Permission denied" in only.text
