"""Rows of a run in order of time, and what runs along with them: rows of groups of their own rate, elements of ragged groups."""

import numpy as np
from numpy.typing import NDArray

from monitor.model.field import MISSING_INTEGER


def time_order(time: NDArray[np.int64]) -> NDArray[np.int64] | None:
    """Row numbers in order of time (equal times as they lie); None if they are so already (the usual case), or some have none."""
    if (time == MISSING_INTEGER).any() or (time[1:] >= time[:-1]).all():
        return None
    return np.argsort(time, kind="stable").astype(np.int64)


class ElementOrder:
    """Elements of a ragged group whose rows are put into another order.

    Parameters
    ----------
    lengths
        Elements of each row as they lie, shape (rows,).
    order
        Row numbers in the new order.
    """

    def __init__(self, lengths: NDArray[np.int64], order: NDArray[np.int64]) -> None:
        self._from = (np.cumsum(lengths) - lengths)[order]
        self._to = np.concatenate([[0], np.cumsum(lengths[order])])

    def __len__(self) -> int:
        return int(self._to[-1])

    def wanted(self, first: int, stop: int) -> NDArray[np.int64]:
        """Where the elements ``first`` to ``stop`` of the new order lie, int64."""
        places = np.arange(first, min(stop, len(self)))
        rows = np.searchsorted(self._to, places, "right") - 1
        wanted: NDArray[np.int64] = self._from[rows] + places - self._to[rows]
        return wanted
