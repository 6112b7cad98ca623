"""A recording is a plain table: every row, the missing value where there was none."""

from pathlib import Path

import h5py
import numpy as np
import pytest

from monitor.errors import Unusable
from monitor.store.recording import Recording
from tests.support.some_rows import column, ragged


def test_columns_that_come_late_go_away_or_change_are_whole_all_the_same(tmp_path: Path) -> None:
    path = tmp_path / "mine.h5"
    with Recording(path) as recording:
        recording.add({"seq": column("seq", [0, 1], dtype="<i8"), "a/x": column("a/x", [1.5, 2.5], unit="mm")}, 2)
        recording.add({"seq": column("seq", [2], dtype="<i8"), "n": column("n", [7], dtype="<i4", present=[False])}, 1)
        recording.add({"seq": column("seq", [3], dtype="<i8"), "a/x": column("a/x", [[1.0, 2.0]])}, 1)
        recording.add({"seq": column("seq", [4], dtype="<i8"), "a/var_b/c": ragged("a/var_b/c", [[1.0]])}, 1)
        assert recording.left_out == {"a/var_b/c"}
    with h5py.File(path) as file:
        assert file["seq"][:].tolist() == [0, 1, 2, 3, 4]
        np.testing.assert_array_equal(file["a/x"][:], [1.5, 2.5, np.nan, np.nan, np.nan])
        assert file["a/x"].attrs["units"] == "mm"
        assert file["n"][:].tolist() == [-99999] * 5
        np.testing.assert_array_equal(file["a/x_2"][3], [1.0, 2.0])


def test_a_file_that_exists_is_not_touched(tmp_path: Path) -> None:
    (tmp_path / "mine.h5").write_text("precious")
    with pytest.raises(Unusable, match="exists already"):
        Recording(tmp_path / "mine.h5")
    assert (tmp_path / "mine.h5").read_text() == "precious"
