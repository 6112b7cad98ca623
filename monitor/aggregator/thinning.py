"""Fewer fields and fewer events of the rows: for bridges and forwarding. Pure."""

from collections.abc import Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from monitor.model.column import Column
from monitor.model.field import Field
from monitor.model.rows import Rows
from monitor.wire.rows import ALWAYS_THERE, Reduced

SEQ = Field(name="seq", dtype=np.dtype("<i8"), unit="1", description="sequence number of the event")


class Thinning:
    """What is left of rows.

    Parameters
    ----------
    fields
        Paths wanted, ``*`` and ``?`` as in file names; empty = all. Time, fiducials and pipeline version always stay.
    every
        Only events whose sequence number divides by this.
    rate
        Most events per second of event time; 0 = no limit.
    """

    def __init__(self, fields: Sequence[str] = (), *, every: int = 1, rate: float = 0.0) -> None:
        self._fields = tuple(fields)
        self._every = every
        self._period_ns = round(1e9 / rate) if rate else 0
        self._due_ns = 0
        self._wanted = lru_cache(maxsize=16384)(self._is_wanted)

    def wants(self, path: str) -> bool:
        """Whether a field stays."""
        return self._wanted(path)

    def thin(self, reduced: Reduced) -> Reduced:
        """The rows that stay, views where all events do. If some events do not, the column ``seq`` tells which rows these are."""
        rows = reduced.rows
        columns = {path: column for path, column in rows.columns.items() if path == SEQ.name or self._wanted(path)}
        index = self._events(rows)
        if index is None:
            return replace(reduced, rows=Rows(rows.first, rows.count, columns))
        seq = sequence_numbers(rows)[index]
        taken = {path: take_events(column, index) for path, column in columns.items()}
        first = int(seq[0]) if len(seq) else rows.first
        return replace(reduced, rows=Rows(first, len(seq), {**taken, SEQ.name: Column(SEQ, seq)}))

    def _is_wanted(self, path: str) -> bool:
        return path in ALWAYS_THERE or not self._fields or any(fnmatchcase(path, wish) for wish in self._fields)

    def _events(self, rows: Rows) -> NDArray[np.int64] | None:
        """Indices of the events that stay; ``None`` = all."""
        if self._every == 1 and not self._period_ns:
            return None
        index = np.flatnonzero(sequence_numbers(rows) % self._every == 0)
        if not self._period_ns:
            return index
        time = rows.columns["event_time"].values[index]
        return index[self._paced((time >> 32) * 1_000_000_000 + (time & 0xFFFFFFFF))]

    def _paced(self, time_ns: NDArray[np.int64]) -> list[int]:
        """Places of events that are at least a period apart; a step back in time begins anew."""
        kept: list[int] = []
        place = 0
        while place < len(time_ns):
            now = int(time_ns[place])
            if now >= self._due_ns or now < self._due_ns - 2 * self._period_ns:
                kept.append(place)
                self._due_ns = now + self._period_ns
                place += 1
                continue
            later = np.flatnonzero((time_ns[place:] >= self._due_ns) | (time_ns[place:] < self._due_ns - 2 * self._period_ns))
            if not len(later):
                break
            place += int(later[0])
        return kept


def sequence_numbers(rows: Rows) -> NDArray[np.int64]:
    """Sequence number of each row, int64, shape (events,): those in the column ``seq``, else consecutive ones."""
    known = rows.columns.get(SEQ.name)
    if known is not None and known.values.dtype == np.int64 and known.values.shape == (rows.count,):
        return known.values
    return np.arange(rows.first, rows.stop)


def behind(rows: Rows) -> int:
    """Sequence number behind the last of these rows, whether some of them were left out or not."""
    seq = sequence_numbers(rows)
    return int(seq[-1]) + 1 if len(seq) else rows.stop


def take_events(column: Column, index: NDArray[np.int64]) -> Column:
    """The values of these events as copies."""
    present = None if column.present is None else column.present[index]
    if column.lengths is None:
        return Column(column.field, column.values[index], present)
    starts = np.cumsum(column.lengths) - column.lengths
    lengths = column.lengths[index]
    elements = np.repeat(starts[index] - (np.cumsum(lengths) - lengths), lengths) + np.arange(int(lengths.sum()))
    return Column(column.field, column.values[elements], present, lengths)
