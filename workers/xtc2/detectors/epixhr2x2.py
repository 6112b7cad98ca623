"""EpixHR 2x2: a panel of 288 x 384 pixels in four ASICs; words and modes are those of Epix10ka, with the switch in bit 15.

The configuration of the pixels comes as one list in the order of the panel (facility's psana2, cbits_config_epixhr2x2).
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.errors import DamagedData
from workers.detectors.area import GainCode
from workers.detectors.epix10ka import COMMON_MODE_RANGES, PITCH, PIXEL_BITS, modes_of, with_trbits
from workers.xtc2.frame_family import FRAMES, Configs, FrameFamily, area_family

ROWS, COLUMNS = 288, 384
ORDER = (2, 3, 1, 0)
"""ASIC at the lower right, upper right, upper left, lower left."""
GAIN = GainCode(adc_bits=0x3FFF, shift=15, plane_of_code=(0, 1), planes=2, ranges=7)


def control_bits(config: Mapping[str, Any]) -> NDArray[np.uint8]:
    """Configuration bits of each pixel, shape (288, 384): bits 2 and 3 its own, bit 4 the trbit of its ASIC.

    Raises
    ------
    DamagedData
        If the configuration does not have them.
    """
    pixels, trbits = np.asarray(config.get("asicPixelConfig", ())), np.asarray(config.get("trbit", ()))
    if pixels.size != ROWS * COLUMNS or trbits.shape != (len(ORDER),):
        raise DamagedData("the configuration of a panel does not tell the gains of its pixels")
    bits: NDArray[np.uint8] = (pixels.reshape(ROWS, COLUMNS) & PIXEL_BITS).astype(np.uint8)
    return with_trbits(bits, trbits[list(ORDER)].tolist())


def gain_map(configs: Configs) -> NDArray[np.int8]:
    """Mode of each pixel before and after switching, shape (2, panels, 288, 384)."""
    return np.stack([modes_of(control_bits(config)) for config in configs], axis=1)


FRAMES.add(
    "epixhr2x2",
    FrameFamily(
        det_types=frozenset({"epixhr2x2"}),
        frame="raw",
        area=area_family("keV", GAIN),
        panel=(ROWS, COLUMNS),
        devices={"": "Epixhr2x2"},
        pitch=PITCH,
        gain_map=gain_map,
        common_mode_good=COMMON_MODE_RANGES,
    ),
)
