"""Recorded XTC2 runs as a source: streams of files joined by clock, one run behind the other."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from monitor.model.place import FilePlace
from monitor.reader.block import Block, EventBlock
from monitor.reader.xtc2.merge import Merge
from monitor.reader.xtc2.stream import StreamFiles
from monitor.xtc2.chunk import is_first, link_of, tables_at_start
from monitor.xtc2.mapped import open_mapped

NAME = re.compile(r"(?P<experiment>.+)-r(?P<run>\d+)-s(?P<stream>\d+)(-c(?P<chunk>\d+))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class RunFiles:
    """The files of one run, as far as their names tell.

    Attributes
    ----------
    experiment, run
        From the names; empty and 0 if they tell nothing. What runinfo says counts.
    streams
        Chunks in order, by stream.
    """

    experiment: str
    run: int
    streams: Mapping[int, tuple[Path, ...]]


class Xtc2FileSource:
    """Events and transitions of finished XTC2 files.

    Parameters
    ----------
    paths
        Big files or small data of one or more runs, in any order. A further chunk that is named by the one before it need not be
        given.

    Raises
    ------
    Unusable, DamagedData
        If one of the files cannot be read or is not XTC2.
    """

    def __init__(self, paths: Iterable[Path | str]) -> None:
        self._runs = runs_of([Path(path) for path in paths])
        self._ends: Counter[str] = Counter()
        self._earlier: Counter[str] = Counter()
        self._handed_out = 0
        self._open: dict[int, StreamFiles] = {}
        self._merge = self._next_run(0)

    @property
    def finished(self) -> bool:
        """Whether every event of every run was handed out."""
        return not self._runs and self._merge.finished

    @property
    def total_events(self) -> int | None:
        """Events that were delivered in all; known at the end only."""
        return self._handed_out if self.finished else None

    @property
    def counts(self) -> Mapping[str, int]:
        """What was damaged or left out, by a text that names it."""
        return self._earlier + self._merge.counts + self._ends

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
                self._earlier += self._merge.counts
                self._merge = self._next_run(self._merge.state.version + 1)
            else:
                break
        return []

    def close(self) -> None:
        """Let go of the files."""
        self._open = {}

    def _next_run(self, version: int) -> Merge:
        """The machine for the next run, nothing fed yet."""
        run = self._runs.pop(0)
        self._open = {stream: StreamFiles(paths, self._ends) for stream, paths in run.streams.items()}
        return Merge(run.experiment, run.run, streams=run.streams, version=version)

    def _feed(self) -> None:
        """Give each hungry stream its next datagrams."""
        for stream in self._merge.hungry:
            found = self._open[stream].next()
            if found is None:
                self._merge.end(stream)
            else:
                self._merge.feed(stream, found.buffer, found.table, FilePlace(str(found.path)), found.big)


def runs_of(paths: list[Path]) -> list[RunFiles]:
    """The runs that these files make up, chunks that another file names left out because they are found through it.

    Raises
    ------
    Unusable, DamagedData
        If one of the files cannot be read or is not XTC2.
    """
    paths = list(dict.fromkeys(path.absolute() for path in paths))
    runs: dict[tuple[str, int], dict[int, list[tuple[int, Path]]]] = {}
    for number, path in enumerate(_beginnings(paths)):
        found = NAME.fullmatch(path.name.partition(".")[0])
        run = (found["experiment"], int(found["run"])) if found else ("", 0)
        stream, chunk = (int(found["stream"]), int(found["chunk"] or 0)) if found else (number, 0)
        runs.setdefault(run, {}).setdefault(stream, []).append((chunk, path))
    return [
        RunFiles(*run, {stream: tuple(path for _, path in sorted(chunks)) for stream, chunks in sorted(streams.items())})
        for run, streams in sorted(runs.items())
    ]


def _beginnings(paths: list[Path]) -> list[Path]:
    """Files that no other one names as its next chunk; a file with a Configure begins a stream whoever names it."""
    tables, buffers = tables_at_start(paths), {path: open_mapped(path) for path in paths}
    links = {path: link_of(buffer, tables[path]).next for path, buffer in buffers.items()}
    named = {path.with_name(link.name) for path, link in links.items() if link is not None}
    found = [path for path in paths if path not in named or is_first(buffers[path])]
    # Chunks that name one another in a circle have no beginning.
    return found or paths
