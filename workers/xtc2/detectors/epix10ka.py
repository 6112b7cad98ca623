"""Epix10ka: panels of 352 x 384 pixels as segments; two make no known build, four a quad, sixteen a 2M.

Words and modes are those of LCLS-I. A configuration has four ASICs of 176 x 192 pixels (some versions add two rows), the upper
two of which are stored turned by half a turn (facility's psana2, cbits_config_epix10ka).
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.errors import DamagedData
from workers.detectors.area import AREAS
from workers.detectors.epix10ka import COMMON_MODE_RANGES, PITCH, PIXEL_BITS, modes_of, with_trbits
from workers.xtc2.frame_family import FRAMES, Configs, FrameFamily

ROWS, COLUMNS = 352, 384
ASICS = 4


def control_bits(config: Mapping[str, Any]) -> NDArray[np.uint8]:
    """Configuration bits of each pixel of a panel, shape (352, 384): bits 2 and 3 its own, bit 4 the trbit of its ASIC.

    Raises
    ------
    DamagedData
        If the configuration does not have them.
    """
    pixels, trbits = np.asarray(config.get("asicPixelConfig")), np.asarray(config.get("trbit"))
    half = ROWS // 2, COLUMNS // 2
    if pixels.ndim != 3 or pixels.shape[0] != ASICS or pixels.shape[1] < half[0] or pixels.shape[2] != half[1]:
        raise DamagedData("the configuration of a panel does not tell the gains of its pixels")
    if trbits.shape != (ASICS,):
        raise DamagedData("the configuration of a panel does not tell the trbits of its ASICs")
    asics = pixels[:, : half[0]].astype(np.uint8) & PIXEL_BITS
    upper = np.hstack([np.rot90(asics[2], 2), np.rot90(asics[1], 2)])
    return with_trbits(np.vstack([upper, np.hstack([asics[3], asics[0]])]), trbits.tolist())


def gain_map(configs: Configs) -> NDArray[np.int8]:
    """Mode of each pixel before and after switching, shape (2, panels, 352, 384)."""
    return np.stack([modes_of(control_bits(config)) for config in configs], axis=1)


FRAMES.add(
    "epix10ka",
    FrameFamily(
        det_types=frozenset({"epix10ka"}),
        frame="raw",
        area=AREAS.get("epix10ka"),
        panel=(ROWS, COLUMNS),
        devices={"": "Epix10ka", 4: "Epix10kaQuad", 16: "Epix10ka2M"},
        pitch=PITCH,
        gain_map=gain_map,
        common_mode_good=COMMON_MODE_RANGES,
    ),
)
