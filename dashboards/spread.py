"""Which of many events stand for all of them: evenly spread, and out of step with whatever repeats (laser on, off, on ...)."""

import numpy as np
from numpy.typing import NDArray

GOLDEN = 0.6180339887498949
"""Multiples of the golden ratio fill the unit interval evenly, and their near returns come at odd and even distances alike."""


def is_among(places: NDArray[np.int64], every: int) -> NDArray[np.bool_]:
    """Whether an event is among one of ``every``, by its place among all; those of ``2 * every`` are some of these."""
    return places * GOLDEN % 1.0 < 1.0 / every


def chosen(events: int, most: int) -> NDArray[np.int64]:
    """Places of ``most`` of so many events, rising; of all if there are not more."""
    if events <= most:
        return np.arange(events)
    turn = np.arange(events) * GOLDEN % 1.0
    return np.sort(np.argpartition(turn, most - 1)[:most])
