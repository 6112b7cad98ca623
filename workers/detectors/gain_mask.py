"""Gain bits of CsPad sections, from the gain map of their configuration (facility's CsPad calibration)."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

LOW_GAIN_FACTOR = 6.85
"""How much brighter a pixel of high gain is."""


def section_bits(gain_map: NDArray[Any], sections: int) -> NDArray[np.bool_]:
    """Whether each pixel has high gain, shape (sections, rows, 2 * columns).

    Parameters
    ----------
    gain_map
        A word for each pixel of an ASIC, shape (rows, columns): bit 2 k for the left ASIC of section k, bit 2 k + 1 for its
        right one.
    """
    bits = np.asarray(gain_map)[None] >> np.arange(2 * sections)[:, None, None] & 1
    return np.concatenate([bits[0::2], bits[1::2]], axis=-1).astype(bool)
