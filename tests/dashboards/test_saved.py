"""Files of what a plot shows, read back by programs that know nothing of ours."""

import csv
from io import BytesIO

import h5py
import numpy as np
import pytest

from dashboards.saved import csv_file, file_name
from dashboards.snapshot import Snapshot
from monitor.store.numbers_file import numbers_file

NUMBERS = {
    "ipm2/sum": {"x": np.array([0.1, 1 / 3]), "events": np.array([5, 7])},
    'a, "b"': {"x": np.array([np.nan]), "mean": np.array([1e-300])},
}


def test_every_digit_is_in_the_text() -> None:
    lines = csv_file(NUMBERS, {"run": "98", "where": "a > 1\n# b"}).decode().splitlines()

    assert lines[:2] == ["# run: 98", "# where: a > 1 # b"]
    rows = list(csv.DictReader(lines[2:]))
    assert [row["curve"] for row in rows] == ["ipm2/sum", "ipm2/sum", 'a, "b"']
    assert [float(row["x"]) for row in rows[:2]] == [0.1, 1 / 3]
    assert (rows[2]["x"], rows[2]["mean"], rows[2]["events"]) == ("nan", "1e-300", "")


def test_the_hdf5_file_has_a_group_for_each_curve() -> None:
    with h5py.File(BytesIO(numbers_file(NUMBERS, {"run": "98"}))) as file:
        assert file.attrs["run"] == "98"
        assert file["ipm2__sum"].attrs["name"] == "ipm2/sum"
        np.testing.assert_array_equal(file["ipm2__sum/x"], [0.1, 1 / 3])
        np.testing.assert_array_equal(file["ipm2__sum/events"], [5, 7])


@pytest.mark.parametrize("name", ["", ".", "..", "/", "a/b", "a\0b"])
def test_any_name_of_a_curve_can_be_saved(name: str) -> None:
    numbers = {name: {"x": np.zeros(1)}, "a__b": {"x": np.ones(1)}}

    with h5py.File(BytesIO(numbers_file(numbers, {}))) as file:
        assert sorted(float(group["x"][0]) for group in file.values()) == [0, 1]


def test_texts_can_be_saved() -> None:
    with h5py.File(BytesIO(numbers_file({"c": {"x": np.array(["ab", "ü"])}}, {}))) as file:
        assert [text.decode() for text in file["c/x"][:]] == ["ab", "ü"]


def test_a_file_name_has_letters_that_every_system_takes() -> None:
    assert file_name(Snapshot(run={"experiment": "../x", "run": 9}), "scan", "csv") == "x_run9_scan.csv"
