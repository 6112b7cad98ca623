"""One stream of finished files."""

import logging
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from monitor.errors import Unusable
from monitor.reader.sources.found import Found
from monitor.xtc.mapped import MappedFile, open_mapped
from monitor.xtc.walk import Stop

log = logging.getLogger(__name__)

FIRST_STRIDE, STRIDE = 64, 4096
"""Datagrams of a stream read at a time, at first and later: the first event is out at once even if the run is huge."""

ENDS = {
    Stop.HEADER: "file ends inside a datagram",
    Stop.PAYLOAD: "file ends inside a datagram",
    Stop.EXTENT: "corrupt datagram, rest of the file lost",
}

GONE = "file gone or unreadable since the run began, its events are missing"


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
            file = self._file or self._next_file(ends)
            if file is None:
                continue
            found = file.next(self._stride)
            self._stride = min(4 * self._stride, STRIDE)
            if file.ended is not None:
                count_end(file, ends)
                self.close()
            if len(found.table):
                return Found(file.path, file.data, found)
        return None

    def _next_file(self, ends: Counter[str]) -> MappedFile | None:
        """The next chunk, opened; ``None`` if it could be read when the run began and cannot any more."""
        path, start, self._start = self._paths.pop(0), self._start, 0
        try:
            self._file = open_mapped(path)
        except Unusable as error:
            log.error("chunk_unreadable", extra={"path": str(path), "why": str(error)})
            ends[f"{path.name}: {GONE}"] += 1
            return None
        self._file.at = start
        return self._file

    def close(self) -> None:
        """Close the file that is open; what was given out of it stays readable."""
        if self._file is not None:
            self._file.close()
            self._file = None


def count_end(file: MappedFile, ends: Counter[str]) -> None:
    """Count a file that does not end as it should."""
    if file.ended in ENDS:
        ends[f"{file.path.name}: {ENDS[file.ended]} at byte {file.at}"] += 1
