"""Beside the common mode of small-data files: temperatures, and what counts as a neighbour (golden/smalldata/README.md)."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.support.golden_arrays import corrected
from workers.detectors.thermistor import thermistor_temperature

THRESHOLDS = (10.0, 30.0, 60.0)


@pytest.fixture(scope="module")
def arrays(golden_dir: Path) -> dict[str, NDArray[Any]]:
    with np.load(golden_dir / "smalldata" / "commonmode.npz") as file:
        return dict(file)


def cases(arrays: dict[str, NDArray[Any]], function: str) -> dict[str, Any]:
    """Cases of one function; never none."""
    found = {tag: case for tag, case in json.loads(str(arrays["meta"]))["cases"].items() if case["func"] == function}
    assert found
    return found


def test_thermistors_have_the_temperatures_of_the_original(arrays: dict[str, NDArray[Any]]) -> None:
    for tag, case in cases(arrays, "epix10k thermistor").items():
        raw = np.array(case["params"]["raw"]["__array__"], np.float64)
        np.testing.assert_allclose(thermistor_temperature(raw), arrays[f"case/{tag}/degC"], rtol=1e-9)


@pytest.mark.parametrize("threshold", THRESHOLDS)
def test_pixels_beside_a_bright_one_do_not_count(arrays: dict[str, NDArray[Any]], threshold: float) -> None:
    frame = arrays["in/uxi"][0].astype(np.float32)
    for tag in cases(arrays, "neighborImg"):
        largest_beside = arrays[f"case/{tag}/n"]
        parameters = {"cm_photonThres": threshold, "cm_maskNeighbors": 1, "cm_maxCorr": 1e6, "cm_minFrac": 0.0}
        _, record = corrected(frame[None], None, 81, parameters=parameters, family="uxi")
        out = (frame > threshold) | (largest_beside > threshold)
        # Even columns of all rows first, then the odd ones.
        expected = np.concatenate([out[:, 0::2].sum(axis=1), out[:, 1::2].sum(axis=1)])
        np.testing.assert_array_equal(record["cm_nPixel"][0], expected)
