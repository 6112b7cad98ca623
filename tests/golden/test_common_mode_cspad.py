"""Common mode of CsPad panels against the original code's output (golden/calib/README.md)."""

from pathlib import Path

import numpy as np
import pytest

from tests.support.golden_arrays import assert_summary, cases, corrected, eighths, stored

NOT_CORRECTED = -10000.0


@pytest.mark.parametrize("status", [0, 1])
def test_zero_peak_and_unbonded_pixels_of_a_cspad(golden_dir: Path, status: int) -> None:
    arrays = stored(golden_dir, "cm_cspad_alg1_alg5.npz")
    values = eighths(arrays["data_i16"])
    good = (arrays["status"] == 0) | (not status)
    for case in cases(arrays, "sets_json"):
        number, *numbers = case["pars"]
        result, record = corrected(values, good, number, numbers=tuple(numbers), family="cspad")
        tag = f"{case['tag']}_st{status}"
        taken = np.nan_to_num(record["cmValues"], nan=NOT_CORRECTED)
        np.testing.assert_allclose(taken, arrays[f"cm_{tag}"], atol=2e-4, err_msg=tag)
        assert_summary(arrays, f"out_{tag}", result, 2e-4)


@pytest.mark.parametrize("status", [0, 1])
def test_zero_peak_and_unbonded_pixels_of_a_cspad_140k(golden_dir: Path, status: int) -> None:
    arrays = stored(golden_dir, "cm_cspad2x2_alg1_alg5.npz")
    values = eighths(arrays["data_i16"].transpose(2, 0, 1))
    good = (arrays["status"].transpose(2, 0, 1) == 0) | (not status)
    for case in cases(arrays, "sets_json"):
        number, *numbers = case["pars"]
        result, _ = corrected(values, good, number, numbers=tuple(numbers), family="cspad2x2")
        assert_summary(arrays, f"out_{case['tag']}_st{status}", result, 2e-4)
