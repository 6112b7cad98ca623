"""Chains of detectors with one gain against the original code's output (golden/calib/README.md, calib_area)."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from monitor.settings import CommonMode
from tests.support.golden_arrays import EIGHTH, assert_summary, chained, eighths, of_file, stored

OFF = CommonMode(algorithm=0)

CSPAD_140K = {"none": (0,), "def": (1, 25, 25, 100, 1), "c1": (1, 25, 40, 100, 0), "c5": (5, 100)}
"""Common-mode numbers of each tag (README)."""
EPIX100A = {"none": 0, "def": 4, "c4": 4, "c34": 34, "c36": 36, "c6": 6, "nomask_c4": 4}
"""Number of each tag; the mask is applied whatever ``mbits`` says (README)."""


@pytest.fixture(scope="module")
def arrays(golden_dir: Path) -> dict[str, NDArray[Any]]:
    return stored(golden_dir, "calib_area.npz")


@pytest.mark.parametrize("tag", CSPAD_140K)
def test_cspad_140k(arrays: dict[str, NDArray[Any]], tag: str) -> None:
    raw = arrays["cs2x2_raw"].transpose(2, 0, 1)
    gain = np.broadcast_to(arrays["cs2x2_gain_row"][:, None], raw.shape)
    constants = {"pedestals": eighths(arrays["cs2x2_peds_i16"].transpose(2, 0, 1)), "pixel_gain": gain}
    good = arrays["cs2x2_status"].transpose(2, 0, 1) == 0
    result = chained(np.ascontiguousarray(raw), {**constants, **of_file(*CSPAD_140K[tag])}, good, None)
    assert_summary(arrays, f"cs2x2_out_{tag}", result, 3e-4)


@pytest.mark.parametrize("tag", EPIX100A)
def test_epix100a(golden_dir: Path, arrays: dict[str, NDArray[Any]], tag: str) -> None:
    made = stored(golden_dir, "cm_epix100a_input.npz")
    pedestal = eighths(arrays["ep100_peds_row_i16"]) + eighths(arrays["ep100_peds_col_i16"])
    raw = np.round(pedestal + eighths(made["data_i16"])).astype("<u2")
    constants = {
        "pedestals": pedestal,
        "pixel_gain": np.broadcast_to(arrays["ep100_gain_row"][:, None], raw.shape),
        "pixel_rms": (made["rms_row_i16"].astype(np.int32) + made["rms_col_i16"]) * EIGHTH,
    }
    parameters = {"compat": True} if EPIX100A[tag] in (6, 36) else {}
    result = chained(raw, constants, made["status"] == 0, CommonMode(algorithm=EPIX100A[tag], **parameters))
    assert_summary(arrays, f"ep100_out_{tag}", result, 2e-4)


def test_a_camera_with_pedestals(arrays: dict[str, NDArray[Any]]) -> None:
    raw = arrays["cam_raw"]
    result = chained(raw, {"pedestals": eighths(arrays["cam_peds_i16"])}, np.ones(raw.shape, bool), OFF)
    np.testing.assert_allclose(result, arrays["cam_out_ped"], atol=1e-4)


def test_a_camera_without_pedestals_is_raw(arrays: dict[str, NDArray[Any]]) -> None:
    raw = arrays["cam_raw"]
    result = chained(raw, {"pixel_gain": np.full(raw.shape, 2.0)}, np.ones(raw.shape, bool), None)
    np.testing.assert_array_equal(result, arrays["cam_out_noped"])
