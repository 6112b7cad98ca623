"""Largest value of each pixel over events."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.model.sums import SumState
from monitor.running.statistic import STATISTICS, Statistic

KIND = "max_image"


def of(frames: NDArray[Any]) -> SumState:
    """Maximum over the events of an array of shape (events, ...); NaN = masked, ignored where another event has a value."""
    return SumState(KIND, len(frames), {"largest": np.fmax.reduce(frames, axis=0)})


def merge(states: Sequence[SumState]) -> SumState:
    """Maximum of all states."""
    largest = states[0].arrays["largest"]
    for state in states[1:]:
        largest = np.fmax(largest, state.arrays["largest"])
    return SumState(KIND, sum(state.count for state in states), {"largest": largest})


def value(state: SumState) -> NDArray[np.float64]:
    """Largest values; NaN = masked in every event."""
    return np.asarray(state.arrays["largest"], np.float64)


STATISTICS.add(KIND, Statistic(of=of, merge=merge, value=value))
