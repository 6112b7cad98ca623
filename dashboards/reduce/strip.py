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
        Mean place (sequence number, or time in seconds) of the group.
    mean, low, high
        Mean, smallest and largest value of the group.
    deviation
        Standard deviation of the values (n - 1); NaN with fewer than 2.
    count
        Values in the group.
    size
        Places per group.
    """

    x: NDArray[np.float64]
    mean: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    deviation: NDArray[np.float64]
    count: NDArray[np.float64]
    size: float

    @property
    def error(self) -> NDArray[np.float64]:
        """Standard error of the mean; NaN with fewer than 2 values."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return self.deviation / np.sqrt(self.count)


def strip(seq: NDArray[np.int64], y: NDArray[np.float64], groups: int, least: int = 1, begun: int = 0) -> Strip:
    """About ``groups`` groups at most; their borders are multiples of a round size, so that they stand still as data comes in.

    Parameters
    ----------
    seq
        Rising sequence numbers, shape (events,).
    y
        Values, shape (events,); NaN counts for nothing.
    groups
        How many groups are wanted at most, give or take one.
    least
        Sequence numbers per group, if there are not too many groups then.
    begun
        Place of an event at which a group begins whatever the borders are; 0 = none.
    """
    if not len(y):
        return _grouped(seq, seq, y, least)
    needed = -(-int(seq[-1] - seq[0] + 1) // groups)
    size = least if needed <= least else round_size(needed)
    return _grouped(2 * (seq // size) + (np.arange(len(seq)) >= begun), seq, y, size)


def strip_of_time(time: NDArray[np.float64], y: NDArray[np.float64], groups: int, seconds: float, begun: int = 0) -> Strip:
    """Groups of so many seconds, of more if there were too many; events without a time are left out.

    Parameters
    ----------
    time
        Unix time in seconds, shape (events,).
    y
        Values, shape (events,); NaN counts for nothing.
    groups
        How many groups are wanted at most.
    seconds
        Length of a group; its borders are multiples of it.
    begun
        As for ``strip``.
    """
    known = np.isfinite(time)
    later = np.flatnonzero(known) >= begun
    time, y = time[known], y[known]
    if not len(y):
        return _grouped(time, time, y, seconds)
    needed = -(-int(max(0.0, time[-1] - time[0]) // seconds + 1) // groups)
    size = seconds * round_size(needed)
    return _grouped(2 * np.floor(time / size) + later, time, y, size)


def round_size(least: int) -> int:
    """The smallest of 1, 2, 5, 10, 20, 50 ... that is not below ``least``."""
    decade = 1
    while True:
        for step in (1, 2, 5):
            if step * decade >= least:
                return step * decade
        decade *= 10


# Absurd values may overflow to infinity, which is then shown as no value.
@np.errstate(over="ignore", invalid="ignore")
def _grouped(key: NDArray[np.generic], place: NDArray[np.generic], y: NDArray[np.float64], size: float) -> Strip:
    """Statistics of each stretch of events with the same key."""
    if not len(y):
        nothing = np.empty(0)
        return Strip(nothing, nothing, nothing, nothing, nothing, nothing, size)
    starts = np.append(0, np.flatnonzero(key[1:] != key[:-1]) + 1)
    lengths = np.diff(np.append(starts, len(y)))
    valid = np.isfinite(y)
    count = np.add.reduceat(valid.astype(np.float64), starts)
    there, nothing = count > 0, np.full(len(count), np.nan)
    mean = np.divide(np.add.reduceat(np.where(valid, y, 0.0), starts), count, out=nothing.copy(), where=there)
    low = np.where(there, np.minimum.reduceat(np.where(valid, y, np.inf), starts), np.nan)
    high = np.where(there, np.maximum.reduceat(np.where(valid, y, -np.inf), starts), np.nan)
    off = np.where(valid, y - np.repeat(mean, lengths), 0.0)
    variance = np.divide(np.add.reduceat(off * off, starts), count - 1, out=nothing.copy(), where=count > 1)
    # Relative to the first place: times of 1e9 s would lose their microseconds in a sum.
    middle = place[0] + np.add.reduceat((place - place[0]).astype(np.float64), starts) / lengths
    return Strip(middle, mean, low, high, np.sqrt(variance), count, size)
