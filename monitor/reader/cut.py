"""Cuts ordered groups of datagrams into blocks: stretches of events, and the transitions between them."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.kernel import kernel
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
        self._items, self._item, self._lane = items, groups.item, groups.lane
        self._streams = streams
        self._head = groups.item[groups.first[:-1]]
        self._service = items["control"][self._head] & 15
        self._event: NDArray[np.int64] = np.cumsum(self._delivered) - self._delivered
        self._chunks = chunks
        self._first_camera = first_camera_stream
        self._events, self._table, self._table_first = _lay_out(
            items, groups.item, groups.lane, groups.first, groups.delivered, streams
        )
        self._places = self._name_places()
        self._updates = self._updates_in_order()

    def undelivered(self) -> Counter[str]:
        """Events left out, by reason."""
        first = self._head[(self._service == L1ACCEPT) & ~self._delivered]
        trimmed = int(np.count_nonzero(self._items["flags"][first] & TRIMMED))
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
        group = np.searchsorted(self._first, position[lo:hi], side="right") - 1
        changes = tracker.changes(found, self._event[group] - a)
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
        first = self._items[self._item[members[0]]]
        service = Transition(int(self._service[group]))
        cameras = [i for i in members if self._streams[self._lane[i]] >= self._first_camera]
        daq = [i for i in members if self._streams[self._lane[i]] < self._first_camera][:1]
        contents = [self._contents(self._items[self._item[i]]) for i in [*reversed(cameras), *daq]]
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

    def _name_places(self) -> tuple[FilePlace | Memory, ...]:
        """Places of the pieces, each once; the pieces count chunks until here and places from here on."""
        if not len(self._table):
            return ()
        least = int(self._table["place"].min())
        lookup = np.zeros(int(self._table["place"].max()) - least + 1, np.uint32)
        index: dict[FilePlace | Memory, int] = {}
        for number, chunk in self._chunks.items():
            if 0 <= number - least < len(lookup):
                lookup[number - least] = index.setdefault(chunk.place, len(index))
        self._table["place"] = lookup[self._table["place"] - least]
        return tuple(index)

    def _updates_in_order(self) -> tuple[NDArray[np.int64], Updates]:
        """All EPICS updates in the order of the run, and the piece each comes from."""
        with_updates = np.flatnonzero(self._items["updates"][self._item])
        pieces = self._items[self._item[with_updates]]
        positions, parts = [np.empty(0, np.int64)], [Updates(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0))]
        for number in np.unique(pieces["chunk"]):
            mine = pieces["chunk"] == number
            count = pieces["updates"][mine].astype(np.int64)
            index = np.repeat(pieces["update"][mine] - (np.cumsum(count) - count), count) + np.arange(count.sum())
            source = self._chunks[int(number)].updates
            positions.append(np.repeat(with_updates[mine], count))
            parts.append(Updates(source.entry[index], source.key[index], source.value[index]))
        position = np.concatenate(positions)
        order = np.argsort(position, kind="stable")
        entry, key, value = (np.concatenate([getattr(part, name) for part in parts])[order] for name in ("entry", "key", "value"))
        return position[order], Updates(entry, key, value)


@kernel
def _lay_out(
    items: NDArray[Any], item: Any, lane: NDArray[Any], first: NDArray[Any], delivered: NDArray[Any], streams: NDArray[Any]
) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    """``EVENT_ID`` and ``PIECE`` of all delivered events, and where each event's pieces begin, shape (events + 1,).

    Identity comes from the lowest stream; ``place`` is the number of the chunk.
    """
    events, pieces = np.empty(len(delivered), EVENT_ID), np.empty(len(item), PIECE)
    begins = np.empty(len(delivered) + 1, np.int64)
    n, m = 0, 0
    for group in range(len(delivered)):
        if not delivered[group]:
            continue
        begins[n] = m
        head, event = items[item[first[group]]], events[n]
        event.seconds, event.nanoseconds, event.fiducials = head.seconds, head.nanoseconds, head.fiducials
        event.ticks, event.vector, event.control = head.ticks, head.vector, head.control
        mask = np.uint64(0)
        for i in range(first[group], first[group + 1]):
            one, piece, stream = items[item[i]], pieces[m], streams[lane[i]]
            mask |= np.uint64(1) << np.uint64(min(stream, 63))
            piece.event, piece.place, piece.stream = n, one.chunk, stream
            piece.length, piece.offset = one.length, one.offset
            m += 1
        event.streams = mask
        n += 1
    begins[n] = m
    return events[:n], pieces[:m], begins[: n + 1]
