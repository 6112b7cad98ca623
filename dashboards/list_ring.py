"""The newest elements of ragged fields in bounded memory, with views that cost nothing."""

import numpy as np

from dashboards.arrays import Piece
from dashboards.curve_ring import room_for, roomy
from dashboards.snapshot import FieldInfo, Lists

NOTES_BYTES = 24
"""What is noted per event beside its elements: sequence number, start and length."""


class ListRing:
    """One ragged field; written behind the last event, so that what was given out never changes.

    Parameters
    ----------
    limit_bytes
        Most bytes of elements, and of notes per event, that are given out; one event is kept whatever its size.
    """

    def __init__(self, limit_bytes: int) -> None:
        self.limit_bytes = limit_bytes
        self._seq, self._starts, self._lengths = (np.empty(0, np.int64) for _ in range(3))
        self._values = np.empty(0)
        # Events first to stop are held, and this many elements are written.
        self._first, self._stop, self._used = 0, 0, 0

    def view(self, info: FieldInfo) -> Lists:
        """What is held."""
        here = slice(self._first, self._stop)
        return Lists(self._seq[here], self._starts[here], self._lengths[here], self._values[: self._used], info)

    def append(self, piece: Piece) -> None:
        """Take newer values. Those held of the same or later events are forgotten; all are if the dtype is another one."""
        if piece.lengths is None or not len(piece.seq):
            return
        if piece.values.dtype != self._values.dtype:
            self._first, self._stop, self._used = 0, 0, 0
            self._values = np.empty(0, piece.values.dtype)
        events, elements = len(piece.seq), len(piece.values)
        keep = self._first + int(np.searchsorted(self._seq[self._first : self._stop], piece.seq[0]))
        full = self._stop + events > len(self._seq) or self._used + elements > len(self._values)
        if keep < self._stop or full:
            self._move(self._oldest(keep, events, elements), keep, events, elements)
        here, places = slice(self._stop, self._stop + events), slice(self._used, self._used + elements)
        self._seq[here], self._lengths[here], self._values[places] = piece.seq, piece.lengths, piece.values
        self._starts[here] = self._used + np.cumsum(piece.lengths) - piece.lengths
        self._stop, self._used = here.stop, places.stop
        self._first = min(self._oldest(self._stop, 0, 0), self._stop - 1)

    def _oldest(self, stop: int, events: int, elements: int) -> int:
        """The first event that is kept of those before ``stop``, beside so many more events and elements."""
        used = self._ended(stop)
        free = self.limit_bytes // self._values.itemsize - elements
        enough = int(np.searchsorted(self._starts[self._first : stop], used - free)) if used > free else 0
        return min(stop, max(self._first + enough, stop + events - max(1, self.limit_bytes // NOTES_BYTES)))

    def _ended(self, stop: int) -> int:
        """Elements before the event at this place."""
        return int(self._starts[stop - 1] + self._lengths[stop - 1]) if stop else 0

    def _move(self, first: int, stop: int, events: int, elements: int) -> None:
        """To new arrays with room for more; the old ones live as long as somebody holds them."""
        start, end = self._ended(first), self._ended(stop)
        room = room_for(stop - first + events, self.limit_bytes // NOTES_BYTES)
        self._seq, self._lengths = roomy(self._seq[first:stop], room), roomy(self._lengths[first:stop], room)
        self._starts = roomy(self._starts[first:stop] - start, room)
        self._values = roomy(self._values[start:end], room_for(end - start + elements, self.limit_bytes // self._values.itemsize))
        self._first, self._stop, self._used = 0, stop - first, end - start
