"""The newest values of array fields in bounded memory, with views that cost nothing."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dashboards.arrays import Piece
from dashboards.snapshot import Curves, FieldInfo


class CurveRing:
    """One field of fixed shape; written behind the last one, so that what was given out never changes.

    Parameters
    ----------
    limit_bytes
        Most bytes of values that are given out; one event is kept whatever its size.
    """

    def __init__(self, limit_bytes: int) -> None:
        self.limit_bytes = limit_bytes
        self._seq = np.empty(0, np.int64)
        self._values: NDArray[Any] = np.empty((0, 0))
        self._start = 0
        self._stop = 0

    def view(self, info: FieldInfo) -> Curves:
        """What is held."""
        here = slice(self._start, self._stop)
        return Curves(self._seq[here], self._values[here], info)

    def append(self, piece: Piece) -> None:
        """Take newer values. Those held of the same or later events are forgotten; all are if the shape is another one."""
        if not len(piece.seq):
            return
        if piece.values.shape[1:] != self._values.shape[1:] or piece.values.dtype != self._values.dtype:
            self._seq, self._values = np.empty(0, np.int64), np.empty((0, *piece.values.shape[1:]), piece.values.dtype)
            self._start = self._stop = 0
        limit = max(1, self.limit_bytes // max(1, piece.values[0].nbytes))
        seq, values = piece.seq[-limit:], piece.values[-limit:]
        keep = self._start + int(np.searchsorted(self._seq[self._start : self._stop], seq[0]))
        if keep < self._stop or keep + len(seq) > len(self._seq):
            self._move(max(self._start, keep - (limit - len(seq))), keep, len(seq), limit)
        here = slice(self._stop, self._stop + len(seq))
        self._seq[here], self._values[here] = seq, values
        self._stop = here.stop
        self._start = max(self._start, self._stop - limit)

    def _move(self, start: int, stop: int, more: int, limit: int) -> None:
        """To new arrays with room for ``more`` and then some; the old ones live as long as somebody holds them."""
        room = room_for(stop - start + more, limit)
        self._seq, self._values = roomy(self._seq[start:stop], room), roomy(self._values[start:stop], room)
        self._start, self._stop = 0, stop - start


def roomy(values: NDArray[Any], room: int) -> NDArray[Any]:
    """A copy in front of a new array of this length."""
    larger = np.empty((room, *values.shape[1:]), values.dtype)
    larger[: len(values)] = values
    return larger


def room_for(needed: int, limit: int) -> int:
    """How long a new array is, so that moving to it is rare and what it costs stays near the limit."""
    return max(needed, min(2 * needed, limit + limit // 4))
