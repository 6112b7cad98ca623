"""The machine behind every XTC2 source: datagrams of any number of streams in, blocks of events out. Pure.

Blocks count seconds from 1970, as those of the other generation do; the files count them from 1990.
"""

from collections import Counter, deque
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.model.event import EPICS_CHANGE, EVENT_ID, PIECE
from monitor.model.place import FilePlace
from monitor.model.run_state import RunState
from monitor.reader.block import Block, EventBlock, Memory, TransitionBlock
from monitor.reader.xtc2.join import ITEM, Joined, in_order, join, ready
from monitor.reader.xtc2.state import Contents, RunTracker
from monitor.xtc.header import Transition as Common
from monitor.xtc2.header import EPOCH, Transition
from monitor.xtc2.walk import walk

NO_FIDUCIAL = 0x1FFFF
"""What stands where LCLS-I has the 360 Hz number of a pulse."""

SERVICES = {
    Transition.CONFIGURE: Common.CONFIGURE,
    Transition.UNCONFIGURE: Common.UNCONFIGURE,
    Transition.BEGIN_RUN: Common.BEGIN_RUN,
    Transition.END_RUN: Common.END_RUN,
    Transition.BEGIN_STEP: Common.BEGIN_CALIB_CYCLE,
    Transition.END_STEP: Common.END_CALIB_CYCLE,
}
"""Transitions that are handed on, under the names that hold behind the reader for both generations."""

LATE = "clock before that of the datagram in front of it"

SILENT = (Transition.ENABLE, Transition.DISABLE)
"""Transitions that say nothing to those behind the reader, as in psana."""


class Merge:
    """Builds the events of a run out of its streams; the result does not depend on how they are fed.

    Parameters
    ----------
    experiment, run
        What is known before the data say it.
    streams
        Streams that will come. Nothing is handed out before each of them has given something or has ended.
    version
        Version of the first run state.
    """

    def __init__(self, experiment: str, run: int, *, streams: Iterable[int] = (), version: int = 0) -> None:
        self._queues: dict[int, NDArray[Any]] = {stream: np.empty(0, ITEM) for stream in sorted(streams)}
        self._ended: dict[int, bool] = dict.fromkeys(self._queues, False)
        self._chunks: dict[int, NDArray[np.uint8]] = {}
        self._places: dict[FilePlace | Memory, int] = {}
        self._next_chunk = self._next_place = self._reached = 0
        self._newest: dict[int, int] = {}
        self._tracker = RunTracker(experiment, run, version)
        self._noted: Counter[str] = Counter()
        self._built: deque[Block] = deque()
        self._built_events = 0

    @property
    def state(self) -> RunState:
        """The newest run state; what was taken last may be of an earlier one."""
        return self._tracker.state

    @property
    def finished(self) -> bool:
        """Whether all streams have ended and everything was taken."""
        return not self._built and all(self._ended.values()) and not any(map(len, self._queues.values()))

    @property
    def hungry(self) -> list[int]:
        """Streams that have to be fed or ended before the merge can go on."""
        return [stream for stream, queue in self._queues.items() if not len(queue) and not self._ended[stream]]

    @property
    def counts(self) -> Counter[str]:
        """What was left out, not understood or strange, by a text that names it."""
        return +(self._noted + Counter(self._tracker.problems))

    def feed(
        self, stream: int, buffer: NDArray[np.uint8], table: NDArray[Any], place: FilePlace | Memory, big: NDArray[Any]
    ) -> None:
        """Take the next datagrams of a stream.

        Parameters
        ----------
        stream
            Stream number.
        buffer
            Bytes here, uint8; must stay unchanged until the datagrams have been taken.
        table
            The datagrams, of dtype ``HEAD``.
        place
            Where their bytes lie, for whom the blocks are for.
        big
            Offset and length of each datagram in that place, int64, shape (datagrams, 2).
        """
        items = np.zeros(len(table), ITEM)
        for name in ("timestamp", "offset", "length", "service", "damage"):
            items[name] = table[name]
        items["big_offset"], items["big_length"] = big[:, 0], big[:, 1]
        items["stream"], items["chunk"] = stream, self._next_chunk
        if place not in self._places:
            self._places[place] = self._next_place
            self._next_place += 1
        items["place"] = self._places[place]
        self._chunks[self._next_chunk] = buffer
        self._next_chunk += 1
        items["order"] = in_order(items["timestamp"], self._newest.get(stream, 0))
        items["late"] = items["timestamp"] < items["order"]
        self._noted[LATE] += int(items["late"].sum())
        self._newest[stream] = int(items["order"][-1]) if len(items) else self._newest.get(stream, 0)
        self._queues[stream] = np.concatenate([self._queues.get(stream, np.empty(0, ITEM)), items])
        self._ended.setdefault(stream, False)

    def end(self, stream: int) -> None:
        """Nothing more will come from a stream."""
        self._queues.setdefault(stream, np.empty(0, ITEM))
        self._ended[stream] = True

    def reach(self, clock: int) -> None:
        """No stream will bring anything before this clock, however silent it is."""
        self._reached = max(self._reached, clock)

    def take(self, max_events: int) -> list[Block]:
        """Blocks that are complete, with at most ``max_events`` events together."""
        while self._built_events < max_events and self._round():
            pass
        blocks: list[Block] = []
        while self._built:
            block = self._built[0]
            if not isinstance(block, EventBlock):
                blocks.append(self._built.popleft())
                continue
            if max_events == 0:
                break
            self._built.popleft()
            if block.count > max_events:
                block, rest = block.split(max_events)
                self._built.appendleft(rest)
            blocks.append(block)
            max_events -= block.count
            self._built_events -= block.count
        return blocks

    def _round(self) -> bool:
        """Build blocks of all datagrams that can be joined; whether there were any."""
        counts = ready(list(self._queues.values()), list(self._ended.values()), self._reached)
        if not any(counts):
            return False
        parts = []
        for (stream, queue), count in zip(list(self._queues.items()), counts, strict=True):
            parts.append(queue[:count])
            self._queues[stream] = queue[count:]
        joined = join(parts)
        self._noted["duplicate"] += joined.duplicates
        self._noted["datagram of another kind at the same time"] += joined.strangers
        self._build(joined)
        self._forget()
        return True

    def _build(self, joined: Joined) -> None:
        """Blocks of groups, in order."""
        event = joined.service == Transition.L1ACCEPT
        number = np.cumsum(event) - event
        first_event, changes, before = 0, [np.empty(0, EPICS_CHANGE)], self._tracker.values.copy()
        for group in [*np.flatnonzero(~event).tolist(), len(event)]:
            service = joined.service[group] if group < len(event) else None
            count = int(number[group]) if group < len(event) else int(event.sum())
            if service == Transition.SLOW_UPDATE:
                found = self._tracker.changes(self._contents(joined, group), count - first_event)
                self._tracker.apply(found)
                changes.append(found)
                continue
            if service in SILENT:
                continue
            if service is not None and service not in SERVICES:
                self._noted["unknown transition"] += 1
                continue
            if count > first_event:
                self._built.append(
                    self._events(joined, np.flatnonzero(event)[first_event:count], before, np.concatenate(changes))
                )
                self._built_events += count - first_event
            if service is not None:
                self._built.append(self._transition(joined, group))
            first_event, changes, before = count, [np.empty(0, EPICS_CHANGE)], self._tracker.values.copy()

    def _events(
        self, joined: Joined, groups: NDArray[np.int64], before: NDArray[np.float64], changes: NDArray[Any]
    ) -> EventBlock:
        """Groups that are events, with no transition between them."""
        size = np.diff(joined.first)[groups]
        which = np.repeat(np.arange(len(groups)), size)
        start = np.cumsum(size) - size
        items = joined.items[np.repeat(joined.first[groups] - start, size) + np.arange(len(which))]
        lowest = items[start]
        self._count_damage(items)
        events = np.zeros(len(groups), EVENT_ID)
        events["seconds"] = (lowest["timestamp"] >> np.uint64(32)).astype(np.uint32) + np.uint32(EPOCH)
        events["nanoseconds"] = lowest["timestamp"] & np.uint64(0xFFFF_FFFF)
        events["fiducials"], events["control"] = NO_FIDUCIAL, lowest["service"]
        bits = np.uint64(1) << np.minimum(items["stream"], 63).astype(np.uint64)
        events["streams"] = np.bitwise_or.reduceat(bits, start)
        pieces = np.zeros(len(items), PIECE)
        pieces["event"], pieces["stream"] = which, items["stream"]
        pieces["offset"], pieces["length"] = items["big_offset"], items["big_length"]
        used, pieces["place"] = np.unique(items["place"], return_inverse=True)
        places = {number: place for place, number in self._places.items()}
        return EventBlock(
            events=events,
            pieces=pieces,
            places=tuple(places[place] for place in used.tolist()),
            epics_start=before,
            epics_changes=changes[changes["event"] < len(groups)],
            state=self._tracker.state,
        )

    def _transition(self, joined: Joined, group: int) -> TransitionBlock:
        """Let a transition change the state."""
        parts, service = self._contents(joined, group), int(joined.service[group])
        if service == Transition.CONFIGURE:
            self._tracker.configure(parts)
        elif service == Transition.BEGIN_RUN:
            self._tracker.begin_run(parts)
        elif service == Transition.BEGIN_STEP:
            self._tracker.begin_step(parts)
        clock = int(joined.items["timestamp"][joined.first[group]])
        if len(parts) < len(self._queues):
            self._noted[f"{Transition(service).name} not in all streams"] += 1
        return TransitionBlock(
            service=SERVICES[Transition(service)],
            run=self._tracker.state.run,
            step=self._tracker.state.step,
            seconds=(clock >> 32) + EPOCH & 0xFFFF_FFFF,
            nanoseconds=clock & 0xFFFF_FFFF,
            state=self._tracker.state,
        )

    def _contents(self, joined: Joined, group: int) -> list[Contents]:
        """Payloads of the datagrams of a transition, by stream."""
        parts = []
        for item in joined.items[joined.first[group] : joined.first[group + 1]]:
            buffer = self._chunks[int(item["chunk"])]
            found = walk(buffer, item["offset"][None], item["length"][None])
            self._noted["corrupt container in a transition"] += len(found.corrupt)
            parts.append(Contents(int(item["stream"]), buffer, found.index))
        return parts

    def _count_damage(self, items: NDArray[Any]) -> None:
        """Count damage of whole datagrams."""
        for stream, damage in items[["stream", "damage"]][items["damage"] != 0].tolist():
            self._noted[f"stream {stream}: whole event with damage {damage:#x}"] += 1

    def _forget(self) -> None:
        """Let go of bytes that nothing waits in."""
        needed = {int(chunk) for queue in self._queues.values() for chunk in np.unique(queue["chunk"])}
        self._chunks = {number: buffer for number, buffer in self._chunks.items() if number in needed}
        waiting = {int(place) for queue in self._queues.values() for place in np.unique(queue["place"])}
        self._places = {place: number for place, number in self._places.items() if number in waiting}
