"""Recorded runs: XTC files of any number of streams, chunks and runs, mapped and read only as far as they are needed."""

from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

from monitor.errors import DamagedData, Unusable
from monitor.model.place import FilePlace
from monitor.reader.block import Block, EventBlock
from monitor.reader.merge import Merge
from monitor.reader.report import Report
from monitor.reader.sources.file_stream import FileStream
from monitor.reader.sources.found import StreamFiles
from monitor.reader.sources.jump_stream import JumpStream
from monitor.reader.sources.small_stream import SmallStream, check_small
from monitor.settings import Settings
from monitor.xtc.event_count import SAME_PULSE_SECONDS
from monitor.xtc.filename import GROWING, RunFiles, runs_of
from monitor.xtc.mapped import check

SMALL_ENOUGH_TO_COUNT = 64 << 20
"""Bytes that are walked beforehand to know the number of events; more would delay the first."""


class FileSource:
    """Finished files as a source; lossless, by reference.

    Parameters
    ----------
    paths
        XTC files in any order; their names say what they are. Small-data files lead to the events of their big files.
    settings
        ``source.first_camera_stream`` is used.
    jump_to
        Clock (seconds << 32 | nanoseconds) of the first event wanted, reached through the indexes; cameras start earlier,
        since their clock is another one. EPICS values are unknown until they are first updated.

    Raises
    ------
    Unusable, DamagedData, ConfigError
        At once, if one of the files cannot be read, is not XTC, or does not fit the others.
    """

    def __init__(self, paths: Iterable[Path | str], settings: Settings, *, jump_to: int | None = None) -> None:
        self._paths = list(dict.fromkeys(Path(path) for path in paths))
        self._settings = settings
        self._runs = runs_of(self._paths)
        self._size = sum(_checked(run) for run in self._runs)
        self._jump_to = jump_to
        self._total: int | None = None
        self._handed_out = 0
        self._report = Report()
        self._ends: Counter[str] = Counter()
        self._open: dict[int, StreamFiles] = {}
        self._merge = self._next_run(0)

    @property
    def finished(self) -> bool:
        """Whether every event of every run was handed out."""
        return not self._runs and self._merge.finished

    @property
    def total_events(self) -> int | None:
        """Events that will be delivered in all: counted beforehand if the files are small, else known at the end only."""
        if self.finished:
            return self._handed_out
        if self._total is None and self._jump_to is None and self._size <= SMALL_ENOUGH_TO_COUNT:
            self._total = self._counted()
        return self._total

    @property
    def counts(self) -> Mapping[str, int]:
        """What was damaged or left out, by a text that names it."""
        return self._report.counts(self._merge) + self._ends

    def read(self, max_events: int) -> list[Block]:
        """The next blocks, with at most ``max_events`` events together; empty at the end only."""
        while max_events > 0:
            blocks = self._merge.take(max_events)
            if blocks:
                self._handed_out += sum(block.count for block in blocks if isinstance(block, EventBlock))
                return blocks
            if not self._merge.finished:
                self._feed()
            elif self._runs:
                self._report.add(self._merge)
                self._merge = self._next_run(self._merge.state.version + 1)
            else:
                break
        return []

    def close(self) -> None:
        """Close the files."""
        for stream in self._open.values():
            stream.close()
        self._open = {}

    def _counted(self) -> int | None:
        """Events of all files; ``None``, for good, if one of them is gone since the run began."""
        try:
            return count_events(self._paths, self._settings)
        except (Unusable, DamagedData):
            self._size = SMALL_ENOUGH_TO_COUNT + 1
            return None

    def _next_run(self, version: int) -> Merge:
        """The machine for the next run, nothing fed yet."""
        self.close()
        run = self._runs.pop(0)
        self._open = {number: self._stream(number, paths, small=run.small) for number, paths in run.streams.items()}
        return Merge(
            run.experiment,
            run.run,
            streams=run.streams,
            first_camera_stream=self._settings.source.first_camera_stream,
            version=version,
            values_known=self._jump_to is None,
        )

    def _stream(self, number: int, paths: tuple[Path, ...], *, small: bool) -> StreamFiles:
        """The files of a stream, from where they are wanted."""
        if self._jump_to is None:
            return SmallStream(paths) if small else FileStream(paths)
        early = SAME_PULSE_SECONDS << 32 if number >= self._settings.source.first_camera_stream else 0
        return JumpStream(paths, self._jump_to - early)

    def _feed(self) -> None:
        """Give each hungry stream its next datagrams."""
        for number in self._merge.hungry:
            found = self._open[number].next(self._ends)
            if found is None:
                self._merge.end(number)
            else:
                self._merge.feed(number, FilePlace(str(found.path.absolute())), found.data, found.heads, found.through)


def _checked(run: RunFiles) -> int:
    """Size of the files of a run, each of which can be read."""
    paths = [path for chunks in run.streams.values() for path in chunks]
    if run.small:
        return sum(check_small(path) for path in paths)
    return sum(check(path, growing=path.name.endswith(GROWING)) for path in paths)


def count_events(paths: Iterable[Path | str], settings: Settings) -> int:
    """Events these files deliver, found by going through them once."""
    source = FileSource(paths, settings)
    total = 0
    while blocks := source.read(1 << 20):
        total += sum(block.count for block in blocks if isinstance(block, EventBlock))
    return total
