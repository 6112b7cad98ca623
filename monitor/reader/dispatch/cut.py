"""Cuts blocks of events into batches: never larger than asked, never across a transition."""

from bisect import bisect_right
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.model.event import EPICS_CHANGE
from monitor.model.run_state import RunState
from monitor.reader.block import EventBlock, Memory
from monitor.reader.dispatch.draft import Cut, DraftPlace


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Stretch:
    """An ``EventBlock`` whose bytes are where they stay: ``places`` may be rings, ``held`` is the token of that memory."""

    events: NDArray[Any]
    pieces: NDArray[Any]
    places: tuple[DraftPlace, ...]
    epics_start: NDArray[np.float64]
    epics_changes: NDArray[Any]
    state: RunState
    created: float
    held: int | None = None


def stretch_of(block: EventBlock, created: float) -> Stretch:
    """A block as it is, its bytes where the source has them."""
    return Stretch(
        events=block.events,
        pieces=block.pieces,
        places=block.places,
        epics_start=block.epics_start,
        epics_changes=block.epics_changes,
        state=block.state,
        created=created,
    )


def without_first(stretch: Stretch, count: int) -> Stretch:
    """A stretch without its first events."""
    return _part(stretch, count, len(stretch.events), _sizes(stretch)[1]) if count else stretch


def split(stretch: Stretch, max_bytes: int) -> list[Stretch]:
    """A stretch in portions of at most so many bytes; an event that alone is larger is a portion of its own."""
    total, firsts = _sizes(stretch)
    if total[-1] <= max_bytes:
        return [stretch]
    portions, at = [], 0
    while at < len(stretch.events):
        stop = max(at + 1, bisect_right(total, total[at] + max_bytes) - 1)
        portions.append(_part(stretch, at, stop, firsts))
        at = stop
    return portions


class Cutter:
    """Collects events until a batch is full.

    Parameters
    ----------
    max_events, max_bytes
        Largest batch; an event that alone is larger makes a batch of its own.
    """

    def __init__(self, max_events: int, max_bytes: int) -> None:
        self._max_events = max_events
        self._max_bytes = max_bytes
        self._open: list[Stretch] = []
        self._events = 0
        self._bytes = 0
        self.opened = 0.0
        """Time at which the open batch got its first event; meaningless while ``count`` is 0."""

    @property
    def count(self) -> int:
        """Events in the open batch."""
        return self._events

    @property
    def held(self) -> set[int]:
        """Tokens of the memory that the open batch needs."""
        return {part.held for part in self._open if part.held is not None}

    def add(self, stretch: Stretch, now: float) -> list[Cut]:
        """Take events; return the batches that are full now."""
        full: list[Cut] = []
        if self._open and stretch.state is not self._open[0].state:
            full += self.close()
        total, firsts = _sizes(stretch)
        at, count = 0, len(stretch.events)
        while at < count:
            room = total[at] + self._max_bytes - self._bytes
            stop = min(at + self._max_events - self._events, bisect_right(total, room) - 1)
            if stop <= at and self._open:
                full += self.close()
                continue
            stop = min(max(stop, at + 1), count)
            self._take(_part(stretch, at, stop, firsts), total[stop] - total[at], now)
            at = stop
            if self._events >= self._max_events or self._bytes >= self._max_bytes:
                full += self.close()
        return full

    def close(self) -> list[Cut]:
        """The open batch, whatever its size; empty if there is none."""
        if not self._open:
            return []
        cut = _cut(self._open, self._bytes)
        self._open, self._events, self._bytes = [], 0, 0
        return [cut]

    def _take(self, part: Stretch, nbytes: int, now: float) -> None:
        """Put events into the open batch."""
        if not self._open:
            self.opened = now
        self._open.append(part)
        self._events += len(part.events)
        self._bytes += nbytes


def _sizes(stretch: Stretch) -> tuple[list[int], list[int]]:
    """Bytes before each event, and index of the first piece of each event; both with one entry more than events."""
    count = len(stretch.events)
    firsts = np.searchsorted(stretch.pieces["event"], np.arange(count + 1, dtype=np.uint32))
    total = np.concatenate([[0], np.cumsum(stretch.pieces["length"], dtype=np.int64)])
    return total[firsts].tolist(), firsts.tolist()


def _part(stretch: Stretch, at: int, stop: int, firsts: list[int]) -> Stretch:
    """Events ``at`` to ``stop`` as a stretch of their own."""
    if at == 0 and stop == len(stretch.events):
        return stretch
    pieces = stretch.pieces[firsts[at] : firsts[stop]].copy()
    pieces["event"] -= at
    start, changes = stretch.epics_start, stretch.epics_changes
    if len(changes):
        before, behind = np.searchsorted(changes["event"], [at, stop])
        start = _applied(start, changes[:before])
        changes = changes[before:behind].copy()
        changes["event"] -= at
    return Stretch(
        events=stretch.events[at:stop],
        pieces=pieces,
        places=stretch.places,
        epics_start=start,
        epics_changes=changes,
        state=stretch.state,
        created=stretch.created,
        held=stretch.held,
    )


def _applied(start: NDArray[np.float64], changes: NDArray[Any]) -> NDArray[np.float64]:
    """EPICS values after these changes; a copy if there are any."""
    if not len(changes):
        return start
    values = start.copy()
    # With repeated indices numpy keeps the last value, which is the newest one.
    values[changes["pv"]] = changes["value"]
    return values


def _cut(parts: list[Stretch], nbytes: int) -> Cut:
    """One batch of all parts."""
    first = parts[0]
    joined = first if len(parts) == 1 else _joined(parts)
    return Cut(
        events=joined.events,
        pieces=joined.pieces,
        places=joined.places,
        epics_start=joined.epics_start,
        epics_changes=joined.epics_changes,
        state=first.state,
        held=tuple(part.held for part in parts if part.held is not None),
        nbytes=nbytes,
        created=first.created,
    )


def _joined(parts: list[Stretch]) -> Stretch:
    """Several stretches of one state as one; the EPICS values at each seam become changes."""
    places: dict[DraftPlace | int, int] = {}
    kept: list[DraftPlace] = []
    pieces, changes, shift = [], [], 0
    values = parts[0].epics_start
    for part in parts:
        numbers = np.array([_place_number(place, places, kept) for place in part.places], np.uint32)
        own = part.pieces.copy()
        own["event"] += shift
        own["place"] = numbers[own["place"]] if len(own) else own["place"]
        pieces.append(own)
        seam = _differences(values, part.epics_start, shift)
        inside = part.epics_changes.copy()
        inside["event"] += shift
        changes += [seam, inside]
        values = _applied(part.epics_start, part.epics_changes)
        shift += len(part.events)
    first = parts[0]
    return Stretch(
        events=np.concatenate([part.events for part in parts]),
        pieces=np.concatenate(pieces),
        places=tuple(kept),
        epics_start=first.epics_start,
        epics_changes=np.concatenate(changes),
        state=first.state,
        created=first.created,
    )


def _place_number(place: DraftPlace, known: dict[DraftPlace | int, int], kept: list[DraftPlace]) -> int:
    """Index of a place in the joined list; each file and ring is there once."""
    key: DraftPlace | int = id(place) if isinstance(place, Memory) else place
    if key not in known:
        known[key] = len(kept)
        kept.append(place)
    return known[key]


def _differences(old: NDArray[np.float64], new: NDArray[np.float64], event: int) -> NDArray[Any]:
    """EPICS changes that lead from one set of values to another."""
    differs = np.flatnonzero((old != new) & ~(np.isnan(old) & np.isnan(new)))
    changes = np.zeros(len(differs), EPICS_CHANGE)
    changes["event"], changes["pv"], changes["value"] = event, differs, new[differs]
    return changes
