"""The same settings over the recorded bytes once more, in this process: what a small-data file should say."""

import json
from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from monitor.errors import ConfigError, DamagedData
from monitor.model.batch import Batch
from monitor.model.event import event_time
from monitor.model.field import Field
from monitor.model.rows import Rows
from monitor.model.run_state import RunState
from monitor.model.sums import Sums
from monitor.net.places import Places
from monitor.reader.block import EventBlock
from monitor.reader.dispatch.cut import Cutter, stretch_of
from monitor.reader.plain_batch import plain_batch
from monitor.reader.sources.source import Source
from monitor.running import joined
from monitor.settings import Settings, parse
from monitor.store.axis import EVENTS, axis_of, lengths_path
from monitor.store.compare import differences
from monitor.store.memory import MemoryFile
from monitor.store.order import ElementOrder
from monitor.store.run_file import RunFile
from monitor.wire.message import Message
from monitor.xtc2.header import EPOCH

EVENTS_AT_A_TIME = 4096
ABSENT = -1


class Made(Protocol):
    """What a pipeline makes of a batch."""

    @property
    def rows(self) -> Rows:
        """One row per event."""

    @property
    def sums(self) -> Sums:
        """Statistics over these events."""


class Pipeline(Protocol):
    """One version of the settings at work."""

    def process(self, batch: Batch, buffers: list[NDArray[np.uint8]], state: RunState) -> Made:
        """Rows and sums of a batch."""


Build = Callable[[Settings, int], Pipeline]


@dataclass(slots=True)
class Report:
    """How a file compares with the recorded bytes.

    Attributes
    ----------
    events
        Events of the run in the recorded bytes.
    rows
        Rows of the file that were computed again.
    complaints
        What differs, one sentence each; empty if nothing does.
    """

    events: int = 0
    rows: int = 0
    complaints: list[str] = field(default_factory=list)


def verify(written: RunFile, source: Source, build: Build, progress: Callable[[int, int], None]) -> Report:
    """Compute every row and sum of a file again, and compare.

    Parameters
    ----------
    written
        The small-data file.
    source
        The recorded bytes, in files.
    build
        Makes the pipeline of a version of the settings.
    progress
        Told rows computed so far, and rows of the file.

    Raises
    ------
    ConfigError
        If the file holds no settings, or some that cannot be used any more.
    """
    recompute = _Recompute(written, build)
    report = Report()
    while blocks := source.read(EVENTS_AT_A_TIME):
        for block in blocks:
            if isinstance(block, EventBlock) and block.state.run == written.run:
                report.events += block.count
                recompute.add(block)
                progress(recompute.rows, len(written))
    report.rows = recompute.rows
    report.complaints = [*recompute.complaints(), *differences(recompute.table(), written)]
    return report


class _Recompute:
    """Rows and sums of those events that the file has a row of, each with the version of the settings that its row names."""

    def __init__(self, written: RunFile, build: Build) -> None:
        self._written = written
        self._times = times_of(written)
        self._versions = written["pipeline_version"] if len(written) else np.zeros(0, np.int64)
        self._waiting: defaultdict[int, deque[int]] = defaultdict(deque)
        for row, time in enumerate(self._times.tolist()):
            self._waiting[time].append(row)
        self._pipelines = {version: build(_settings(entry.text), version) for version, entry in written.settings.items()}
        self._sizes = {version: _settings(entry.text).source for version, entry in written.settings.items()}
        self._file = MemoryFile(written.experiment, written.run)
        self._order: list[int] = []
        self._places = Places()
        self._missing = 0
        self._unreadable: list[str] = []

    @property
    def rows(self) -> int:
        """Rows computed so far."""
        return len(self._order)

    def add(self, block: EventBlock) -> None:
        """Compute the events of a block that have a row."""
        times = event_time(block.events)
        rows = np.array([self._row_of(time) for time in times.tolist()])
        versions = np.where(rows == ABSENT, ABSENT, self._versions[rows]) if len(self._versions) else rows
        last = self._times.max(initial=0)
        self._missing += int(((rows == ABSENT) & (times <= last)).sum())
        for part, version, first, stop in _stretches(block, versions):
            if version != ABSENT:
                self._compute(part, version, rows[first:stop].tolist())

    def complaints(self) -> Iterator[str]:
        """What does not fit together before any value is compared."""
        yield from self._unreadable
        if strange := sum(len(rows) for rows in self._waiting.values()):
            yield f"{strange:,} rows of the file have no event in the recorded bytes"
        noted = sum(entry.stop - entry.first for entry in self._written.lost)
        if self._missing > noted:
            yield f"{self._missing:,} events of the recorded bytes have no row in the file, which notes {noted:,} as lost"

    def table(self) -> "Reordered":
        """What was computed, in the order of the rows of the file."""
        return Reordered(self._file, np.argsort(np.array(self._order, np.int64), kind="stable"))

    def _row_of(self, time: int) -> int:
        """The row of an event of this time; events of equal time are in the order of the rows."""
        waiting = self._waiting.get(time)
        return waiting.popleft() if waiting else ABSENT

    def _compute(self, block: EventBlock, version: int, rows: Sequence[int]) -> None:
        if version not in self._pipelines:
            raise ConfigError(
                f"the file has rows of pipeline version {version} and no settings of it", key=str(self._written.path)
            )
        sizes = self._sizes[version]
        cutter = Cutter(sizes.max_events, sizes.max_bytes)
        at = 0
        for cut in [*cutter.add(stretch_of(block, 0.0), 0.0), *cutter.close()]:
            batch = plain_batch(cut, self._file.committed, version=version)
            try:
                made = self._pipelines[version].process(batch, self._places.resolve(batch, Message("batch", {})), cut.state)
            except DamagedData as error:
                self._unreadable.append(f"{batch.count} events cannot be computed again: {error}")
            else:
                self._file.commit([made.rows], joined(made.sums), stop=batch.stop)
                self._order += rows[at : at + batch.count]
            at += batch.count


@dataclass(frozen=True, slots=True)
class Reordered:
    """A run with its rows in another order; ``order[i]`` is the row that comes at place ``i``.

    Rows of groups of their own rate and elements of ragged groups come in the order of their events.
    """

    run: MemoryFile
    order: NDArray[np.int64]

    @property
    def columns(self) -> Mapping[str, Field]:
        """Path to field."""
        return self.run.columns

    @property
    def sums(self) -> Sums:
        """State of each sum."""
        return self.run.sums

    def __len__(self) -> int:
        return len(self.run)

    def __getitem__(self, path: str) -> NDArray[Any]:
        field = self.run.columns[path]
        rows = self._rows(path.split("/")[0] if field.aligned else EVENTS)
        values = self.run[path]
        if not field.ragged:
            return values[rows]
        elements = ElementOrder(self.run[lengths_path(axis_of(path, field))], rows)
        return values[elements.wanted(0, len(elements))]

    def _rows(self, group: str) -> NDArray[np.int64]:
        """The row that comes at each place, of the events or of a group of its own rate."""
        if group == EVENTS:
            return self.order
        place = np.empty(len(self.order), np.int64)
        place[self.order] = np.arange(len(self.order))
        return np.argsort(place[self.run.events_of(group)], kind="stable")


def times_of(run: RunFile) -> NDArray[np.int64]:
    """When each row was, Unix seconds << 32 | nanoseconds; of LCLS-II the file has seconds since 1990."""
    if not len(run):
        return np.zeros(0, np.int64)
    times: NDArray[np.int64] = run["event_time"] if "event_time" in run else run["timestamp"] + (EPOCH << 32)
    return times


def _settings(text: str) -> Settings:
    """Settings as a file keeps them.

    Raises
    ------
    ConfigError
        If they are not in order.
    """
    try:
        return parse(json.loads(text), file="the settings in the file")
    except ValueError as error:
        raise ConfigError("the settings in the file cannot be read") from error


def _stretches(block: EventBlock, versions: NDArray[Any]) -> Iterator[tuple[EventBlock, int, int, int]]:
    """Parts of a block with one version throughout: the part, its version, its first event and the one behind its last."""
    seams = [0, *(np.flatnonzero(np.diff(versions)) + 1).tolist(), len(versions)]
    rest = block
    for first, stop in pairwise(seams):
        part = rest
        if stop < len(versions):
            part, rest = rest.split(stop - first)
        yield part, int(versions[first]), first, stop
