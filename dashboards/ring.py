"""The newest rows in bounded memory, with snapshots that cost nothing."""

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from dashboards.table import Table, empty, joined

T = TypeVar("T", bound=np.generic)

FIRST_CAPACITY = 4096


class RowRing:
    """Keeps the newest ``limit`` rows; one thread writes, any number read the tables it gave out.

    Rows are written behind the last one into arrays with room to spare, and a table is a view of what was written so far, so
    a table never changes. When the room is used up the newest rows move to new arrays; the old ones live as long as a table.

    Parameters
    ----------
    limit
        Most rows a table has.
    """

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._room = empty()
        self._start = 0
        self._stop = 0

    def table(self) -> Table:
        """The rows that are held now, as read-only views."""
        return self._room.part(self._start, self._stop)

    def append(self, rows: Table) -> None:
        """Take newer rows. Those held with the same or a later sequence number are forgotten: the sender began anew there."""
        if not len(rows):
            return
        held = self.table()
        if len(held) and held.seq[-1] >= rows.seq[0]:
            self._settle(held.part(0, int(np.searchsorted(held.seq, rows.seq[0]))), len(rows))
        self._write(rows.last(self.limit))

    def put_before(self, rows: Table) -> None:
        """Take a stretch of history: it replaces what is held up to its end and leaves the newer rows behind it."""
        if not len(rows):
            return
        held = self.table()
        newer = held.part(int(np.searchsorted(held.seq, rows.seq[-1], side="right")))
        self._settle(joined(rows, newer).last(self.limit), 0)

    def _write(self, rows: Table) -> None:
        """Copy rows behind the last one, after making room and columns for them."""
        count = len(rows)
        if self._stop + count > len(self._room):
            self._settle(self.table().last(max(0, self.limit - count)), count)
        self._add_columns(rows)
        here = slice(self._stop, self._stop + count)
        self._room.seq[here] = rows.seq
        self._room.run[here] = rows.run
        self._room.step[here] = rows.step
        self._room.time[here] = rows.time
        for name, room in self._room.columns.items():
            room[here] = rows.columns.get(name, np.nan)
        self._stop += count
        self._start = max(self._start, self._stop - self.limit)

    def _settle(self, rows: Table, more: int) -> None:
        """Move rows to new arrays with room for ``more`` and then some."""
        needed = len(rows) + more
        capacity = max(FIRST_CAPACITY, min(2 * needed, needed + self.limit // 4))
        columns = {name: _roomy(values, capacity) for name, values in rows.columns.items()}
        self._room = Table(
            _roomy(rows.seq, capacity),
            _roomy(rows.run, capacity),
            _roomy(rows.step, capacity),
            _roomy(rows.time, capacity),
            columns,
        )
        self._start, self._stop = 0, len(rows)

    def _add_columns(self, rows: Table) -> None:
        """A field seen for the first time has no values in earlier rows."""
        new = {name: np.full(len(self._room), np.nan) for name in rows.columns if name not in self._room.columns}
        if new:
            room = self._room
            self._room = Table(room.seq, room.run, room.step, room.time, {**room.columns, **new})


def _roomy(values: NDArray[T], capacity: int) -> NDArray[T]:
    """A copy with room behind it."""
    room = np.empty(capacity, values.dtype)
    room[: len(values)] = values
    return room
