"""XTC2 files that are still being written, as a source: lossless, by reference."""

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from monitor.errors import ConfigError
from monitor.model.place import FilePlace
from monitor.reader.block import Block
from monitor.reader.sources.xtc2_files import NAME
from monitor.reader.xtc2.growing import GrowingStream
from monitor.reader.xtc2.merge import Merge
from monitor.reader.xtc2.small import is_small

STRANGE = "they are not the first chunks of the streams of one run"


class Xtc2FollowSource:
    """The streams of one run while they grow. Transitions are in all of them, so that none keeps the others waiting for long.

    Parameters
    ----------
    paths
        First chunk of each stream, with or without ``.inprogress``; small data are not followed.
    timeout_s
        Seconds without growth of any file after which the writer counts as dead.
    clock
        Monotonic seconds.

    Raises
    ------
    ConfigError
        If these are not the streams of one run.
    """

    def __init__(self, paths: Sequence[Path], timeout_s: float, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._timeout_s = clock, timeout_s
        self._ends: Counter[str] = Counter()
        self._streams: dict[int, GrowingStream] = {}
        runs = set()
        for path in paths:
            name = NAME.fullmatch(path.name.partition(".")[0])
            if name is None or is_small(path) or int(name["chunk"] or 0) or int(name["stream"]) in self._streams:
                raise ConfigError(f"{path.name} cannot be followed with the others: {STRANGE}", key="source.files")
            runs.add((name["experiment"], int(name["run"])))
            self._streams[int(name["stream"])] = GrowingStream(path, self._ends, clock())
        if len(runs) != 1:
            raise ConfigError(f"files cannot be followed: {STRANGE}", key="source.files")
        self._merge = Merge(*runs.pop(), streams=self._streams)

    @property
    def finished(self) -> bool:
        """Whether the run has ended and was handed out."""
        return self._merge.finished

    @property
    def total_events(self) -> int | None:
        """Not known while files grow."""
        return None

    @property
    def counts(self) -> Mapping[str, int]:
        """What was damaged or left out, by a text that names it."""
        return self._merge.counts + self._ends

    def read(self, max_events: int) -> list[Block]:
        """The next blocks, with at most ``max_events`` events together; empty if nothing is complete now.

        Raises
        ------
        Unusable, DamagedData
            If a file cannot be read, or is not XTC2.
        """
        now = self._clock()
        while max_events > 0:
            blocks = self._merge.take(max_events)
            if blocks:
                return blocks
            if self._merge.finished or not (self._feed(now) or self._all_dead(now)):
                break
        return []

    def close(self) -> None:
        """Let go of the files."""
        self._streams = {}

    def _feed(self, now: float) -> bool:
        """Give each hungry stream what it has by now; whether there was anything."""
        fed = False
        for number in self._merge.hungry:
            stream = self._streams[number]
            found = stream.more(now)
            if found is not None:
                self._merge.feed(number, found.buffer, found.table, FilePlace(str(found.path)), found.big)
            elif stream.over:
                self._merge.end(number)
            fed = fed or found is not None or stream.over
        return fed

    def _all_dead(self, now: float) -> bool:
        """End the hungry streams if no file grew for too long; whether there was one."""
        if not all(stream.over or stream.is_silent(now, self._timeout_s) for stream in self._streams.values()):
            return False
        hungry = self._merge.hungry
        for number in hungry:
            self._streams[number].give_up(f"no EndRun, and nothing more for {self._timeout_s:g} s; its writer counts as dead")
            self._merge.end(number)
        return bool(hungry)
