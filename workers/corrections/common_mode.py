"""Common mode by the mean of blocks: what all pixels of a block share in one event is taken off.

Facility's algorithm 2, parameters ``(2, threshold, largest, length)``; the last block may be short.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from monitor.errors import ConfigError

ALGORITHM = 2
SHORTEST_LENGTH = 100
"""Lengths below this mean ``DEFAULT_LENGTH`` (the facility's rule)."""
DEFAULT_LENGTH = 128


@dataclass(frozen=True, slots=True)
class CommonMode:
    """Parameters of the correction.

    Attributes
    ----------
    threshold
        Pixels at or above this are signal and do not count, ADU.
    largest
        A mean beyond this is not believed, and nothing is taken off, ADU.
    length
        Pixels of a block, in memory order; 0 switches the correction off.
    """

    threshold: float = 0.0
    largest: float = 0.0
    length: int = 0


OFF = CommonMode()


def common_mode_from(parameters: Sequence[float], *, key: str = "common_mode") -> CommonMode:
    """Correction described by the numbers of a common-mode file or by ``(0,)`` for none.

    Raises
    ------
    ConfigError
        If the first number names an algorithm that is not available here.
    """
    if not len(parameters) or int(parameters[0]) == 0:
        return OFF
    if int(parameters[0]) != ALGORITHM:
        raise ConfigError(f"common mode {int(parameters[0])} is not available; use 2 (mean of blocks) or 0 (none)", key=key)
    threshold, largest, length = (*parameters[1:4], 0.0, 0.0, 0.0)[:3]
    return CommonMode(float(threshold), float(largest), int(length) if length >= SHORTEST_LENGTH else DEFAULT_LENGTH)


def subtract_common_mode_plain(
    values: NDArray[np.float32], factor: NDArray[np.float32], threshold: float, largest: float, length: int
) -> None:
    """Take the mean of each block off all its pixels, in place: the plain twin of the kernel in ``level``."""
    for start in range(0, len(values), length):
        block = values[start : start + length]
        good = (block < threshold) & ~np.isnan(factor[start : start + length])
        if good.any() and abs(mean := block[good].mean(dtype=np.float64)) <= largest:
            block -= np.float32(mean)
