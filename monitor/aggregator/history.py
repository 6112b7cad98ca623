"""The newest rows, for viewers that come late: a ring per scalar field, bounded in rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.model.column import Column
from monitor.model.field import Field
from monitor.model.rows import Rows

REPLY_BYTES = 64 << 20
"""Largest reply; a wish for more gets fewer rows."""


@dataclass(slots=True)
class _Ring:
    """Values and presence of one field, at the ring's places."""

    field: Field
    values: NDArray[Any]
    present: NDArray[np.bool_]


class History:
    """Scalars of the newest ``rows`` events that were shown.

    Parameters
    ----------
    rows
        Events kept.
    """

    def __init__(self, rows: int) -> None:
        self._size = rows
        self._rings: dict[str, _Ring] = {}
        self._count = 0
        self._seq = np.zeros(rows, np.int64)

    def add(self, rows: Rows) -> None:
        """Keep rows; they follow those kept before, or replace everything if they do not."""
        if self._count and rows.first <= self._seq[(self._count - 1) % self._size]:
            self._count = 0
        if rows.count > self._size:
            rows = rows.part(rows.stop - self._size, rows.stop)
        place = self._place(rows.count)
        self._seq[place] = np.arange(rows.first, rows.stop)
        for name, ring in self._rings.items():
            if name not in rows.columns:
                ring.present[place] = False
        for column in rows.columns.values():
            if not column.field.shape and column.field.dtype.kind in "biuf":
                ring = self._ring(column.field)
                ring.values[place] = column.values
                ring.present[place] = True if column.present is None else column.present
        self._count += rows.count

    def newest(self, last: int, fields: Sequence[str] = ()) -> Rows:
        """The newest rows.

        Parameters
        ----------
        last
            Most rows wanted.
        fields
            Names; empty = all. Unknown ones are left out. ``event_time``, ``fiducials`` and ``pipeline_version`` are always
            there, and so is ``seq``, the sequence number of each row: there may be gaps between rows.

        Returns
        -------
        Rows
            Copies. ``first`` is the sequence number of the first row.
        """
        always = ("event_time", "fiducials", "pipeline_version")
        wanted = [name for name in self._rings if not fields or name in fields or name in always]
        width = 8 + sum(self._rings[name].values.itemsize + 1 for name in wanted)
        n = max(0, min(last, self._count, self._size, REPLY_BYTES // width))
        place = (np.arange(self._count - n, self._count)) % self._size
        columns = {"seq": Column(Field(name="seq", dtype=np.dtype("<i8"), unit="1"), self._seq[place])}
        for name in wanted:
            ring = self._rings[name]
            columns[name] = Column(ring.field, ring.values[place], ring.present[place])
        return Rows(int(self._seq[place[0]]) if n else 0, n, columns)

    def _place(self, count: int) -> slice | NDArray[np.int64]:
        """Where the next rows go: a slice where possible, because that is several times faster."""
        start = self._count % self._size
        if start + count <= self._size:
            return slice(start, start + count)
        return np.arange(start, start + count) % self._size

    def _ring(self, field: Field) -> _Ring:
        """The ring of a field; started anew if the field now has another dtype."""
        ring = self._rings.get(field.name)
        if ring is None or ring.values.dtype != field.dtype:
            # Memory of zeros is not touched until written, so a field that comes late costs nothing for the past.
            ring = _Ring(field, np.zeros(self._size, field.dtype), np.zeros(self._size, bool))
            self._rings[field.name] = ring
        return ring
