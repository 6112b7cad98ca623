"""One stream of finished files from some event on: what opens the run and its calib cycles, then everything from there."""

from collections import Counter, deque
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from monitor.reader.sources.file_stream import FileStream
from monitor.reader.sources.found import Found
from monitor.xtc.event_choice import places, read_index
from monitor.xtc.header import Transition
from monitor.xtc.mapped import MappedFile, open_mapped
from monitor.xtc.walk import Heads, Stop, heads

OPENING = 64
"""Datagrams read at a time while looking for the first event."""


class JumpStream:
    """The chunks of one stream from an event on, reached through their indexes.

    Parameters
    ----------
    paths
        The chunks in order.
    clock
        Events before this clock (seconds << 32 | nanoseconds) are not wanted.
    """

    def __init__(self, paths: Sequence[Path], clock: int) -> None:
        self._paths = list(paths)
        self._clock = clock
        self._due: deque[Found] = deque()
        self._rest: FileStream | None = None

    def next(self, ends: Counter[str]) -> Found | None:
        """Further datagrams; ``None`` at the end. Files that end badly are counted in ``ends``."""
        if self._rest is None:
            self._rest = self._jump()
        return self._due.popleft() if self._due else self._rest.next(ends)

    def close(self) -> None:
        """Close the file that is open; what was given out of it stays readable."""
        if self._rest is not None:
            self._rest.close()

    def _jump(self) -> FileStream:
        """Line up what comes before the first wanted event; the stream from there."""
        for number, path in enumerate(self._paths):
            index = read_index(path)
            events = places(path, index)
            wanted = events["offset"][events["clock"] >= self._clock]
            start = int(wanted.min()) if len(wanted) else None
            file = open_mapped(path)
            try:
                if number == 0:
                    self._open_run(file)
                cycles = np.empty(0, np.int64) if index is None else index.cycles["offset"]
                self._open_cycles(file, cycles if start is None else cycles[cycles < start])
            finally:
                file.close()
            if start is not None:
                return FileStream(self._paths[number:], at=start)
        return FileStream([])

    def _open_run(self, file: MappedFile) -> None:
        """What stands before the first event, calib cycles apart."""
        found = file.next(OPENING).table
        service = found["control"] & 15
        events = np.flatnonzero((service == Transition.L1ACCEPT) | (service == Transition.BEGIN_CALIB_CYCLE))
        opening = found[: events[0]] if len(events) else found
        if len(opening):
            self._due.append(Found(file.path, file.data, Heads(opening, file.at, Stop.FULL)))

    def _open_cycles(self, file: MappedFile, offsets: NDArray[np.int64]) -> None:
        """The BeginCalibCycle datagrams at these offsets."""
        for offset in offsets.tolist():
            found = heads(file.data, offset, most=1)
            if len(found.table) and int(found.table["control"][0]) & 15 == Transition.BEGIN_CALIB_CYCLE:
                self._due.append(Found(file.path, file.data, found))
