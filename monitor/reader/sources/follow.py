"""Runs that are still being written: each stream is read as it grows, chunk after chunk, until its EndRun."""

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from monitor.errors import Unusable
from monitor.model.place import FilePlace
from monitor.reader.block import Block
from monitor.reader.merge import Merge
from monitor.reader.report import Report
from monitor.reader.sources.growing_stream import GrowingStream
from monitor.settings import Settings
from monitor.xtc.filename import GROWING, final_name, parse, runs_of
from monitor.xtc.mapped import check

SEARCH_S, SEARCH_LATER_S = 0.1, 1.0
"""Time between two looks for streams that were not there before: while the run begins, and later."""
GATHER_S = 1.0
"""Streams that appear so soon after the first are waited for from the start; recorders do not begin at the same instant."""
SETTLE_S = 0.015
"""Datagrams that change places in a file are written together: nobody waits longer than this for an earlier one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchedRun:
    """A run to be followed.

    Attributes
    ----------
    experiment, run
        What its name says; the run is ``None`` for a single file without a telling name.
    paths
        First chunk of each stream that is known.
    folder
        Where further streams may appear; ``None`` if there are no others.
    streams
        Streams wanted of those in the folder; empty for all.
    """

    experiment: str
    run: int | None
    paths: Mapping[int, Path]
    folder: Path | None = None
    streams: tuple[int, ...] = ()

    def appeared(self) -> dict[int, Path]:
        """First chunk of each stream in the folder.

        Raises
        ------
        Unusable
            If the folder cannot be read.
        """
        if self.folder is None:
            return {}
        try:
            mine = [path for path in self.folder.iterdir() if path.name.startswith(f"{self.experiment}-r")]
        except OSError as error:
            raise Unusable(f"{self.folder} cannot be read: {error.strerror}; give the folder with dir=") from error
        found = [(name, path) for path in mine if (name := parse(path)) is not None]
        first: dict[int, Path] = {}
        for name, path in sorted(found, reverse=True):
            if (name.small, name.experiment, name.run) == (False, self.experiment, self.run):
                first[name.stream] = path
        return {n: path for n, path in first.items() if not self.streams or n in self.streams}


def watched(paths: Sequence[Path]) -> list[WatchedRun]:
    """Runs of which these files are the beginning.

    Raises
    ------
    Unusable, DamagedData, ConfigError
        If one of the files cannot be read, is not XTC, or does not fit the others.
    """
    for path in paths:
        final = final_name(path)
        check(final if not path.exists() and final.exists() else path, growing=True)
    return [
        WatchedRun(experiment=run.experiment, run=run.run, paths={n: chunks[0] for n, chunks in run.streams.items()})
        for run in runs_of(list(dict.fromkeys(final_name(path) for path in paths)))
    ]


class FollowSource:
    """Growing files as a source; lossless, by reference.

    Memory does not depend on how far streams are apart: a stream is read only when the merge needs it to go on.

    Parameters
    ----------
    runs
        What to follow, one run after the other.
    settings
        ``source.first_camera_stream`` and ``source.follow_timeout`` are used.
    clock
        Monotonic seconds.
    """

    def __init__(self, runs: Sequence[WatchedRun], settings: Settings, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._waiting = list(runs)
        self._settings = settings
        self._clock = clock
        self._timeout_s = settings.source.follow_timeout
        self._report = Report()
        self._ends: Counter[str] = Counter()
        self._streams: dict[int, GrowingStream] = {}
        self._begin(clock(), 0)

    @property
    def finished(self) -> bool:
        """Whether every run has ended and was handed out."""
        return not self._waiting and bool(self._streams) and self._merge.finished

    @property
    def total_events(self) -> int | None:
        """Not known while files grow."""
        return None

    @property
    def counts(self) -> Mapping[str, int]:
        """What was damaged or left out, by a text that names it."""
        return self._report.counts(self._merge) + self._ends

    def read(self, max_events: int) -> list[Block]:
        """The next blocks, with at most ``max_events`` events together; empty if nothing is complete now.

        Raises
        ------
        Unusable
            If no file of a run appears in time, or one cannot be read.
        """
        now = self._clock()
        while max_events > 0:
            self._search(now)
            if not self._streams or now < self._gathered:
                break
            blocks = self._merge.take(max_events, now)
            if blocks:
                return blocks
            if self._merge.finished:
                if not self._waiting:
                    break
                self._report.add(self._merge)
                self._begin(now, self._merge.state.version + 1)
            elif not self._feed(now) and not self._all_dead(now):
                break
        return []

    def close(self) -> None:
        """Close the files."""
        for stream in self._streams.values():
            stream.end()

    def _begin(self, now: float, version: int) -> None:
        """Turn to the next run."""
        self.close()
        run = self._run = self._waiting.pop(0)
        self._streams = {}
        self._began = now
        self._gathered = now
        self._next_search = now
        self._merge = Merge(
            run.experiment,
            run.run,
            first_camera_stream=self._settings.source.first_camera_stream,
            patience_s=self._timeout_s,
            settle_s=SETTLE_S,
            version=version,
        )
        for number, path in run.paths.items():
            self._add(number, path, now)

    def _add(self, number: int, path: Path, now: float) -> None:
        self._streams[number] = GrowingStream(path, now)
        self._merge.open(number)

    def _search(self, now: float) -> None:
        """Look for streams that were not there before."""
        if self._run.folder is None or now < self._next_search:
            return
        self._next_search = now + (SEARCH_S if not self._streams or now < self._gathered else SEARCH_LATER_S)
        for number, path in self._run.appeared().items():
            if number not in self._streams:
                if not self._streams:
                    self._gathered = now + GATHER_S
                self._add(number, path, now)
        if not self._streams and now - self._began >= self._timeout_s:
            raise Unusable(
                f"no file of {self._run.experiment} run {self._run.run} appeared in {self._run.folder} for {self._timeout_s:g} s"
            )

    def _feed(self, now: float) -> bool:
        """Give each hungry stream what it has by now; whether there was anything."""
        fed = False
        for number in self._merge.hungry:
            stream = self._streams[number]
            found = stream.next(now, self._ends)
            if found is not None:
                path, data, heads = found
                self._merge.feed(number, FilePlace(str(path.absolute())), data, heads, now=now)
                fed = True
            elif stream.over:
                self._merge.end(number)
                fed = True
            elif stream.corrupt:
                self._merge.skip(number)
        return fed

    def _all_dead(self, now: float) -> bool:
        """End streams that are read to their ends if nothing at all grew for too long; whether there was one.

        A stream that others keep waiting may have more in its file: its turn comes when that was asked for.
        """
        # Each is looked at, so that growth is noticed when it happens and not when its turn to be read comes.
        silent = [stream.is_silent(now, self._timeout_s) for stream in self._streams.values() if not stream.over]
        if not all(silent):
            return False
        hungry = self._merge.hungry
        for number in hungry:
            self._streams[number].give_up(
                f"no EndRun, and nothing more for {self._timeout_s:g} s; its writer counts as dead", self._ends
            )
            self._merge.end(number)
        return bool(hungry)


def is_growing(paths: Sequence[Path]) -> bool:
    """Whether one of these files is still being written, by its name."""
    return any(path.name.endswith(GROWING) for path in paths)
