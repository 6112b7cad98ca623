"""Common mode of the Epix100a against the original code's output (golden/calib and golden/smalldata README.md)."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.support.golden_arrays import assert_summary, cases, corrected, eighths, stored

NUMBER = {"6": 36, "45": 45, "46": 46, "47": 47}
"""Number of the settings for each original: ``6`` without normAll is 36 there."""


@pytest.fixture(scope="module")
def made(golden_dir: Path) -> dict[str, NDArray[Any]]:
    return stored(golden_dir, "cm_epix100a_input.npz")


@pytest.mark.parametrize("status", [0, 1])
def test_median_of_regions(golden_dir: Path, made: dict[str, NDArray[Any]], status: int) -> None:
    arrays = stored(golden_dir, "cm_epix100a_alg4.npz")
    good = (made["status"] == 0) | (not status)
    for case in cases(arrays, "sets_json"):
        number, *numbers = case["pars"]
        result, _ = corrected(eighths(made["data_i16"]), good, number, numbers=tuple(numbers))
        assert_summary(arrays, f"out_{case['tag']}_st{status}", result, 1e-4)


def test_median_of_quiet_pixels(golden_dir: Path, made: dict[str, NDArray[Any]]) -> None:
    arrays = stored(golden_dir, "cm_epix100a_alg6_sdt.npz")
    rms = eighths(made["rms_row_i16"]) + eighths(made["rms_col_i16"])
    for case in cases(arrays):
        tag, number = case.pop("tag"), NUMBER[case.pop("alg")]
        case.pop("mask", None)
        parameters = {**case, "compat": True}
        good, constants = made["status"] == 0, {"pixel_rms": rms}
        result, _ = corrected(eighths(made["data_i16"]), good, number, parameters=parameters, constants=constants)
        assert_summary(arrays, f"out_{tag}", result, 2e-4 if case.get("normAll") or number == 46 else 1e-4)


def test_small_data_correction(golden_dir: Path) -> None:
    with np.load(golden_dir / "smalldata" / "commonmode.npz") as file:
        arrays = dict(file)
    found = {tag: case for tag, case in json.loads(str(arrays["meta"]))["cases"].items() if case["func"] == "cm_epix"}
    assert found
    for tag, case in found.items():
        parameters = {"normAll": False, **case["params"], "compat": True}
        values, constants = arrays["in/img"].astype(np.float32), {"pixel_rms": arrays["in/rms"]}
        result, _ = corrected(values, arrays["in/mask"] == 1, 45, parameters=parameters, constants=constants)
        np.testing.assert_allclose(result, arrays[f"case/{tag}/data"], atol=1e-4, err_msg=tag)
