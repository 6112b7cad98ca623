"""Drawing from a distribution over many pixels in constant time: the alias method (Walker 1977, tables as Vose 1991)."""

from dataclasses import dataclass

import numba
import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Draw:
    """A distribution over pixels, ready to be drawn from.

    Attributes
    ----------
    keep
        Probability of staying at the pixel that was hit, float32, shape (pixels,).
    other
        Where to go otherwise, uint32, shape (pixels,).
    """

    keep: NDArray[np.float32]
    other: NDArray[np.uint32]


def draw_from(weights: NDArray[np.float64]) -> Draw:
    """Tables for weights of shape (pixels,), not negative and not all 0."""
    scaled = weights * (len(weights) / weights.sum())
    keep, other = _tables(scaled)
    return Draw(keep.astype(np.float32), other)


@numba.njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]  # numba has no types
def _tables(scaled: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.uint32]]:
    n = len(scaled)
    keep = np.ones(n)
    other = np.arange(n).astype(np.uint32)
    poor, rich = np.empty(n, np.int64), np.empty(n, np.int64)
    poors, riches = 0, 0
    for i in range(n):
        if scaled[i] < 1.0:
            poor[poors] = i
            poors += 1
        else:
            rich[riches] = i
            riches += 1
    while poors > 0 and riches > 0:
        poors -= 1
        low, high = poor[poors], rich[riches - 1]
        keep[low], other[low] = scaled[low], high
        scaled[high] -= 1.0 - scaled[low]
        if scaled[high] < 1.0:
            riches -= 1
            poor[poors] = high
            poors += 1
    return keep, other
