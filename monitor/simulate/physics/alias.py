"""Drawing from a distribution over many pixels in constant time: the alias method (Walker 1977, tables as Vose 1991)."""

import numba
import numpy as np
from numpy.typing import NDArray

CERTAIN = 0xFFFFFFFF
"""Stands for probability 1."""


def draw_from(weights: NDArray[np.float64]) -> NDArray[np.uint64]:
    """Table to draw from, shape (pixels,), for weights that are not negative and not all 0.

    To draw, hit any pixel evenly: the low 32 bits of its entry are the probability of staying there (in units of 2**-32), the
    high 32 bits the pixel to go to otherwise. One entry is one access to memory, which is what drawing costs.
    """
    scaled = weights * (len(weights) / weights.sum())
    keep, other = _tables(scaled)
    stay = np.minimum(np.rint(keep * 2.0**32), CERTAIN).astype(np.uint64)
    table: NDArray[np.uint64] = other.astype(np.uint64) << np.uint64(32) | stay
    return table


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
