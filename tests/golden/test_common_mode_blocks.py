"""Common mode of blocks and segments in memory order against the original code's output (golden/calib/README.md)."""

from pathlib import Path

import numpy as np
import pytest

from tests.support.golden_arrays import EIGHTH, assert_summary, cases, corrected, stored

TOLERANCE = {1: 2e-4, 2: 2e-4, 3: 1e-4}


@pytest.mark.parametrize("status", [0, 1])
def test_blocks_and_segments(golden_dir: Path, status: int) -> None:
    arrays = stored(golden_dir, "cm_alg2_alg3_blocks.npz")
    values = (arrays["data_int"] + arrays["data_frac8"] * EIGHTH).astype(np.float32)
    good = (arrays["status"] == 0) | (not status)
    for case in cases(arrays, "sets_json"):
        number, *numbers = case["pars"]
        result, _ = corrected(values, good, number, numbers=tuple(numbers))
        tag = f"{case['tag']}_st{status}"
        assert_summary(arrays, f"out_{tag}", result, TOLERANCE[number])
        if f"cm_{tag}" in arrays:
            taken = arrays[f"cm_{tag}"]
            length = values.size // len(taken)
            expected = values.reshape(-1, length) - np.where(taken == -10000, 0, taken)[:, None]
            np.testing.assert_allclose(result.reshape(-1, length), expected, atol=TOLERANCE[number])
