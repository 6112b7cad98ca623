"""Columns that clients computed themselves, joined by event into the rows that go into the file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from monitor.model.column import Column
from monitor.model.field import Field
from monitor.model.rows import Rows

GROUP = "user"
MOST_FIELDS, MOST_CLIENTS = 256, 64
MOST_PENDING = 64 << 20
"""Bytes of values that wait for their rows; beyond it they are refused."""

FATES = ("joined", "late", "unknown", "refused")


@dataclass(frozen=True, slots=True)
class Columns:
    """Values of a client for some events.

    Attributes
    ----------
    client
        Name of the client: the group in the file is ``user/<client>``.
    seq
        Sequence numbers, int64, shape (events,), ascending, each once.
    columns
        By path; each has one value for each of the events.
    """

    client: str
    seq: NDArray[np.int64]
    columns: Mapping[str, Column]

    @property
    def nbytes(self) -> int:
        """Bytes of all values."""
        return sum(column.values.nbytes for column in self.columns.values())


@dataclass(slots=True)
class Joiner:
    """Keeps values until the rows of their events go into the file; what comes later than that is late.

    Attributes
    ----------
    counts
        Client to events by fate: joined, late (their rows were settled), unknown (never shown, or without a row), refused (the
        type changed, too many fields, too much at once).
    """

    counts: dict[str, dict[str, int]] = field(default_factory=dict)
    _fields: dict[str, Field] = field(default_factory=dict)
    _pending: list[Columns] = field(default_factory=list)
    _bytes: int = 0

    def add(self, given: Columns, settled: int, newest: int) -> None:
        """Take values.

        Parameters
        ----------
        given
            What a client sent.
        settled
            Events below this are on their way into the file or lost.
        newest
            Events from this on were never shown to anybody.
        """
        if given.client not in self.counts and len(self.counts) >= MOST_CLIENTS:
            return
        count = self.counts.setdefault(given.client, dict.fromkeys(FATES, 0))
        late, unknown = given.seq < settled, given.seq >= newest
        count["late"] += int(late.sum())
        count["unknown"] += int(unknown.sum())
        keep = ~late & ~unknown
        if not keep.any():
            return
        if not self._fits(given):
            count["refused"] += int(keep.sum())
            return
        columns = {path: Column(c.field, c.values[keep], c.present) for path, c in given.columns.items()}
        kept = Columns(given.client, given.seq[keep], columns)
        self._pending.append(kept)
        self._bytes += kept.nbytes

    def joined(self, tables: Sequence[Rows]) -> tuple[Rows, ...]:
        """The same tables, in event order, with the columns that clients have for their events.

        What belongs before their end is let go of; an event that has no row is one that nobody knows.
        """
        if not self._pending or not tables:
            return tuple(tables)
        done = tuple(self._joined(table) for table in tables)
        for given in self._pending:
            ends = np.searchsorted(given.seq, [(table.first, table.stop) for table in tables])
            found = int((ends[:, 1] - ends[:, 0]).sum())
            self.counts[given.client]["joined"] += found
            self.counts[given.client]["unknown"] += int(ends[-1, 1]) - found
        self._let_go(tables[-1].stop)
        return done

    def _fits(self, given: Columns) -> bool:
        """Whether these fields are as they were before, and there is room."""
        new = {path: column.field for path, column in given.columns.items() if path not in self._fields}
        same = all(self._fields.get(path, column.field) == column.field for path, column in given.columns.items())
        if not same or len(self._fields) + len(new) > MOST_FIELDS or self._bytes + given.nbytes > MOST_PENDING:
            return False
        self._fields.update(new)
        return True

    def _joined(self, rows: Rows) -> Rows:
        """One table with what is pending for it."""
        more: dict[str, Column] = {}
        for given in self._pending:
            start, stop = np.searchsorted(given.seq, [rows.first, rows.stop])
            if start == stop:
                continue
            at = given.seq[start:stop] - rows.first
            for path, column in given.columns.items():
                if path not in more:
                    values = np.zeros((rows.count, *column.field.shape), column.field.dtype)
                    more[path] = Column(column.field, values, np.zeros(rows.count, bool))
                more[path].values[at] = column.values[start:stop]
                more[path].mask[at] = True
        return Rows(rows.first, rows.count, {**rows.columns, **more}) if more else rows

    def _let_go(self, stop: int) -> None:
        """Forget what belongs to events before ``stop``."""
        left = []
        for given in self._pending:
            at = int(np.searchsorted(given.seq, stop))
            if at < len(given.seq):
                columns = {path: Column(c.field, c.values[at:], None) for path, c in given.columns.items()}
                left.append(Columns(given.client, given.seq[at:], columns))
        self._pending = left
        self._bytes = sum(given.nbytes for given in left)
