"""A long series as the few points a screen can show."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Strip:
    """Groups of consecutive values, oldest first; float64, shape (groups,), NaN for a group without values.

    Attributes
    ----------
    x
        Mean position of the group.
    mean, low, high
        Mean, smallest and largest value of the group.
    """

    x: NDArray[np.float64]
    mean: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]


def strip(x: NDArray[np.float64], y: NDArray[np.float64], groups: int) -> Strip:
    """At most ``groups`` groups of equally many values.

    Groups begin at multiples of their size counted from the newest value backwards being complete, so the last one may hold
    fewer; NaN values count for nothing.

    Parameters
    ----------
    x, y
        Positions and values, shape (n,).
    groups
        Most groups wanted, at least 1.
    """
    if not len(y):
        nothing = np.empty(0)
        return Strip(nothing, nothing, nothing, nothing)
    size = -(-len(y) // groups)
    starts = np.arange(0, len(y), size)
    valid = np.isfinite(y)
    count = np.add.reduceat(valid.astype(np.float64), starts)
    total = np.add.reduceat(np.where(valid, y, 0.0), starts)
    low = np.minimum.reduceat(np.where(valid, y, np.inf), starts)
    high = np.maximum.reduceat(np.where(valid, y, -np.inf), starts)
    nothing_there = count == 0
    mean = np.divide(total, count, out=np.full(len(count), np.nan), where=~nothing_there)
    middle = np.add.reduceat(x, starts) / np.diff(np.append(starts, len(y)))
    return Strip(middle, mean, np.where(nothing_there, np.nan, low), np.where(nothing_there, np.nan, high))
