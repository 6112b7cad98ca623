"""The files of one XTC2 stream, chunk behind chunk; small data with the big data that they point to."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.reader.xtc2.small import big_file, big_places, is_small
from monitor.xtc2.chunk import NO_NAMES, NextChunk, next_chunk
from monitor.xtc2.header import Transition
from monitor.xtc2.heads import Stop, heads
from monitor.xtc2.mapped import open_mapped
from monitor.xtc2.names import NamesTable, table_of
from monitor.xtc2.walk import walk

FIRST_STRIDE, STRIDE = 64, 4096
"""Datagrams read at a time, at first and later: the first event is out at once even if the run is huge."""

STRIDE_BYTES = 64 << 20
"""Stretch of a file gone through at a time: with large frames each header is a page that the disk has to bring."""

ENDS = {
    Stop.HEADER: "file ends inside a datagram",
    Stop.PAYLOAD: "file ends inside a datagram",
    Stop.EXTENT: "corrupt datagram, rest of the file lost",
}


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """Further datagrams of a stream.

    Attributes
    ----------
    buffer
        Bytes at hand.
    table
        The datagrams, of dtype ``HEAD``.
    path
        File in which they are for others: of small data the big file.
    big
        Offset and length of each there, int64, shape (datagrams, 2).
    """

    buffer: NDArray[np.uint8]
    table: NDArray[Any]
    path: Path
    big: NDArray[np.int64]


class StreamFiles:
    """The chunks of one stream, one behind the other.

    Parameters
    ----------
    paths
        Known chunks in order; a chunk that its forerunner names is found in its folder without being known.
    counts
        Files that end badly, chunks that are missing, and events that are not where small data say are counted here.
    """

    def __init__(self, paths: Iterable[Path], counts: Counter[str]) -> None:
        self._paths = [path.absolute() for path in paths]
        self._counts = counts
        self._opened: list[Path] = []
        self._buffer: NDArray[np.uint8] | None = None
        self._at, self._stride = 0, FIRST_STRIDE
        self._names: NamesTable = NO_NAMES
        self._big: Path | None = None
        self._next: NextChunk | None = None

    def next(self) -> Found | None:
        """Further datagrams, of which only the first may be a Configure; ``None`` at the end."""
        while self._buffer is not None or self._open_next():
            buffer = self._buffer
            if buffer is None:
                break
            table = self._heads(buffer)
            if len(table):
                return self._placed(buffer, table)
        return None

    def _open_next(self) -> bool:
        """Open the chunk that the last one named, or the next one known; whether there is one."""
        named, self._next = self._next, None
        if named is not None:
            path = self._opened[-1].with_name(named.name)
            if path.exists():
                self._paths.insert(0, path)
            else:
                self._counts[f"{named.name}: next chunk of the stream is missing"] += 1
        self._paths = [path for path in self._paths if path not in self._opened]
        if not self._paths:
            return False
        path = self._paths.pop(0)
        self._buffer, self._at = open_mapped(path), 0
        self._opened.append(path)
        self._big = big_file(path) if is_small(path) else None
        return True

    def _heads(self, buffer: NDArray[np.uint8]) -> NDArray[Any]:
        """The next datagrams, up to a Configure or to where another chunk begins; none at the end of the file."""
        if self._big is not None and self._next is not None:
            self._big, self._next = self._big.with_name(self._next.name), None
        found = heads(buffer, self._at, min(len(buffer), self._at + STRIDE_BYTES), most=self._stride)
        if not len(found.table):
            found = heads(buffer, self._at, most=1)
        self._stride = min(4 * self._stride, STRIDE)
        if not len(found.table):
            if found.reason in ENDS:
                self._counts[f"{self._opened[-1].name}: {ENDS[found.reason]} at byte {self._at}"] += 1
            self._buffer = None
            return found.table
        table = self._cut(buffer, found.table)
        self._at = int(table["offset"][-1]) + int(table["length"][-1])
        return table

    def _cut(self, buffer: NDArray[np.uint8], table: NDArray[Any]) -> NDArray[Any]:
        """Datagrams with one table of names and from one chunk; both are followed."""
        service = table["service"]
        if service[0] == Transition.CONFIGURE:
            self._names = table_of(buffer, walk(buffer, table["offset"][:1], table["length"][:1]).index)
        later = np.flatnonzero(service[1:] == Transition.CONFIGURE)
        table = table[: later[0] + 1] if len(later) else table
        for i in np.flatnonzero(table["service"] == Transition.ENABLE):
            self._next = next_chunk(buffer, table[i], self._names)
            if self._next is not None:
                return table[: i + 1]
        return table

    def _placed(self, buffer: NDArray[np.uint8], table: NDArray[Any]) -> Found:
        """Datagrams with the places they have for others."""
        if self._big is None:
            big = np.stack([table["offset"], table["length"]], axis=1).astype(np.int64)
            return Found(buffer, table, self._opened[-1], big)
        big = big_places(buffer, table, self._names)
        size = self._big.stat().st_size if self._big.exists() else 0
        bad = (table["service"] == Transition.L1ACCEPT) & ((big[:, 1] <= 0) | (big[:, 0] < 0) | (big[:, 0] > size - big[:, 1]))
        if bad.any():
            self._counts[f"{self._big.name}: event is not where the small data say"] += int(bad.sum())
        return Found(buffer, table[~bad], self._big, big[~bad])
