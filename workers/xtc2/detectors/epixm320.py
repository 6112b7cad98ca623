"""EpixM: four ASICs of 192 x 384 pixels, 15 data bits, bit 15 set where the pixel has switched to low gain.

Constants have three ranges (fixed high, fixed low, automatic), of which psana2 takes the first before switching and the second
after it, as is done here. Version 0.0.0, which sends a single scrambled ASIC, has other dimensions and is refused.
"""

import numpy as np
from numpy.typing import NDArray

from workers.detectors.area import GainCode
from workers.xtc2.frame_family import FRAMES, Configs, FrameFamily, area_family

ASICS, ROWS, COLUMNS = 4, 192, 384
PITCH = 50.0


def gain_map(configs: Configs) -> NDArray[np.int8]:
    """Range of each pixel before and after switching, shape (2, 4 * panels, 192, 384)."""
    shape = (ASICS * len(configs), ROWS, COLUMNS)
    return np.stack([np.full(shape, number, np.int8) for number in (0, 1)])


FRAMES.add(
    "epixm320",
    FrameFamily(
        det_types=frozenset({"epixm320"}),
        frame="raw",
        area=area_family("keV", GainCode(adc_bits=0x7FFF, shift=15, plane_of_code=(0, 1), planes=2, ranges=3)),
        panel=(ROWS, COLUMNS),
        devices={"": "Epixm320"},
        pitch=PITCH,
        gain_map=gain_map,
    ),
)
