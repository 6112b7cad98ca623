"""The machine behind every source: datagrams of any number of streams in, blocks of events out. Pure."""

from collections import Counter, deque
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.model.place import FilePlace
from monitor.model.run_state import RunState
from monitor.reader.block import Block, EventBlock, Memory
from monitor.reader.cut import Cut
from monitor.reader.events.group import HERE, LANE, group
from monitor.reader.events.item import ITEM, joined
from monitor.reader.events.lateness import Lateness
from monitor.reader.events.settle import Stream
from monitor.reader.intake import Chunk, Tally, take_in
from monitor.reader.late import late_configurations
from monitor.reader.state import RunTracker
from monitor.xtc.smalldata import SmallData
from monitor.xtc.walk import Heads

FIRST_CAMERA_STREAM = 80
LOOK_AHEAD = (20, 40)
"""Events of a DAQ and of a camera stream that may wait for an earlier one, as in psana."""
ROUND = 4096
"""Datagrams of each stream that are worked on at a time."""


class Merge:
    """Builds the events of a run out of its streams; the result does not depend on the order in which they are fed.

    Parameters
    ----------
    experiment, run
        What the source knows of the run; the run number is taken from BeginRun if ``None``.
    streams
        Streams that will come. Nothing is handed out before each of them has given something or has ended.
    first_camera_stream
        Streams from this number on are camera recorders.
    look_ahead
        Events that may wait for an earlier one in their DAQ or camera stream. Live sources that deliver in order use (0, 0):
        with a look-ahead an event is held until so many more have come.
    patience_s
        How long a stream without data is waited for while others have some; for ever if ``None``.
    least_patience_s
        Each event waits for a stream as long as that stream is wont to be late, at least so long and at most ``patience_s``;
        ``None``: for ``patience_s``, and after that for none of its events until it brings something.
    settle_s
        An event waits so long for an earlier one of its stream, and no longer; ``None``: until as many events came as the
        look-ahead says. For sources that grow while they are read.
    version
        Version of the first run state.
    values_known
        Whether the EPICS values of Configure hold for the first event; false where events before it are not fed.
    """

    def __init__(
        self,
        experiment: str,
        run: int | None,
        *,
        streams: Iterable[int] = (),
        first_camera_stream: int = FIRST_CAMERA_STREAM,
        look_ahead: tuple[int, int] = LOOK_AHEAD,
        patience_s: float | None = None,
        least_patience_s: float | None = None,
        settle_s: float | None = None,
        version: int = 0,
        values_known: bool = True,
    ) -> None:
        self._first_camera = first_camera_stream
        self._look_ahead = look_ahead
        self._patience_s = patience_s
        self._lateness = None if least_patience_s is None else Lateness(least_patience_s, patience_s or least_patience_s)
        self._settle_s = settle_s
        self._streams: dict[int, Stream] = {}
        self._lanes: dict[int, NDArray[Any]] = {}
        self._waiting: dict[int, float] = {}
        self._given_up: set[int] = set()
        self._chunks: dict[int, Chunk] = {}
        self._next_chunk = 0
        self._here = np.zeros(1, HERE)
        self._last = np.zeros(1, ITEM)
        self._tracker = RunTracker(experiment, run, version, values_known=values_known)
        self._left_out: Counter[str] = Counter()
        self._built: deque[Block] = deque()
        self._built_events = 0
        self.tally = Tally()
        for stream in streams:
            self.open(stream)

    @property
    def state(self) -> RunState:
        """The newest run state; what was taken last may be of an earlier one."""
        return self._tracker.state

    @property
    def finished(self) -> bool:
        """Whether all streams have ended and everything was taken."""
        return not self._built and all(stream.ended and len(stream.items) == 0 for stream in self._streams.values())

    @property
    def hungry(self) -> list[int]:
        """Streams that have to be fed or ended before the merge can go on."""
        return [n for n, stream in sorted(self._streams.items()) if not stream.ended and stream.ready == 0]

    @property
    def left_out(self) -> Counter[str]:
        """Datagrams and events that are not handed on, by reason."""
        counts = Counter(self._left_out)
        for number, stream in self._streams.items():
            progress = stream.progress[0]
            counts["no fiducial"] += int(progress["no_fiducial"])
            counts["duplicate"] += int(progress["duplicate"])
            counts["unknown transition"] += int(progress["unknown"])
            counts["late"] += int(self._lanes[number]["dropped"])
        return +counts

    @property
    def damaged_configs(self) -> Counter[tuple[int, int, int]]:
        """Configuration payloads that were not taken, by level, physical word and type word."""
        return self._tracker.damaged

    def feed(
        self,
        stream: int,
        place: FilePlace | Memory,
        buffer: NDArray[np.uint8],
        heads: Heads,
        through: SmallData | None = None,
        now: float = 0.0,
    ) -> None:
        """Take the next datagrams of a stream.

        Parameters
        ----------
        stream
            Stream number.
        place
            Where the bytes lie, for whom the blocks are for.
        buffer
            The same bytes here, uint8; must stay unchanged until the datagrams have been taken.
        heads
            What ``monitor.xtc.walk.heads`` found in them.
        through
            If the buffer is small data: how its datagrams are in the big file, which is the place.
        now
            Monotonic time in seconds; needed where patience adapts or settling is limited.
        """
        if len(heads.table) == 0:
            return
        mine = self.open(stream)
        if mine.ended:
            raise ValueError(f"stream {stream} has ended")
        number = self._next_chunk
        self._next_chunk += 1
        chunk, items = take_in(place, buffer, heads.table, number, self.tally, through)
        self._chunks[number] = chunk
        if self._lateness is not None and mine.ready == 0:
            waited_since = min(one.oldest for one in self._streams.values())
            self._lateness.came(stream, max(0.0, now - waited_since), now)
        self._forget(mine.feed(items, now))
        if not self._here["passed"][0] and not self._lanes[stream]["anchored"]:
            self._lanes[stream]["anchored"] = mine.progress["anchored"][0]
        self._waiting.pop(stream, None)
        self._given_up.discard(stream)

    def skip(self, stream: int) -> None:
        """Do not wait for a stream until it brings something; what it has here is not held back any longer."""
        mine = self._streams[stream]
        if len(mine.items):
            mine.release(len(mine.items))
        elif stream not in self._given_up:
            self._given_up.add(stream)
            self._lanes[stream]["late"] = True
            self._left_out["gave up waiting"] += 1

    def end(self, stream: int) -> None:
        """Nothing more will come from a stream."""
        mine = self.open(stream)
        if not mine.ended:
            mine.end()

    def take(self, max_events: int, now: float | None = None) -> list[Block]:
        """Blocks that are complete, with at most ``max_events`` events together.

        Parameters
        ----------
        max_events
            Largest number of events wanted.
        now
            Monotonic time in seconds; needed where patience or settling is limited.
        """
        self._settle(now)
        while self._built_events < max_events and (self._round(now) or self._give_up(now)):
            pass
        blocks: list[Block] = []
        while self._built:
            block = self._built.popleft()
            if isinstance(block, EventBlock):
                if max_events < block.count:
                    first, rest = (None, block) if max_events == 0 else block.split(max_events)
                    self._built.appendleft(rest)
                    if first is None:
                        break
                    block = first
                max_events -= block.count
                self._built_events -= block.count
            blocks.append(block)
        return blocks

    def open(self, number: int) -> Stream:
        """The queue of a stream, which is waited for from now on."""
        if number in self._streams:
            return self._streams[number]
        camera = number >= self._first_camera
        stream = Stream(number, camera, self._look_ahead[camera])
        lane = np.zeros((), LANE)
        lane["camera"], lane["late"] = camera, bool(self._here["passed"][0])
        self._streams[number], self._lanes[number] = stream, lane
        return stream

    def _settle(self, now: float | None) -> None:
        """Let events go on that have waited for earlier ones of their stream for long enough."""
        if now is None or self._settle_s is None:
            return
        for stream in self._streams.values():
            stream.release(stream.came_before(now - self._settle_s))

    def _round(self, now: float | None) -> bool:
        """Build blocks out of a bounded number of datagrams of each stream; whether anything went forward."""
        awaited = [number for number in self.hungry if number not in self._given_up]
        if awaited and (self._lateness is None or now is None):
            return False
        numbers = sorted(self._streams)
        parts = [self._streams[n].items[: min(count, ROUND)] for n, count in self._may_go(numbers, awaited, now).items()]
        items = joined(parts)
        lanes = np.array([self._lanes[n] for n in numbers], LANE)
        lanes["stop"] = np.cumsum([len(part) for part in parts])
        start = lanes["at"] = lanes["stop"] - [len(part) for part in parts]
        lanes["ended"] = [n in awaited or self._gives_no_more(n) for n in numbers]
        groups = group(items, lanes, self._here, self._last)
        for contents in late_configurations(items, groups, start, lanes["at"], self._chunks):
            self._tracker.add([contents])
        cut = Cut(groups, items, np.array(numbers, np.int64), self._chunks, self._first_camera)
        self._left_out.update(cut.undelivered())
        for block in cut.blocks(self._tracker):
            self._built.append(block)
            self._built_events += block.count if isinstance(block, EventBlock) else 0
        went = bool((lanes["at"] > start).any())
        for number, lane, at in zip(numbers, lanes, start, strict=True):
            if self._lateness is not None and now is not None and lane["dropped"] > self._lanes[number]["dropped"]:
                self._lateness.missed(number, now)
            lane["late"] |= went and number in awaited
            self._lanes[number] = lane.copy()
            if lane["at"] > at:
                self._streams[number].take(int(lane["at"] - at))
                self._waiting.pop(number, None)
            self._forget(items["chunk"][at : lane["at"]])
        return went

    def _may_go(self, numbers: list[int], awaited: list[int], now: float | None) -> dict[int, int]:
        """How many datagrams of each stream may go on; those that have not waited long enough for a silent stream may not."""
        if not awaited or self._lateness is None or now is None:
            return {n: self._streams[n].ready for n in numbers}
        moment = now - max(self._lateness.wait_s(n, now) for n in awaited)
        return {n: min(self._streams[n].ready, self._streams[n].came_before(moment)) for n in numbers}

    def _gives_no_more(self, number: int) -> bool:
        """Whether the merge may go on without a stream once ``ROUND`` of its datagrams are used up."""
        stream = self._streams[number]
        return (number in self._given_up or stream.ended) and stream.ready <= ROUND

    def _give_up(self, now: float | None) -> bool:
        """Stop waiting for streams that kept others waiting for too long; whether there was one."""
        hungry = self.hungry
        if (
            now is None
            or self._patience_s is None
            or self._lateness is not None
            or all(stream.ready == 0 for stream in self._streams.values())
        ):
            return False
        waited = [n for n in hungry if n not in self._given_up and now - self._waiting.setdefault(n, now) >= self._patience_s]
        for number in waited:
            self.skip(number)
        return bool(waited)

    def _forget(self, chunks: NDArray[Any]) -> None:
        """Drop what is known of chunks of which every datagram had its turn."""
        for number, count in zip(*np.unique(chunks, return_counts=True), strict=True):
            chunk = self._chunks[int(number)]
            chunk.left -= int(count)
            if chunk.left == 0:
                del self._chunks[int(number)]
