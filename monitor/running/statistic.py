"""What a running statistic is: the four functions that one file of this folder declares."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.model.sums import SumState
from monitor.plugins import Registry


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistic:
    """A statistic of arrays that can be split over workers and merged in any order.

    Attributes
    ----------
    of
        State of the given events: an array of shape (events, ...), at least one event.
    merge
        One state of many non-empty states, without changing any of them.
    value
        What the state says, float64: in the shape of one event, or what the statistic's file says instead.
    absorb
        As ``merge`` of the first with all others, in the arrays of the first, which must come from ``merge`` and which nobody
        else looks at; None: the statistic cannot do that.
    of_chosen
        As ``of`` for the events at some places, ascending int64, without copying them; None: as ``of`` of a copy.
    """

    of: Callable[[NDArray[Any]], SumState]
    merge: Callable[[Sequence[SumState]], SumState]
    value: Callable[[SumState], NDArray[Any]]
    absorb: Callable[[SumState, Sequence[SumState]], SumState] | None = None
    of_chosen: Callable[[NDArray[Any], NDArray[np.int64]], SumState] | None = None


STATISTICS: Registry[Statistic] = Registry("running statistic")
