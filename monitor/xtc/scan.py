"""What is in a run: the counts that ``xtcscanner`` printed, from headers alone.

A run is counted as merged: a transition that several streams share is one datagram, its payloads count once, and Disable does
not count (facility's pyana and xtcscanner, 2010-2012).
"""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.errors import DamagedData
from monitor.xtc.clock_order import Limits, prefix
from monitor.xtc.decode import decode
from monitor.xtc.event_count import EventCount
from monitor.xtc.extra import extra
from monitor.xtc.filename import RunFiles, runs_of
from monitor.xtc.header import Transition, version
from monitor.xtc.mapped import check, open_mapped
from monitor.xtc.tally import SourceCount, SourceTally
from monitor.xtc.types import TYPES
from monitor.xtc.updates import names
from monitor.xtc.walk import Stop, walk

STRIDE = 4096
FIRST_CAMERA_STREAM = 80
CONTROL_CONFIG = 10
SERVICE_NAMES: Mapping[int, str] = {
    Transition.CONFIGURE: "Configure",
    Transition.UNCONFIGURE: "Unconfigure",
    Transition.BEGIN_RUN: "BeginRun",
    Transition.END_RUN: "EndRun",
    Transition.BEGIN_CALIB_CYCLE: "BeginCalibCycle",
    Transition.END_CALIB_CYCLE: "EndCalibCycle",
    Transition.ENABLE: "Enable",
    Transition.L1ACCEPT: "L1Accept",
    Transition.MAP: "Map",
    Transition.UNMAP: "Unmap",
    Transition.RESET: "Reset",
}
WITH_STATE = (Transition.CONFIGURE, Transition.BEGIN_CALIB_CYCLE)
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanResult:
    """Summary of the files that were scanned.

    Attributes
    ----------
    files
        In the order in which they were read.
    size
        Their bytes.
    datagrams
        Transitions (each once, Disable left out) and the L1Accepts of all streams.
    payloads
        XTCs that hold no others, in all streams.
    seconds
        Time it took.
    transitions
        How many of each service, by name, counted as ``datagrams``.
    cycles, events_per_cycle
        Calib cycles, and the events in each.
    events_before
        Events before the first calib cycle.
    controls
        Names of the scanned PVs, in order of first sight.
    epics
        Names of the EPICS variables.
    sources
        Per source its payloads by type, in order of first sight.
    incomplete
        Subtrees that came in part; reported, not counted.
    unlisted
        Payloads of more different sources and types than any run has; counted in ``payloads`` alone.
    corrupt
        Containers with a child that cannot be.
    ends
        Files that end badly, in words.
    """

    files: tuple[Path, ...]
    size: int
    datagrams: int
    payloads: int
    seconds: float
    transitions: Mapping[str, int]
    cycles: int
    events_per_cycle: tuple[int, ...]
    events_before: int
    controls: tuple[str, ...]
    epics: tuple[str, ...]
    sources: tuple[SourceCount, ...]
    incomplete: int
    unlisted: int
    corrupt: int
    ends: tuple[str, ...]


NO_LIMITS = Limits()


def scan(
    paths: Iterable[Path | str],
    progress: Progress | None = None,
    limits: Limits = NO_LIMITS,
    *,
    l1_offset_s: float = 0.0,
    events: Mapping[Path, NDArray[np.int64]] | None = None,
) -> ScanResult:
    """Count what is in these files.

    Parameters
    ----------
    paths
        XTC files of one experiment, in any order.
    progress
        Called now and then with the bytes done and all bytes.
    limits
        Where to stop in each run; its streams are merged by clock to know that.
    l1_offset_s
        Added to the clocks of transitions before they are merged, in seconds.
    events
        Offsets of the only events that count, by file; all if left out.

    Raises
    ------
    Unusable, DamagedData, ConfigError
        If one of the files cannot be read, is not XTC, or does not fit the others.
    """
    files = list(dict.fromkeys(Path(path) for path in paths))
    runs = runs_of(files)
    size = sum(check(path, growing=path.name.endswith(".inprogress")) for path in files)
    start = time.perf_counter()
    scanner = _Scanner(progress or (lambda done, of: None), size, events)
    for run in runs:
        scanner.scan_run(run, prefix(run.streams, limits, l1_offset_s) if limits.any else {})
    return scanner.result(tuple(files), time.perf_counter() - start)


class _Scanner:
    """Counters over the files of all runs."""

    def __init__(self, progress: Progress, size: int, only: Mapping[Path, NDArray[np.int64]] | None) -> None:
        self._progress, self._size, self._done = progress, size, 0
        self._only = only
        self._datagrams = self._payloads = self._corrupt = self._events_before = 0
        self._tally = SourceTally()
        self._transitions: Counter[str] = Counter()
        self._per_cycle: list[int] = []
        self._controls: dict[str, None] = {}
        self._epics: dict[str, None] = {}
        self._extra: dict[tuple[int, int], str] = {}
        self._ends: list[str] = []

    def scan_run(self, run: RunFiles, ends: Mapping[Path, int]) -> None:
        """Add one run, stream by stream; of files in ``ends`` the bytes before that offset."""
        seen: set[tuple[int, int, int]] = set()
        events = EventCount()
        for stream, chunks in sorted(run.streams.items()):
            events.begin_stream(stream >= FIRST_CAMERA_STREAM)
            for path in chunks:
                self._scan_file(path, seen, events, ends.get(path))
        before, per_cycle = events.counts()
        self._events_before += before
        self._per_cycle += per_cycle

    def result(self, files: tuple[Path, ...], seconds: float) -> ScanResult:
        """The summary."""
        return ScanResult(
            files=files,
            size=self._size,
            datagrams=self._datagrams,
            payloads=self._payloads,
            seconds=seconds,
            transitions=dict(self._transitions),
            cycles=len(self._per_cycle),
            events_per_cycle=tuple(self._per_cycle),
            events_before=self._events_before,
            controls=tuple(self._controls),
            epics=tuple(self._epics),
            sources=self._tally.sources(self._extra),
            incomplete=self._tally.incomplete,
            unlisted=self._tally.unlisted,
            corrupt=self._corrupt,
            ends=tuple(self._ends),
        )

    def _scan_file(self, path: Path, seen: set[tuple[int, int, int]], events: EventCount, end: int | None) -> None:
        file = open_mapped(path)
        try:
            while file.ended is None and (end is None or file.at < end):
                before = file.at
                table = file.next(STRIDE).table
                if end is not None:
                    table = table[table["offset"] < end]
                table = self._counted(path, table)
                if len(table):
                    self._add(file.data, table, seen, events)
                self._done += file.at - before
                self._progress(self._done, self._size)
        finally:
            file.close()
        if file.ended not in (Stop.END, None):
            self._ends.append(f"{path.name} cannot be read behind byte {file.at} of {len(file.data)}")

    def _counted(self, path: Path, heads: NDArray[Any]) -> NDArray[Any]:
        """Transitions, and the events that count."""
        if self._only is None:
            return heads
        kept: NDArray[Any] = heads[(heads["control"] & 15 != Transition.L1ACCEPT) | np.isin(heads["offset"], self._only[path])]
        return kept

    def _add(self, buffer: NDArray[np.uint8], heads: NDArray[Any], seen: set[tuple[int, int, int]], events: EventCount) -> None:
        service = heads["control"] & 15
        found = walk(buffer, heads["offset"], heads["length"])
        event = service == Transition.L1ACCEPT
        shared = ~event & (service != Transition.DISABLE)
        new = event.copy()
        for i in np.flatnonzero(shared):
            key = int(service[i]), int(heads["seconds"][i]), int(heads["nanoseconds"][i])
            new[i] = key not in seen
            seen.add(key)
        for number, count in zip(*np.unique(service[new], return_counts=True), strict=True):
            self._transitions[_service_name(int(number))] += int(count)
        self._datagrams += int(np.count_nonzero(new))
        self._payloads += len(found.index)
        self._corrupt += len(found.corrupt)
        # Streams share the transitions, but a camera's Configure describes its own cameras.
        counted = new | shared if events.camera else new
        with_state = np.isin(service, WITH_STATE)
        self._tally.take(found.index, counted, with_state | event)
        state = found.index[(with_state & counted)[found.index["datagram"]]]
        self._epics |= dict.fromkeys(names(buffer, state, every=True).values())
        self._controls |= dict.fromkeys(_controls(buffer, state))
        self._extra |= _extras(buffer, state)
        events.add(heads, service)


def _service_name(number: int) -> str:
    """``BeginCalibCycle``; the bare number for one that does not exist."""
    return SERVICE_NAMES.get(number, str(number))


def _controls(buffer: NDArray[np.uint8], index: NDArray[Any]) -> list[str]:
    """Names of the scanned PVs in control configurations; one that cannot be read names none."""
    found: list[str] = []
    for entry in index[(index["contains"] & 0xFFFF == CONTROL_CONFIG) & (index["damage"] == 0)]:
        kind = TYPES.get((CONTROL_CONFIG, version(int(entry["contains"]))))
        at = int(entry["offset"])
        if kind is None:
            continue
        try:
            record = decode(kind, buffer[at : at + int(entry["size"])])
        except DamagedData:
            continue
        found += [control["name"] for control in record["pvControls"]]
    return found


def _extras(buffer: NDArray[np.uint8], index: NDArray[Any]) -> dict[tuple[int, int], str]:
    """Words for sources out of their configuration, by level and physical word."""
    found = {}
    for entry in index[(index["damage"] == 0) & (index["size"] > 0)]:
        level, physical, at = int(entry["level"]), int(entry["physical"]), int(entry["offset"])
        words = extra(physical, int(entry["contains"]), buffer[at : at + int(entry["size"])])
        if words:
            found[level, physical] = words
    return found
