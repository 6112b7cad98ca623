"""The datagrams of a run's streams by clock, as the early tools merged them: what a listing needs, not how events are built.

Source: pypdsdata's XtcMergeIterator. Streams are merged by clock alone, transitions that streams share come once, Disable is
dropped, and an offset may be added to the clocks of all transitions, for recorders that disagreed about the time.
"""

import heapq
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.xtc.header import Transition
from monitor.xtc.mapped import open_mapped

STRIDE = 1024
NANOSECONDS = 10**9


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """One datagram.

    Attributes
    ----------
    stream, path
        Where it is.
    buffer
        The whole file, uint8.
    head
        Scalar of dtype ``monitor.xtc.walk.HEAD``.
    service
        ``monitor.xtc.header.Transition``, as a number.
    """

    stream: int
    path: Path
    buffer: NDArray[np.uint8]
    head: Any
    service: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Where to stop; ``None`` for no limit."""

    events: int | None = None
    cycles: int | None = None
    datagrams: int | None = None

    @property
    def any(self) -> bool:
        """Whether there is one."""
        return (self.events, self.cycles, self.datagrams) != (None, None, None)


def by_clock(streams: Mapping[int, Sequence[Path]], l1_offset_s: float = 0.0) -> Iterator[Found]:
    """All datagrams of some streams, in order of their clocks; of equal clocks the lower stream goes first.

    Parameters
    ----------
    streams
        Chunks of each stream, in order.
    l1_offset_s
        Added to the clocks of transitions, in seconds.
    """
    offset = round(l1_offset_s * NANOSECONDS)
    sorted_streams = [_stream(number, chunks, offset) for number, chunks in sorted(streams.items())]
    seen: set[tuple[int, int, int]] = set()
    for _, _, found in heapq.merge(*sorted_streams, key=lambda item: item[:2]):
        if found.service == Transition.L1ACCEPT:
            yield found
            continue
        key = found.service, int(found.head["seconds"]), int(found.head["nanoseconds"])
        if found.service != Transition.DISABLE and key not in seen:
            yield found
        seen.add(key)


def within(found: Iterator[Found], limits: Limits) -> Iterator[Found]:
    """The first datagrams, which end behind the last event, or before the first cycle or datagram too many."""
    events = cycles = 0
    for count, item in enumerate(found):
        cycles += item.service == Transition.BEGIN_CALIB_CYCLE
        if count == limits.datagrams or (limits.cycles is not None and cycles > limits.cycles) or events == limits.events:
            return
        events += item.service == Transition.L1ACCEPT
        yield item


def prefix(streams: Mapping[int, Sequence[Path]], limits: Limits, l1_offset_s: float = 0.0) -> dict[Path, int]:
    """Of each file, the offset behind the last datagram that lies within the limits; 0 if none does."""
    ends = {path: 0 for chunks in streams.values() for path in chunks}
    for item in within(by_clock(streams, l1_offset_s), limits):
        ends[item.path] = int(item.head["offset"]) + int(item.head["length"])
    return ends


def _stream(number: int, chunks: Sequence[Path], offset: int) -> Iterator[tuple[int, int, Found]]:
    """Datagrams of one stream with what they are sorted by."""
    for path in chunks:
        file = open_mapped(path)
        try:
            while file.ended is None:
                for head in file.next(STRIDE).table:
                    service = int(head["control"]) & 15
                    time = int(head["seconds"]) * NANOSECONDS + int(head["nanoseconds"])
                    moved = time if service == Transition.L1ACCEPT else time + offset
                    yield moved, number, Found(number, path, file.data, head, service)
        finally:
            file.close()
