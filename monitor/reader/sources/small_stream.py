"""One stream read through its small-data files: their datagrams say where the events of the big files lie.

The small-data file leaves out events in which there is nothing. They show as holes: the events it names do not follow each other
without a gap in the big file. What lies in a hole is read there, so that the events are those of the big file in every case.
"""

from collections import Counter, deque
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.errors import DamagedData
from monitor.reader.sources.file_stream import FIRST_STRIDE, STRIDE, count_end
from monitor.reader.sources.found import Found
from monitor.xtc.filename import big_file
from monitor.xtc.header import DATAGRAM_SIZE, Transition
from monitor.xtc.mapped import MappedFile, check, open_mapped
from monitor.xtc.smalldata import SmallData, seen_through
from monitor.xtc.walk import Heads, Stop, Walk, heads, walk

L1ACCEPT = int(Transition.L1ACCEPT)


@dataclass(frozen=True, slots=True)
class _Hole:
    """Bytes of the big file that the small-data file does not speak of."""

    start: int
    stop: int


class SmallStream:
    """The chunks of one stream, each read through its small-data file.

    Parameters
    ----------
    paths
        Small-data files in order of chunks.
    """

    def __init__(self, paths: Iterable[Path]) -> None:
        self._paths = list(paths)
        self._small: MappedFile | None = None
        self._big: MappedFile | None = None
        self._at = 0
        """Where in the big file the newest event ends, or the transitions behind it."""
        self._stride = FIRST_STRIDE
        self._due: deque[Found | _Hole] = deque()

    def next(self, ends: Counter[str]) -> Found | None:
        """Further datagrams; ``None`` at the end. Files that end badly are counted in ``ends``."""
        while self._due or self._small is not None or self._paths:
            if self._due:
                found = self._take(self._due.popleft(), ends)
                if found is not None and len(found.heads.table):
                    return found
            elif self._small is None:
                self._open(self._paths.pop(0))
            else:
                self._read(self._small, ends)
        return None

    def close(self) -> None:
        """Close the files that are open; what was given out of them stays readable."""
        for file in (self._small, self._big):
            if file is not None:
                file.close()
        self._small = self._big = None
        self._due.clear()

    def _open(self, path: Path) -> None:
        """Turn to the next chunk."""
        if self._big is not None:
            self._big.close()
        self._small, self._big, self._at = open_mapped(path), open_mapped(big_file(path)), 0

    def _take(self, due: Found | _Hole, ends: Counter[str]) -> Found | None:
        """What is due, or the next datagrams of a hole."""
        big = self._big
        if isinstance(due, Found) or big is None:
            return due if isinstance(due, Found) else None
        found = heads(big.data, due.start, due.stop, most=STRIDE)
        if found.reason == Stop.FULL:
            self._due.appendleft(_Hole(found.stop, due.stop))
        elif found.reason != Stop.END:
            ends[f"{big.path.name}: nothing can be read between {found.stop} and {due.stop}, where small data has no event"] += 1
        return Found(big.path, big.data, found)

    def _read(self, file: MappedFile, ends: Counter[str]) -> None:
        """Read the next datagrams of the small-data file and line up what is due."""
        found = file.next(self._stride).table
        self._stride = min(4 * self._stride, STRIDE)
        events = np.flatnonzero(found["control"] & 15 == L1ACCEPT)
        if file.ended is None and len(events) and int(events[-1]) + 1 < len(found):
            # Whether a hole comes behind the last event is seen at the next one; the transitions between wait for it.
            file.at = int(found["offset"][events[-1] + 1])
            found = found[: events[-1] + 1]
        self._line_up(file, found, ends)
        if file.ended is not None:
            count_end(file, ends)
            file.close()
            self._small = None

    def _line_up(self, file: MappedFile, found: NDArray[Any], ends: Counter[str]) -> None:
        """Cut datagrams of the small-data file where the big one has more."""
        big = self._big
        if big is None:
            return
        through = seen_through(file.data, found, walk(file.data, found["offset"], found["length"]))
        event = found["control"] & 15 == L1ACCEPT
        lost = event & ~_inside(through, len(big.data))
        if lost.any():
            ends[f"{file.path.name}: event that is not in the big file"] += int(np.count_nonzero(lost))
        start = 0
        for stop, hole in self._holes(found, through, event & ~lost, whole=file.ended is not None, size=len(big.data)):
            kept = np.arange(start, stop)
            if hole is not None:
                behind = np.flatnonzero(event[start:stop])
                kept = kept[: int(behind[-1]) + 1 if len(behind) else 0]
            self._append(file, big, found, through, kept[~lost[kept]])
            if hole is not None:
                self._due.append(hole)
            start = stop

    def _holes(
        self, found: NDArray[Any], through: SmallData, event: NDArray[np.bool_], *, whole: bool, size: int
    ) -> list[tuple[int, _Hole | None]]:
        """Where to cut: positions before which a hole of the big file has to be read, and the end."""
        length = np.where(event, 0, found["length"] - through.added)
        length[(found["control"] & 15 == L1ACCEPT) & ~event] = 0
        before = np.cumsum(length) - length
        places = np.flatnonzero(event)
        stops = through.offset[places] + through.length[places]
        reached = np.maximum.accumulate(np.concatenate([[self._at], stops]))
        passed = np.concatenate([[0], before[places]])
        expected = reached[:-1] + passed[1:] - passed[:-1]
        cuts: list[tuple[int, _Hole | None]] = [
            (int(places[k]), _Hole(int(reached[k]), int(through.offset[places[k]])))
            for k in np.flatnonzero(through.offset[places] > expected)
        ]
        self._at = int(reached[-1])
        rest = int(length.sum() - passed[-1])
        if whole and self._at + rest < size:
            cuts.append((len(found), _Hole(self._at, size)))
        else:
            cuts.append((len(found), None))
            self._at += rest
        return cuts

    def _append(
        self, file: MappedFile, big: MappedFile, found: NDArray[Any], through: SmallData, kept: NDArray[np.int64]
    ) -> None:
        """Line up some of the datagrams."""
        if not len(kept):
            return
        number = np.full(len(found), -1, np.int64)
        number[kept] = np.arange(len(kept))
        index, corrupt = through.walk.index, through.walk.corrupt
        index, corrupt = index[number[index["datagram"]] >= 0], corrupt[number[corrupt["datagram"]] >= 0]
        index["datagram"], corrupt["datagram"] = number[index["datagram"]], number[corrupt["datagram"]]
        part = SmallData(Walk(index, corrupt), through.offset[kept], through.length[kept], through.added[kept])
        table = found[kept]
        self._due.append(
            Found(big.path, file.data, Heads(table, int(table["offset"][-1] + table["length"][-1]), Stop.FULL), part)
        )


def _inside(through: SmallData, size: int) -> NDArray[np.bool_]:
    """Whether each event lies in a big file of this size."""
    inside: NDArray[np.bool_] = (
        (through.offset >= 0) & (through.length >= DATAGRAM_SIZE) & (through.offset <= size - through.length)
    )
    return inside


def check_small(path: Path) -> int:
    """Size of a small-data file and its big file together, if they can be read and belong together.

    Raises
    ------
    Unusable, DamagedData
        If one of them is missing or is not XTC, or the first event of one is not in the other.
    """
    size = check(path) + check(big_file(path))
    small, big = open_mapped(path), open_mapped(big_file(path))
    try:
        found = small.next(FIRST_STRIDE).table
        through = seen_through(small.data, found, walk(small.data, found["offset"], found["length"]))
        events = np.flatnonzero((found["control"] & 15 == L1ACCEPT) & _inside(through, len(big.data)))
        if len(events):
            first = found[events[0]]
            there = heads(big.data, int(through.offset[events[0]]), most=1).table
            names = ["seconds", "nanoseconds", "fiducials"]
            if len(there) == 0 or there[0][names].tolist() != first[names].tolist():
                raise DamagedData(f"it is not the small data of {big.path}; make it anew", source=str(path))
    finally:
        small.close()
        big.close()
    return size
