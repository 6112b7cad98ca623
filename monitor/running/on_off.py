"""Two groups of events beside each other, with the laser and without: means, their difference, and its error.

The events come sorted into two slots (``slots``): an event has its values in the slot of its group and NaN in the other, so that
the sums of both lie in one array and are always over the same set of batches.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.model.sums import SumState
from monitor.running.statistic import STATISTICS, Statistic

KIND = "on_off"
ON, OFF = 0, 1
MEAN_ON, MEAN_OFF, DIFFERENCE, ERROR = range(4)


def slots(values: NDArray[Any], on: NDArray[np.bool_], off: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Values of events of shape (events, ...) in two slots, shape (events, 2, ...); NaN in a slot the event is not of."""
    sorted_in = np.full((len(values), 2, *values.shape[1:]), np.nan)
    sorted_in[on, ON], sorted_in[off, OFF] = values[on], values[off]
    return sorted_in


def of(frames: NDArray[Any]) -> SumState:
    """State of events in slots.

    Parameters
    ----------
    frames
        Shape (events, 2, ...): with the laser, without; NaN = the event does not count there.

    Returns
    -------
    SumState
        ``total``, ``squares`` (float64) and ``events`` (int64: how many counted), each of shape (2, ...).
    """
    wide = np.asarray(frames, np.float64)
    good = ~np.isnan(wide)
    known = np.where(good, wide, 0.0)
    return _state(len(wide), known.sum(axis=0), (known * known).sum(axis=0), good.sum(axis=0, dtype=np.int64))


def merge(states: Sequence[SumState]) -> SumState:
    """Sums of all states, in arrays of its own.

    Raises
    ------
    ValueError
        If the values have different shapes.
    """
    shapes = {state.arrays["total"].shape for state in states}
    if len(shapes) > 1:
        raise ValueError(f"sums of values of shapes {sorted(shapes)} cannot be merged")
    total, squares, events = (sum(state.arrays[name] for state in states) for name in ("total", "squares", "events"))
    return _state(sum(state.count for state in states), total, squares, events)


def value(state: SumState) -> NDArray[np.float64]:
    """Mean on, mean off, difference, and standard error of the difference, float64, shape (4, ...).

    NaN where a slot had no event; the error also where one had a single event, which says nothing of its spread.
    """
    total, squares, events = (np.asarray(state.arrays[name], np.float64) for name in ("total", "squares", "events"))
    mean = total / np.where(events > 0, events, np.nan)
    spread = np.maximum(squares - total * mean, 0) / np.where(events > 1, events - 1, np.nan)
    error = np.sqrt((spread / np.where(events > 0, events, np.nan)).sum(axis=0))
    return np.stack([mean[ON], mean[OFF], mean[ON] - mean[OFF], error])


def _state(count: int, total: Any, squares: Any, events: Any) -> SumState:
    return SumState(KIND, count, {"total": total, "squares": squares, "events": events})


STATISTICS.add(KIND, Statistic(of=of, merge=merge, value=value))
