"""Running statistics on their way from a worker to the file: named, counted, mergeable."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class SumState:
    """The state of one running statistic over a stated set of events.

    Attributes
    ----------
    kind
        Name of the statistic in ``monitor.running`` that can merge and evaluate it.
    count
        Events that contributed.
    arrays
        What the statistic needs to be merged, by name; shapes and dtypes are the statistic's own.
    """

    kind: str
    count: int
    arrays: Mapping[str, NDArray[Any]]


Sums = Mapping[str, SumState]
"""Statistic name (``cspad_calib``, ``cspad_calib_laser_on`` ...) to its state."""
