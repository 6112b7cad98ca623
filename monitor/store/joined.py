"""Several parts read as one table, in their own order or in order of time."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.errors import DamagedData
from monitor.model.field import Field
from monitor.store.axis import EVENTS, TIMESTAMP, Lengths, axes_of, axis_of
from monitor.store.order import ElementOrder, time_order
from monitor.store.part_reader import PartReader

CLOCKS = ("event_time", TIMESTAMP)
"""Columns that say when an event was, the first that a file has."""


class Joined:
    """Durable rows of parts one behind the other; the missing value where a part lacks a column.

    Parameters
    ----------
    readers
        Parts in order.
    columns
        Path to field, of all parts.
    by_time
        Rows in order of time instead of their own; rows of groups of their own rate and elements of ragged groups go with them.
    """

    def __init__(self, readers: Sequence[PartReader], columns: Mapping[str, Field], *, by_time: bool = False) -> None:
        self._readers = readers
        self._columns = columns
        self._starts = {
            axis: np.concatenate([[0], np.cumsum([reader.extent(axis) for reader in readers])]).astype(np.int64)
            for axis in (EVENTS, *axes_of(columns))
        }
        self._orders: dict[str, NDArray[np.int64] | ElementOrder] = {}
        if by_time:
            self._sort()

    def extent(self, axis: str) -> int:
        """Rows along an axis."""
        return int(self._starts[axis][-1])

    def read(self, path: str, first: int, stop: int) -> NDArray[Any]:
        """Rows ``first`` to ``stop`` of a column, shape (rows, ...); a copy."""
        order = self._orders.get(axis_of(path, self._columns[path]))
        if order is None:
            return self._span(path, first, stop)
        wanted = order.wanted(first, stop) if isinstance(order, ElementOrder) else order[first:stop]
        if not len(wanted):
            return self._span(path, 0, 0)
        low, high = int(wanted.min()), int(wanted.max()) + 1
        if high - low <= 4 * len(wanted):
            return self._span(path, low, high)[wanted - low]
        # Far from sorted: stretches that lie side by side are read together.
        stretches = np.split(wanted, np.flatnonzero(np.diff(wanted) != 1) + 1)
        return np.concatenate([self._span(path, int(stretch[0]), int(stretch[-1]) + 1) for stretch in stretches])

    def _sort(self) -> None:
        """Find the order of time of the events and of each group of its own rate; ragged groups follow their rows."""
        for axis in (EVENTS, *sorted({axis_of(path, field) for path, field in self._columns.items() if field.aligned})):
            paths = [f"{axis}/{name}" if axis else name for name in CLOCKS]
            known = [path for path in paths if path in self._columns and axis_of(path, self._columns[path]) == axis]
            order = time_order(self._span(known[0], 0, self.extent(axis))) if known else None
            if order is not None:
                self._orders[axis] = order
        for path, field in self._columns.items():
            rows = self._orders.get(axis_of(path, field))
            if isinstance(field, Lengths) and isinstance(rows, np.ndarray):
                group = path.removesuffix("_len")
                elements = ElementOrder(self._span(path, 0, len(rows)), rows)
                if len(elements) != self.extent(group):
                    raise DamagedData(f"{path} does not sum to the elements of {group}", source=str(self._readers[0].path))
                self._orders[group] = elements

    def _span(self, path: str, first: int, stop: int) -> NDArray[Any]:
        """Rows as they lie."""
        field = self._columns[path]
        starts = self._starts[axis_of(path, field)]
        pieces = [np.empty((0, *field.shape), field.dtype)]
        for number in range(max(0, int(np.searchsorted(starts, first, "right")) - 1), len(self._readers)):
            low, high = max(first, int(starts[number])), min(stop, int(starts[number + 1]))
            if low >= high:
                continue
            reader, start = self._readers[number], int(starts[number])
            if path in reader.columns:
                pieces.append(reader.read(path, low - start, high - start))
            else:
                pieces.append(np.full((high - low, *field.shape), field.missing, field.dtype))
        return pieces[1] if len(pieces) == 2 else np.concatenate(pieces)
