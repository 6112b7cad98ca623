"""Row correction of Uxi and Icarus frames against the original code's output (golden/calib and golden/smalldata README.md)."""

import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests.support.golden_arrays import cases, corrected, eighths, stored

NAMES = ("cm_RowMeds", "cm_RowMedsApplied", "cm_RowMedsMax", "cm_nPixel")


def assert_rows(values: NDArray[Any], parameters: dict[str, Any], expected: dict[str, NDArray[Any]]) -> None:
    result, record = corrected(values.astype(np.float32), None, 81, parameters={**parameters, "compat": True}, family="uxi")
    np.testing.assert_allclose(result, expected["data"], atol=1e-4)
    for name in NAMES:
        np.testing.assert_allclose(record[name], expected[name], atol=1e-4, err_msg=name)


def test_rows_of_calibrated_frames(golden_dir: Path) -> None:
    arrays = stored(golden_dir, "cm_uxi.npz")
    for case in cases(arrays):
        tag = case.pop("tag")
        expected = {name: arrays[f"{name}_{tag}"] for name in NAMES} | {"data": arrays[f"out_{tag}"]}
        assert_rows(eighths(arrays["data_i16"]), {f"cm_{name}": value for name, value in case.items()}, expected)


def test_rows_of_small_data_frames(golden_dir: Path) -> None:
    with np.load(golden_dir / "smalldata" / "commonmode.npz") as file:
        arrays = dict(file)
    found = {tag: case for tag, case in json.loads(str(arrays["meta"]))["cases"].items() if case["func"] == "cm_uxi"}
    assert found
    for tag, case in found.items():
        expected = {name: arrays[f"case/{tag}/{name}"] for name in ("data", *NAMES)}
        assert_rows(arrays["in/uxi"], case["params"], expected)
