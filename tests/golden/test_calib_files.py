"""Constants: selection by run, groups and text files, as the original tools do them (golden/calib/README.md)."""

import json
from pathlib import Path

import numpy as np
import pytest

from monitor.calib.directory import GROUPS
from monitor.calib.ndarray_text import Reader, read_text
from monitor.calib.run_range import select
from monitor.calib.text_writer import array_text
from monitor.errors import DamagedData


def test_the_file_of_each_run_is_the_one_the_original_takes(golden_dir: Path) -> None:
    cases = json.loads((golden_dir / "calib" / "calib_file_selection.json").read_text())
    for case in cases["select_calib_file"]:
        assert [select(case["files"], run) for run in case["runs"]] == [name or None for name in case["selected"]]


def test_a_name_that_is_no_run_range_is_passed_over(golden_dir: Path) -> None:
    cases = json.loads((golden_dir / "calib" / "calib_file_selection.json").read_text())
    for case in cases["invalid_names"]:
        usable = bool(case.get("valid")) and case["name"].endswith(".data")
        run = case["begin"] if usable else 5
        assert select([case["name"]], run) == (case["name"] if usable else None), case["name"]


def test_each_device_has_the_group_of_the_original(golden_dir: Path) -> None:
    cases = json.loads((golden_dir / "calib" / "calib_file_selection.json").read_text())
    for case in cases["group_for_source"]:
        device = case["source"].split(":")[-1].split(".")[0]
        expected = None if case["group"] == "UNDEFINED" else case["group"]
        assert GROUPS.get(device) == expected, case["source"]


@pytest.mark.parametrize(("key", "reader"), [("load_txt", "older"), ("load_txt_newer", "newer")])
def test_text_arrays_are_read_as_by_both_readers(golden_dir: Path, key: str, reader: Reader) -> None:
    folder = golden_dir / "calib" / "ndarray_text"
    for name, readers in json.loads((folder / "expected.json").read_text())["read"].items():
        expected = readers[key]
        if "exception" in expected:
            with pytest.raises(DamagedData, match=name):
                read_text(folder / name, reader)
            continue
        array = read_text(folder / name, reader)
        assert (array.dtype, list(array.shape)) == (np.dtype(expected["dtype"]), expected["shape"]), name
        assert array.ravel().tolist() == np.array(expected["values"]).astype(expected["dtype"]).tolist(), name


def test_text_arrays_are_written_as_by_the_original(golden_dir: Path, tmp_path: Path) -> None:
    cases = json.loads((golden_dir / "calib" / "ndarray_text" / "expected.json").read_text())["write"]
    assert cases
    for case in cases:
        first = float(case["data_lines"][0].split()[0])
        values = np.array([line.split() for line in case["data_lines"]]).astype(case["dtype"]).reshape(case["shape"])
        assert values.ravel()[0] == first
        text = array_text(values, case["fmt"], comments=("A comment", "EXP  some"), described=case["addmetad"])
        lines = text.splitlines()
        comments = [line for line in lines if line.startswith("#")]
        assert [line.split()[1] for line in comments] == case["header_words"]
        assert sum(not line.strip() for line in lines) == case["blank_lines"]
        assert [line for line in lines if line.strip() and not line.startswith("#")] == case["data_lines"]
        (tmp_path / "again.data").write_text(text)
        again = read_text(tmp_path / "again.data")
        assert (list(again.shape), again.dtype.name) == (case["reread"]["shape"], case["reread"]["dtype"])
