"""Several parts read as one table, in their own order or in order of time."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.model.field import MISSING_INTEGER, Field
from monitor.store.part_reader import PartReader

EVENT_TIME = "event_time"


class Joined:
    """Durable rows of parts one behind the other; the missing value where a part lacks a column.

    Parameters
    ----------
    readers
        Parts in order.
    columns
        Path to field, of all parts.
    order
        Row numbers in the order in which they shall be read; None = as they lie.
    """

    def __init__(
        self, readers: Sequence[PartReader], columns: Mapping[str, Field], order: NDArray[np.int64] | None = None
    ) -> None:
        self._readers = readers
        self._columns = columns
        self._order = order
        self._starts = np.concatenate([[0], np.cumsum([reader.rows for reader in readers])]).astype(np.int64)

    def __len__(self) -> int:
        return int(self._starts[-1])

    def read(self, path: str, first: int, stop: int) -> NDArray[Any]:
        """Rows ``first`` to ``stop`` of a column, shape (rows, ...); a copy."""
        if self._order is None:
            return self._span(path, first, stop)
        wanted = self._order[first:stop]
        low, high = int(wanted.min()), int(wanted.max()) + 1
        if high - low <= 4 * len(wanted):
            return self._span(path, low, high)[wanted - low]
        # Far from sorted: stretches that lie side by side are read together.
        stretches = np.split(wanted, np.flatnonzero(np.diff(wanted) != 1) + 1)
        return np.concatenate([self._span(path, int(stretch[0]), int(stretch[-1]) + 1) for stretch in stretches])

    def _span(self, path: str, first: int, stop: int) -> NDArray[Any]:
        """Rows as they lie."""
        field = self._columns[path]
        pieces = [np.empty((0, *field.shape), field.dtype)]
        for number in range(max(0, int(np.searchsorted(self._starts, first, "right")) - 1), len(self._readers)):
            low, high = max(first, int(self._starts[number])), min(stop, int(self._starts[number + 1]))
            if low >= high:
                continue
            reader, start = self._readers[number], int(self._starts[number])
            if path in reader.columns:
                pieces.append(reader.read(path, low - start, high - start))
            else:
                pieces.append(np.full((high - low, *field.shape), field.missing, field.dtype))
        return pieces[1] if len(pieces) == 2 else np.concatenate(pieces)


def time_order(readers: Sequence[PartReader]) -> NDArray[np.int64] | None:
    """Row numbers in order of time (equal times as they lie); None if they are so already (the usual case), or some have none."""
    times = [reader.read(EVENT_TIME, 0, reader.rows) for reader in readers if EVENT_TIME in reader.columns and reader.rows]
    if sum(len(part) for part in times) != sum(reader.rows for reader in readers) or not times:
        return None
    time = np.concatenate(times)
    if (time == MISSING_INTEGER).any() or (time[1:] >= time[:-1]).all():
        return None
    return np.argsort(time, kind="stable").astype(np.int64)
