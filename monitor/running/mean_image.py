"""Sum of frames and the number of events in it: the mean image, merged without loss."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from monitor.model.sums import SumState
from monitor.running.statistic import STATISTICS, Statistic

KIND = "mean_image"

STRETCH = 1 << 16
"""Pixels added from all states in turn: the total's stretch (512 KiB) stays in the processor's cache meanwhile."""


def of(frames: NDArray[Any]) -> SumState:
    """Sum of the given frames.

    Parameters
    ----------
    frames
        Shape (events, ...); NaN = masked. A pixel that is NaN in any event stays NaN: its mean over the stated events is not
        known.

    Returns
    -------
    SumState
        ``total`` has the shape of one frame. Of a single float32 frame it is a view of that frame (exact, nothing is copied),
        else it is a float64 array of its own.
    """
    if len(frames) == 1 and frames.dtype == np.float32:
        return SumState(KIND, 1, {"total": frames[0]})
    return SumState(KIND, len(frames), {"total": frames.sum(axis=0, dtype=np.float64)})


def merge(states: Sequence[SumState]) -> SumState:
    """Sum of all states, in a float64 array of its own.

    Raises
    ------
    ValueError
        If the frames have different shapes.
    """
    first = states[0].arrays["total"]
    for state in states[1:]:
        if state.arrays["total"].shape != first.shape:
            raise ValueError(f"sums of frames of shape {state.arrays['total'].shape} and {first.shape} cannot be merged")
    total = first.astype(np.float64)
    flat = total.reshape(-1)
    parts = [np.ascontiguousarray(state.arrays["total"]).reshape(-1) for state in states[1:]]
    for start in range(0, len(flat), STRETCH):
        for part in parts:
            _add(flat[start : start + STRETCH], part[start : start + STRETCH])
    return SumState(KIND, sum(state.count for state in states), {"total": total})


def value(state: SumState) -> NDArray[np.float64]:
    """Mean frame; NaN = masked in at least one event."""
    return np.asarray(state.arrays["total"], np.float64) / state.count


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]  # numba has no types
def _add(total: NDArray[np.float64], part: NDArray[Any]) -> None:
    for i in range(len(total)):
        total[i] += part[i]


STATISTICS.add(KIND, Statistic(of=of, merge=merge, value=value))
