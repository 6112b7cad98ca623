"""The Epix10ka's chain against the original code's output (golden/calib/README.md)."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests.support.golden_arrays import EIGHTH, assert_summary, cases, chained, of_file, stored, unpacked
from workers.detectors import epix10ka
from workers.detectors.area import AREAS


def constants(arrays: dict[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """Pedestals and gains of the seven ranges, out of their rows and columns."""
    low_rank = (arrays["peds_row_i16"].astype(np.int32)[:, :, None] + arrays["peds_col_i16"][:, None, :]) * EIGHTH
    pedestal = low_rank[:, None].astype(np.float32) + arrays["peds_panel"][None, :, None, None]
    gain = (arrays["gain_row"][:, :, None] * arrays["gain_col"][:, None, :]).astype(np.float32)
    return {"pedestals": pedestal, "pixel_gain": np.broadcast_to(gain[:, None], pedestal.shape)}


def gain_map(arrays: dict[str, NDArray[Any]]) -> NDArray[np.int8]:
    """Range of each plane by the configuration of the panels."""
    elements = [
        {"asicPixelConfigArray": words, "asics": [{"trbit": int(bit)} for bit in trbits]}
        for words, trbits in zip(arrays["asic_pixel_config"], arrays["trbits"], strict=True)
    ]
    return np.stack([epix10ka.gain_map(element) for element in elements], axis=1)


def test_every_common_mode_and_mask(golden_dir: Path) -> None:
    arrays = stored(golden_dir, "calib_epix10ka.npz")
    raw, known = arrays["raw"], constants(arrays)
    family = next(family for name, family in AREAS.items() if name == "epix10ka")
    for case in cases(arrays):
        mask = unpacked(arrays["mask_packed"], raw.shape) if case["mask"] else np.ones(raw.shape, bool)
        result = chained(
            raw,
            {**known, **of_file(*case["cmpars"])},
            mask,
            None,
            family=family,
            gain_map=gain_map(arrays),
            common_mode_good=epix10ka.COMMON_MODE_RANGES,
        )
        assert_summary(arrays, f"out_{case['tag']}", result, 2e-4)
