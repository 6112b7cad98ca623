"""A long series as the few points a screen can show."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Strip:
    """Groups of neighbouring events, oldest first; float64, shape (groups,), NaN for a group without values.

    Attributes
    ----------
    x
        Mean sequence number of the group.
    mean, low, high
        Mean, smallest and largest value of the group.
    size
        Sequence numbers per group.
    """

    x: NDArray[np.float64]
    mean: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    size: int


def strip(seq: NDArray[np.int64], y: NDArray[np.float64], groups: int) -> Strip:
    """About ``groups`` groups at most; their borders are multiples of a round size, so that they stand still as data comes in.

    Parameters
    ----------
    seq
        Rising sequence numbers, shape (events,).
    y
        Values, shape (events,); NaN counts for nothing.
    groups
        How many groups are wanted at most, give or take one.
    """
    if not len(y):
        nothing = np.empty(0)
        return Strip(nothing, nothing, nothing, nothing, 1)
    size = round_size(-(-int(seq[-1] - seq[0] + 1) // groups))
    starts = np.append(0, np.flatnonzero(np.diff(seq // size)) + 1)
    valid = np.isfinite(y)
    count = np.add.reduceat(valid.astype(np.float64), starts)
    there = count > 0
    mean = np.divide(np.add.reduceat(np.where(valid, y, 0.0), starts), count, out=np.full(len(count), np.nan), where=there)
    low = np.where(there, np.minimum.reduceat(np.where(valid, y, np.inf), starts), np.nan)
    high = np.where(there, np.maximum.reduceat(np.where(valid, y, -np.inf), starts), np.nan)
    middle = np.add.reduceat(seq.astype(np.float64), starts) / np.diff(np.append(starts, len(y)))
    return Strip(middle, mean, low, high, size)


def round_size(least: int) -> int:
    """The smallest of 1, 2, 5, 10, 20, 50 ... that is not below ``least``."""
    decade = 1
    while True:
        for step in (1, 2, 5):
            if step * decade >= least:
                return step * decade
        decade *= 10
