"""Constants: selection by run, groups and text files, as the original tools do them (golden/calib/README.md)."""

import json
from pathlib import Path

import numpy as np
import pytest

from monitor.calib.directory import GROUPS, select
from monitor.calib.ndarray_text import read_text
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


def test_text_arrays_are_read_as_by_the_newer_reader(golden_dir: Path) -> None:
    folder = golden_dir / "calib" / "ndarray_text"
    for name, readers in json.loads((folder / "expected.json").read_text())["read"].items():
        expected = readers["load_txt_newer"]
        if "exception" in expected or not expected["values"]:
            with pytest.raises(DamagedData, match=name):
                read_text(folder / name)
            continue
        array = read_text(folder / name)
        assert (array.dtype, list(array.shape)) == (np.dtype(expected["dtype"]), expected["shape"]), name
        assert array.ravel().tolist() == np.array(expected["values"]).astype(expected["dtype"]).tolist(), name
