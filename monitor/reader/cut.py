"""Cuts ordered groups of datagrams into blocks: stretches of events, and the transitions between them."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.model.event import EVENT_ID, PIECE
from monitor.model.place import FilePlace
from monitor.reader.block import Block, EventBlock, Memory, TransitionBlock
from monitor.reader.events.group import Groups
from monitor.reader.events.item import TRIMMED
from monitor.reader.intake import Chunk
from monitor.reader.state import EMPTY, RunTracker
from monitor.xtc.header import Transition
from monitor.xtc.updates import Updates

L1ACCEPT = int(Transition.L1ACCEPT)


class Cut:
    """One round of groups, ready to be cut.

    Parameters
    ----------
    groups
        The groups, in order.
    items
        Structured array of dtype ``ITEM`` that ``groups.item`` counts in.
    streams
        Stream number of each lane, shape (lanes,).
    chunks
        Chunks by number.
    first_camera_stream
        Streams from this number on are camera recorders.
    """

    def __init__(
        self,
        groups: Groups,
        items: NDArray[Any],
        streams: NDArray[Any],
        chunks: Mapping[int, Chunk],
        first_camera_stream: int,
    ) -> None:
        self._first, self._delivered = groups.first, groups.delivered
        self._pieces = items[groups.item]
        self._stream = streams[groups.lane]
        self._group = np.repeat(np.arange(len(self._delivered)), np.diff(self._first))
        self._service = self._pieces["control"][self._first[:-1]] & 15
        self._event: NDArray[np.int64] = np.cumsum(self._delivered) - self._delivered
        self._chunks = chunks
        self._first_camera = first_camera_stream
        self._events = self._event_ids()
        self._table, self._table_first, self._places = self._piece_table()
        self._updates = self._updates_in_order()

    def undelivered(self) -> Counter[str]:
        """Events left out, by reason."""
        first = self._first[:-1][(self._service == L1ACCEPT) & ~self._delivered]
        trimmed = int(np.count_nonzero(self._pieces["flags"][first] & TRIMMED))
        return +Counter({"trimmed": trimmed, "only EPICS": len(first) - trimmed})

    def blocks(self, tracker: RunTracker) -> Iterator[Block]:
        """Blocks in order, with the state that holds for each; the tracker follows."""
        start = 0
        for stop in [*np.flatnonzero(self._service != L1ACCEPT).tolist(), len(self._service)]:
            if stop > start:
                block = self._event_block(start, stop, tracker)
                if block is not None:
                    yield block
            if stop < len(self._service):
                yield self._transition(stop, tracker)
            start = stop + 1

    def _event_block(self, start: int, stop: int, tracker: RunTracker) -> EventBlock | None:
        """Groups ``start`` to ``stop``, all events; ``None`` if none of them is delivered."""
        a, z = int(self._event[start]), int(self._event[stop - 1] + self._delivered[stop - 1])
        position, updates = self._updates
        lo, hi = np.searchsorted(position, (self._first[start], self._first[stop]))
        found = Updates(updates.entry[lo:hi], updates.key[lo:hi], updates.value[lo:hi])
        changes = tracker.changes(found, self._event[self._group[position[lo:hi]]] - a)
        before = tracker.values.copy()
        tracker.apply(changes)
        if a == z:
            return None
        pieces = self._table[self._table_first[a] : self._table_first[z]].copy()
        pieces["event"] -= a
        used = np.zeros(len(self._places), np.bool_)
        used[pieces["place"]] = True
        places = self._places
        if not used.all():
            pieces["place"] = (np.cumsum(used) - 1)[pieces["place"]]
            places = tuple(place for place, wanted in zip(places, used, strict=True) if wanted)
        return EventBlock(
            events=self._events[a:z],
            pieces=pieces,
            places=places,
            epics_start=before,
            epics_changes=changes[changes["event"] < z - a],
            state=tracker.state,
        )

    def _transition(self, group: int, tracker: RunTracker) -> TransitionBlock:
        """Let a transition change the state; Configure comes from the lowest DAQ stream and from all cameras."""
        members = range(int(self._first[group]), int(self._first[group + 1]))
        first = self._pieces[members[0]]
        service = Transition(int(self._service[group]))
        cameras = [i for i in members if self._stream[i] >= self._first_camera]
        daq = [i for i in members if self._stream[i] < self._first_camera][:1]
        contents = [self._contents(self._pieces[i]) for i in [*reversed(cameras), *daq]]
        if service == Transition.CONFIGURE:
            tracker.configure(contents)
        elif service == Transition.BEGIN_RUN:
            tracker.begin_run(int(first["env"]))
        elif service == Transition.BEGIN_CALIB_CYCLE:
            tracker.begin_step(contents)
        return TransitionBlock(
            service=service,
            run=tracker.state.run,
            step=tracker.state.step,
            seconds=int(first["seconds"]),
            nanoseconds=int(first["nanoseconds"]),
            state=tracker.state,
        )

    def _contents(self, piece: Any) -> Any:
        return self._chunks[int(piece["chunk"])].contents.get(int(piece["offset"]), EMPTY)

    def _event_ids(self) -> NDArray[Any]:
        """``EVENT_ID`` of all delivered events, from the lowest stream of each."""
        first = self._first[:-1][self._delivered]
        ids = np.zeros(len(first), EVENT_ID)
        for name in ("seconds", "nanoseconds", "fiducials", "ticks", "vector", "control"):
            ids[name] = self._pieces[name][first]
        if len(self._pieces):
            bits = np.uint64(1) << np.minimum(self._stream, 63).astype(np.uint64)
            ids["streams"] = np.bitwise_or.reduceat(bits, self._first[:-1])[self._delivered]
        return ids

    def _piece_table(self) -> tuple[NDArray[Any], NDArray[np.int64], tuple[FilePlace | Memory, ...]]:
        """``PIECE`` of all delivered events, where each event's begin, shape (events + 1,), and their places, each once."""
        chosen = np.flatnonzero(self._delivered[self._group])
        table = np.zeros(len(chosen), PIECE)
        table["event"] = self._event[self._group[chosen]]
        numbers, chunk = np.unique(self._pieces["chunk"][chosen], return_inverse=True)
        index: dict[FilePlace | Memory, int] = {}
        place = [index.setdefault(self._chunks[int(n)].place, len(index)) for n in numbers]
        table["place"] = np.array(place, np.uint32)[chunk]
        table["stream"] = self._stream[chosen]
        table["length"] = self._pieces["length"][chosen]
        table["offset"] = self._pieces["offset"][chosen]
        return table, np.searchsorted(table["event"], np.arange(len(self._events) + 1)), tuple(index)

    def _updates_in_order(self) -> tuple[NDArray[np.int64], Updates]:
        """All EPICS updates in the order of the run, and the piece each comes from."""
        pieces = self._pieces
        with_updates = np.flatnonzero(pieces["updates"])
        positions, parts = [np.empty(0, np.int64)], [Updates(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0))]
        for number in np.unique(pieces["chunk"][with_updates]):
            mine = with_updates[pieces["chunk"][with_updates] == number]
            count = pieces["updates"][mine].astype(np.int64)
            index = np.repeat(pieces["update"][mine] - (np.cumsum(count) - count), count) + np.arange(count.sum())
            source = self._chunks[int(number)].updates
            positions.append(np.repeat(mine, count))
            parts.append(Updates(source.entry[index], source.key[index], source.value[index]))
        position = np.concatenate(positions)
        order = np.argsort(position, kind="stable")
        entry, key, value = (np.concatenate([getattr(part, name) for part in parts])[order] for name in ("entry", "key", "value"))
        return position[order], Updates(entry, key, value)
