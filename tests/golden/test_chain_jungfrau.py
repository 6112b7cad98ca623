"""The Jungfrau's chain against the original code's output (golden/calib/README.md)."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from monitor.settings import CommonMode
from tests.support.golden_arrays import EIGHTH, assert_summary, cases, chained, of_file, stored, unpacked
from workers.detectors.area import AREAS
from workers.detectors.jungfrau import HIGH_GAIN

OFF = CommonMode(algorithm=0)


def constants(arrays: dict[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """Pedestals, gains and offsets of the three ranges, out of their rows and columns."""
    rows, columns = (arrays[f"peds_{axis}_i16"] * EIGHTH for axis in ("row", "col"))
    gain = (arrays["gain_row"][:, :, None] * arrays["gain_col"][:, None, :]).astype(np.float32)
    gain[tuple(arrays["gain_zero_idx"].T)] = 0
    offset = arrays["offs_base"][:, None, None] + (arrays["offs_row_i16"] * EIGHTH)[:, :, None]
    return {
        "pedestals": (arrays["peds_base"][:, None, None] + rows[:, :, None] + columns[:, None, :]).astype(np.float32)[:, None],
        "pixel_gain": gain[:, None],
        "pixel_offset": np.broadcast_to(offset.astype(np.float32), gain.shape)[:, None],
    }


def test_every_common_mode_and_mask(golden_dir: Path) -> None:
    arrays = stored(golden_dir, "calib_jungfrau.npz")
    raw, known = arrays["raw"], constants(arrays)
    family = next(family for name, family in AREAS.items() if name == "jungfrau")
    for case in cases(arrays):
        numbers, good = case["cmpars"], unpacked(arrays["mask_packed"], raw.shape)
        mask = good if case["mask"] else np.ones(raw.shape, bool)
        stored_numbers = of_file(*numbers) if numbers else {}
        result = chained(
            raw, {**known, **stored_numbers}, mask, None if numbers else OFF, family=family, common_mode_good=(HIGH_GAIN,)
        )
        assert_summary(arrays, f"out_{case['tag']}", result[0], 1e-4 if numbers is None else 2e-4)


@pytest.mark.parametrize("check", ["gfac_check", "poff_check"])
def test_constants_are_those_of_the_original(golden_dir: Path, check: str) -> None:
    arrays = stored(golden_dir, "calib_jungfrau.npz")
    known = constants(arrays)
    gain = known["pixel_gain"][:, 0]
    found = {
        "gfac_check": np.divide(1, gain, out=np.zeros_like(gain), where=gain != 0),
        "poff_check": (known["pedestals"] + known["pixel_offset"])[:, 0],
    }[check]
    np.testing.assert_allclose(found[:, ::37, ::41], arrays[check], rtol=1e-6)
