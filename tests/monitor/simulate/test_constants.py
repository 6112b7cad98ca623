from pathlib import Path

import numpy as np

from monitor.simulate.constants import Constant, array_text, write_constants


def test_text_says_type_and_shape_and_holds_one_line_per_row() -> None:
    array = np.arange(12, dtype=np.float32).reshape(2, 2, 3)
    lines = array_text(array, "%.1f").splitlines()
    assert lines[:6] == ["# DTYPE float32", "# NDIM 3", "# DIM:0 2", "# DIM:1 2", "# DIM:2 3", ""]
    assert lines[6:] == ["0.0 1.0 2.0", "3.0 4.0 5.0", "6.0 7.0 8.0", "9.0 10.0 11.0"]


def test_a_cspad_array_is_5920_lines_without_header() -> None:
    lines = array_text(np.zeros((32, 185, 388), np.uint16), "%d").splitlines()
    assert len(lines) == 5920
    assert lines[0].split(" ") == ["0"] * 388


def test_files_lie_where_calibration_is_looked_for(tmp_path: Path) -> None:
    constants = [
        Constant(source="XppGon.0:Cspad.0", ctype="geometry", content="IP 0\n"),
        Constant(source="XppEndstation.0:Jungfrau.0", ctype="pixel_gain", content=np.ones((3, 1, 1, 2), np.float32)),
    ]
    calib = write_constants(tmp_path, constants)
    files = sorted(path.relative_to(tmp_path).as_posix() for path in calib.rglob("*") if path.is_file())
    assert files == [
        "calib/CsPad::CalibV1/XppGon.0:Cspad.0/geometry/0-end.data",
        "calib/Jungfrau::CalibV1/XppEndstation.0:Jungfrau.0/pixel_gain/0-end.data",
    ]
    assert np.loadtxt(calib / "Jungfrau::CalibV1/XppEndstation.0:Jungfrau.0/pixel_gain/0-end.data").tolist() == [[1, 1]] * 3
