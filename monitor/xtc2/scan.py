"""What is in XTC2 files: runs, steps, times, and the fields and payloads of each detector segment; from headers alone."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.xtc2.chunk import tables_at_start
from monitor.xtc2.decode import decode
from monitor.xtc2.header import SERVICE_NAMES, Kind, Transition
from monitor.xtc2.heads import Stop, heads
from monitor.xtc2.mapped import open_mapped
from monitor.xtc2.names import Identity, Names, NamesTable, table_of
from monitor.xtc2.walk import walk

ROUND = 4096
"""Datagrams worked on at a time."""

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectorCount:
    """What there is of one detector segment and algorithm.

    Attributes
    ----------
    det, segment, algorithm
        What tells it from the others.
    det_type, det_id, version
        As its block of names says.
    fields
        Name, type and rank of each field; labels of enumerations left out.
    events, others, damaged
        Payloads in events, in transitions, and with damage.
    size
        Bytes of the payloads.
    """

    det: str
    segment: int
    algorithm: str
    det_type: str
    det_id: str
    version: str
    fields: tuple[tuple[str, str, int], ...]
    events: int
    others: int
    damaged: int
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanResult:
    """Summary of the files that were scanned.

    Attributes
    ----------
    files, size
        In the order in which they were read, and their bytes.
    datagrams
        Of all streams.
    experiments, runs
        What runinfo says, in order of first sight.
    events, steps, events_per_step, events_before
        By clock: an event or step that several streams have is one; events before the first step.
    transitions
        How many of each service, by name, each clock once.
    first, last
        Clock of the first and last event, seconds and nanoseconds; None without events.
    controls, epics
        Scanned variables, and slow ones.
    detectors
        In order of first sight.
    unknown
        Payloads without a block of names.
    corrupt
        Places where a child cannot be, and corrupted Parents.
    problems
        Blocks of names that cannot be read, and files that end badly, in words.
    """

    files: tuple[Path, ...]
    size: int
    datagrams: int
    experiments: tuple[str, ...]
    runs: tuple[int, ...]
    events: int
    steps: int
    events_per_step: tuple[int, ...]
    events_before: int
    transitions: Mapping[str, int]
    first: tuple[int, int] | None
    last: tuple[int, int] | None
    controls: tuple[str, ...]
    epics: tuple[str, ...]
    detectors: tuple[DetectorCount, ...]
    unknown: int
    corrupt: int
    problems: tuple[str, ...]


def scan(paths: Iterable[Path], progress: Progress = lambda done, of: None) -> ScanResult:
    """Count what is in these files.

    Parameters
    ----------
    paths
        XTC2 files of one or more streams, chunks in order.
    progress
        Called now and then with the bytes done and all bytes.

    Raises
    ------
    Unusable, DamagedData
        If one of the files cannot be read or is not XTC2.
    """
    files = tuple(dict.fromkeys(paths))
    buffers = {path: open_mapped(path) for path in files}
    scanner = _Scanner(progress, sum(map(len, buffers.values())))
    tables = tables_at_start(files)
    for path in files:
        scanner.file(path.name, buffers[path], tables[path])
    return scanner.result(files)


class _Scanner:
    """Counters over all files."""

    def __init__(self, progress: Progress, size: int) -> None:
        self._progress, self._size, self._done = progress, size, 0
        self._datagrams = self._unknown = self._corrupt = 0
        self._clocks: dict[int, list[NDArray[np.uint64]]] = {}
        self._names: dict[Identity, Names] = {}
        self._fields: dict[Identity, dict[str, tuple[str, int]]] = {}
        self._counts: dict[Identity, Counter[str]] = {}
        self._experiments: dict[str, None] = {}
        self._runs: dict[int, None] = {}
        self._problems: dict[str, None] = {}

    def file(self, name: str, buffer: NDArray[np.uint8], table: NamesTable) -> None:
        """Add one file, which begins with these blocks of names in force."""
        at, reason = 0, Stop.FULL
        while reason == Stop.FULL:
            found = heads(buffer, at, most=ROUND)
            reason = found.reason
            starts = np.flatnonzero(found.table["service"] == Transition.CONFIGURE)
            for part in np.split(found.table, starts):
                table = self._add(buffer, part, table) if len(part) else table
            self._done += found.stop - at
            at = found.stop
            self._progress(self._done, self._size)
        if reason != Stop.END:
            self._problems[f"{name} cannot be read behind byte {at} of {len(buffer)}"] = None

    def _add(self, buffer: NDArray[np.uint8], table: NDArray[Any], names: NamesTable) -> NamesTable:
        """Add datagrams of which only the first may be a Configure; the blocks in force behind them."""
        found = walk(buffer, table["offset"], table["length"])
        if table["service"][0] == Transition.CONFIGURE:
            names = table_of(buffer, found.index[found.index["datagram"] == 0])
            self._problems |= dict.fromkeys(names.problems)
            for block in names.blocks.values():
                self._block(block)
        self._datagrams += len(table)
        self._corrupt += len(found.corrupt)
        for service in np.unique(table["service"]).tolist():
            self._clocks.setdefault(service, []).append(table["timestamp"][table["service"] == service])
        payloads = found.index[found.index["kind"] == Kind.SHAPES_DATA]
        self._count(payloads, table["service"][payloads["datagram"]] == Transition.L1ACCEPT, names)
        self._run_info(buffer, payloads, names)
        return names

    def _block(self, block: Names) -> None:
        self._names.setdefault(block.identity, block)
        fields = self._fields.setdefault(block.identity, {})
        fields |= {field.shown: (field.type.name, field.rank) for field in block.fields if not field.is_label}

    def _count(self, payloads: NDArray[Any], event: NDArray[np.bool_], names: NamesTable) -> None:
        """Count payloads by block of names."""
        keys, group = np.unique(payloads["names"], return_inverse=True)
        damaged = (payloads["damage"] != 0) | (payloads["data_damage"] != 0)
        sums = [np.bincount(group, weight, len(keys)) for weight in (event, ~event, damaged, payloads["data_size"])]
        for i, key in enumerate(keys.tolist()):
            block = names.blocks.get(key)
            if block is None:
                self._unknown += int(sums[0][i] + sums[1][i])
                continue
            self._block(block)
            counts = self._counts.setdefault(block.identity, Counter())
            counts.update(
                {name: int(total[i]) for name, total in zip(("events", "others", "damaged", "size"), sums, strict=True)}
            )

    def _run_info(self, buffer: NDArray[np.uint8], payloads: NDArray[Any], names: NamesTable) -> None:
        """Remember experiments and runs."""
        wanted = [key for key, block in names.blocks.items() if block.det_name == "runinfo"]
        for entry in payloads[np.isin(payloads["names"], wanted)]:
            for found in decode(buffer, entry[None], names).data.values():
                if isinstance(found.values.get("expt"), str):
                    self._experiments[found.values["expt"]] = None
                if isinstance(found.values.get("runnum"), np.integer):
                    self._runs[int(found.values["runnum"])] = None

    def result(self, files: tuple[Path, ...]) -> ScanResult:
        """The summary."""
        clocks = {service: np.unique(np.concatenate(parts)) for service, parts in self._clocks.items()}
        events = clocks.get(Transition.L1ACCEPT, np.empty(0, np.uint64))
        edges = np.searchsorted(events, clocks.get(Transition.BEGIN_STEP, np.empty(0, np.uint64)))
        per_step = np.diff(np.append(edges, len(events)))
        variables = {kind: self._variables(kind) for kind in ("scan", "epics")}
        return ScanResult(
            files=files,
            size=self._size,
            datagrams=self._datagrams,
            experiments=tuple(self._experiments),
            runs=tuple(self._runs),
            events=len(events),
            steps=len(per_step),
            events_per_step=tuple(per_step.tolist()),
            events_before=int(edges[0]) if len(edges) else len(events),
            transitions={SERVICE_NAMES.get(service, str(service)): len(found) for service, found in sorted(clocks.items())},
            first=_clock(events[0]) if len(events) else None,
            last=_clock(events[-1]) if len(events) else None,
            controls=variables["scan"],
            epics=variables["epics"],
            detectors=tuple(self._detector(identity, names) for identity, names in self._names.items()),
            unknown=self._unknown,
            corrupt=self._corrupt,
            problems=tuple(self._problems),
        )

    def _variables(self, det_type: str) -> tuple[str, ...]:
        """Fields of all detectors of a type."""
        found = [name for identity, names in self._names.items() if names.det_type == det_type for name in self._fields[identity]]
        return tuple(dict.fromkeys(found))

    def _detector(self, identity: Identity, names: Names) -> DetectorCount:
        counts = self._counts.get(identity, Counter())
        return DetectorCount(
            det=names.det_name,
            segment=names.segment,
            algorithm=names.algorithm,
            det_type=names.det_type,
            det_id=names.det_id,
            version=".".join(map(str, names.version)),
            fields=tuple((name, kind, rank) for name, (kind, rank) in self._fields[identity].items()),
            events=counts["events"],
            others=counts["others"],
            damaged=counts["damaged"],
            size=counts["size"],
        )


def _clock(timestamp: np.uint64) -> tuple[int, int]:
    return int(timestamp) >> 32, int(timestamp) & 0xFFFF_FFFF
