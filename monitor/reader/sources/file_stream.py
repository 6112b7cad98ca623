"""One stream of finished files."""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from monitor.reader.sources.found import Found
from monitor.xtc.mapped import MappedFile, open_mapped
from monitor.xtc.walk import Stop

FIRST_STRIDE, STRIDE = 64, 4096
"""Datagrams of a stream read at a time, at first and later: the first event is out at once even if the run is huge."""

ENDS = {
    Stop.HEADER: "file ends inside a datagram",
    Stop.PAYLOAD: "file ends inside a datagram",
    Stop.EXTENT: "corrupt datagram, rest of the file lost",
}


class FileStream:
    """The chunks of one stream, one behind the other.

    Parameters
    ----------
    paths
        The chunks in order.
    at
        Offset of the first datagram wanted in the first chunk.
    """

    def __init__(self, paths: Iterable[Path], *, at: int = 0) -> None:
        self._paths = list(paths)
        self._start = at
        self._file: MappedFile | None = None
        self._stride = FIRST_STRIDE

    def next(self, ends: Counter[str]) -> Found | None:
        """Further datagrams; ``None`` at the end. Files that end badly are counted in ``ends``."""
        while self._file is not None or self._paths:
            if self._file is None:
                self._file = open_mapped(self._paths.pop(0))
                self._file.at, self._start = self._start, 0
            file = self._file
            found = file.next(self._stride)
            self._stride = min(4 * self._stride, STRIDE)
            if file.ended is not None:
                count_end(file, ends)
                self.close()
            if len(found.table):
                return Found(file.path, file.data, found)
        return None

    def close(self) -> None:
        """Close the file that is open; what was given out of it stays readable."""
        if self._file is not None:
            self._file.close()
            self._file = None


def count_end(file: MappedFile, ends: Counter[str]) -> None:
    """Count a file that does not end as it should."""
    if file.ended in ENDS:
        ends[f"{file.path.name}: {ENDS[file.ended]} at byte {file.at}"] += 1
