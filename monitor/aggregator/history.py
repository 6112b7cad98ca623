"""The newest rows, for viewers that come late: a ring per field of few numbers, bounded in rows."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.model.column import Column
from monitor.model.field import Field
from monitor.model.rows import Rows

REPLY_BYTES = 64 << 20
"""Largest reply; a wish for more gets fewer rows."""


PIECES_ASIDE, ROWS_ASIDE = 64, 4096

MOST_NUMBERS = 16
"""Numbers per event up to which a vector is kept: the channels of a monitor, not a projection."""


@dataclass(slots=True)
class _Ring:
    """Values and presence of one field, at the ring's places."""

    field: Field
    values: NDArray[Any]
    present: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class _Layout:
    """Fields of a table, known by their identity (and held for that), and the names of those that are kept."""

    key: tuple[int, ...]
    fields: tuple[Field, ...]
    kept: tuple[str, ...]


class History:
    """Scalars and short vectors of the newest ``rows`` events that were shown.

    Small pieces are kept aside and put into the rings together, because the cost is per field and piece.

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
        self._aside: list[Rows] = []
        self._aside_rows = 0
        self._layout = self._aside_layout = _Layout((), (), ())
        self._stop = 0

    def add(self, rows: Rows) -> None:
        """Keep rows; they follow those kept before, or replace everything if they do not."""
        if rows.first < self._stop:
            self._aside, self._aside_rows, self._count = [], 0, 0
        self._stop = rows.stop
        fields = tuple([column.field for column in rows.columns.values()])
        key = tuple(map(id, fields))
        if self._layout.key != key:
            self._layout = _Layout(key, fields, tuple(name for name, c in rows.columns.items() if _is_kept(c.field)))
        scalars = {name: rows.columns[name] for name in self._layout.kept}
        if self._aside and self._layout is not self._aside_layout and not _alike(self._aside[-1].columns, scalars):
            self._put_away()
        self._aside_layout = self._layout
        self._aside.append(Rows(rows.first, rows.count, scalars))
        self._aside_rows += rows.count
        if len(self._aside) >= PIECES_ASIDE or self._aside_rows >= ROWS_ASIDE:
            self._put_away()

    @property
    def stop(self) -> int:
        """Sequence number behind the newest row; 0 if there was none."""
        return self._stop

    @property
    def oldest(self) -> int:
        """Sequence number of the oldest row that is kept; what was before it is in the file alone."""
        self._put_away()
        return int(self._seq[(self._count - min(self._count, self._size)) % self._size]) if self._count else 0

    def newest(self, last: int, fields: Sequence[str] = (), *, since: int = 0, before: int | None = None, every: int = 1) -> Rows:
        """The newest rows.

        Parameters
        ----------
        last
            Most rows wanted. There may be fewer, also because they would be larger than ``REPLY_BYTES``.
        fields
            Names; empty = all. Unknown ones are left out. ``event_time``, ``fiducials`` and ``pipeline_version`` are always
            there, and so is ``seq``, the sequence number of each row: there may be gaps between rows.
        since, before
            Only rows with sequence numbers from the one, and below the other.
        every
            Only rows whose sequence number is divisible by this.

        Returns
        -------
        Rows
            Copies. ``first`` is the sequence number of the first row.
        """
        self._put_away()
        always = ("event_time", "fiducials", "pipeline_version")
        wanted = [name for name in self._rings if not fields or name in fields or name in always]
        width = 8 + sum(self._rings[name].values[:1].nbytes + 1 for name in wanted)
        place = self._within(since, before, every)
        place = place[len(place) - max(0, min(last, len(place), REPLY_BYTES // width)) :]
        columns = {"seq": Column(Field(name="seq", dtype=np.dtype("<i8"), unit="1"), self._seq[place])}
        for name in wanted:
            ring = self._rings[name]
            columns[name] = Column(ring.field, ring.values[place], ring.present[place])
        return Rows(int(self._seq[place[0]]) if len(place) else 0, len(place), columns)

    def _within(self, since: int, before: int | None, every: int) -> NDArray[np.int64]:
        """Places of the rows within bounds, in event order."""
        kept = min(self._count, self._size)
        place = np.arange(self._count - kept, self._count) % self._size
        seq = self._seq[place]
        start = int(np.searchsorted(seq, since))
        stop = kept if before is None else int(np.searchsorted(seq, before))
        place, seq = place[start:stop], seq[start:stop]
        return place if every == 1 else place[seq % every == 0]

    def _put_away(self) -> None:
        """Put everything that is aside, all of the same fields, into the rings."""
        pieces, self._aside, self._aside_rows = self._aside, [], 0
        if not pieces:
            return
        seq = np.concatenate([np.arange(piece.first, piece.stop) for piece in pieces])[-self._size :]
        place = self._place(len(seq))
        self._seq[place] = seq
        for name, ring in self._rings.items():
            if name not in pieces[0].columns:
                ring.present[place] = False
        for name, column in pieces[0].columns.items():
            ring = self._ring(column.field)
            columns = [piece.columns[name] for piece in pieces]
            ring.values[place] = np.concatenate([each.values for each in columns])[-self._size :]
            if all(each.present is None for each in columns):
                ring.present[place] = True
            else:
                ring.present[place] = np.concatenate([each.mask for each in columns])[-self._size :]
        self._count += len(seq)

    def _place(self, count: int) -> slice | NDArray[np.int64]:
        """Where the next rows go: a slice where possible, because that is several times faster."""
        start = self._count % self._size
        if start + count <= self._size:
            return slice(start, start + count)
        return np.arange(start, start + count) % self._size

    def _ring(self, field: Field) -> _Ring:
        """The ring of a field; started anew if the field now has another dtype."""
        ring = self._rings.get(field.path)
        if ring is None or ring.values.dtype != field.dtype or ring.values.shape[1:] != field.shape:
            # Memory of zeros is not touched until written, so a field that comes late costs nothing for the past.
            ring = _Ring(field, np.zeros((self._size, *field.shape), field.dtype), np.zeros(self._size, bool))
            self._rings[field.path] = ring
        return ring


def _is_kept(field: Field) -> bool:
    """Whether a field is one number per event, or a few; a ragged one may be many."""
    return not field.ragged and field.dtype.kind in "biuf" and len(field.shape) <= 1 and math.prod(field.shape) <= MOST_NUMBERS


def _alike(one: Mapping[str, Column], other: Mapping[str, Column]) -> bool:
    """Whether two tables have the same fields of the same types and shapes."""
    return one.keys() == other.keys() and all(
        (one[name].field.dtype, one[name].field.shape) == (column.field.dtype, column.field.shape)
        for name, column in other.items()
    )
