"""Sums of frames and of their squares: the standard deviation of each pixel over events."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.model.sums import SumState
from monitor.running.adding import added, mean_of, sum_of
from monitor.running.mean_image import part_of
from monitor.running.statistic import STATISTICS, Statistic

KIND = "std_image"


def of(frames: NDArray[Any]) -> SumState:
    """Sums of the given frames, shape (events, ...), and of their squares; float64; NaN = masked, as in ``mean_image``."""
    wide = frames.astype(np.float64)
    total, squares = sum_of(wide), sum_of(wide * wide)
    arrays = {"total": total.total, "squares": squares.total}
    return SumState(KIND, len(frames), arrays | ({} if total.missing is None else {"missing": total.missing}))


def merge(states: Sequence[SumState]) -> SumState:
    """Sums of all states, in arrays of their own.

    Raises
    ------
    ValueError
        If the frames have different shapes.
    """
    total, squares = (added([part_of(state, name) for state in states]) for name in ("total", "squares"))
    arrays = {"total": total.total, "squares": squares.total}
    return SumState(KIND, total.count, arrays | ({} if total.missing is None else {"missing": total.missing}))


def value(state: SumState) -> NDArray[np.float64]:
    """Standard deviation (of the events at hand, not an estimate for more); NaN = masked in every event."""
    mean, square = mean_of(part_of(state)), mean_of(part_of(state, "squares"))
    return np.sqrt(np.maximum(square - mean * mean, 0))


STATISTICS.add(KIND, Statistic(of=of, merge=merge, value=value))
