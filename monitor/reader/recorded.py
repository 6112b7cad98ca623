"""Recorded datagrams in the order in which they were taken, those of one event or one transition together."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cmp_to_key
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.xtc.filename import RunFiles
from monitor.xtc.header import FIDUCIAL_LIMIT, Transition
from monitor.xtc.mapped import MappedFile, open_mapped

STRIDE = 4096
SAME_EVENT_S = 85
"""Seconds within which equal fiducials are one event."""


@dataclass(frozen=True, slots=True, eq=False)
class Datagram:
    """One recorded datagram: a view of the mapped file."""

    stream: int
    service: int
    seconds: int
    nanoseconds: int
    fiducials: int
    data: NDArray[np.uint8]


def events_of(run: RunFiles) -> Iterator[list[Datagram]]:
    """Datagrams of a run in the order in which they were taken; those of one event, or of one transition, together."""
    streams = [_datagrams(number, paths) for number, paths in sorted(run.streams.items())]
    waiting = [next(stream, None) for stream in streams]
    while any(datagram is not None for datagram in waiting):
        chosen = _next_group(waiting)
        yield [datagram for i in chosen if (datagram := waiting[i]) is not None]
        for i in chosen:
            waiting[i] = next(streams[i], None)


def _datagrams(stream: int, paths: tuple[Path, ...]) -> Iterator[Datagram]:
    """Datagrams of one stream, chunk after chunk."""
    for path in paths:
        file = open_mapped(path)
        try:
            yield from _in_file(stream, file)
        finally:
            file.close()


def _in_file(stream: int, file: MappedFile) -> Iterator[Datagram]:
    """Datagrams of one file."""
    while file.ended is None:
        table: NDArray[Any] = file.next(STRIDE).table
        columns = [table[name].tolist() for name in ("offset", "length", "control", "seconds", "nanoseconds", "fiducials")]
        for offset, length, control, seconds, nanoseconds, fiducials in zip(*columns, strict=True):
            yield Datagram(stream, control & 15, seconds, nanoseconds, fiducials, file.data[offset : offset + length])


def _next_group(waiting: list[Datagram | None]) -> list[int]:
    """Which of the waiting datagrams, one per stream, go next; events go before a transition that others have reached."""
    there = [i for i, datagram in enumerate(waiting) if datagram is not None]
    events = [i for i in there if _at(waiting, i).service == Transition.L1ACCEPT]
    if events:
        order = cmp_to_key(_order)
        first = min(events, key=lambda i: order(_at(waiting, i)))
        return [first, *(i for i in events if i != first and _order(_at(waiting, i), _at(waiting, first)) == 0)]
    first = min(there, key=lambda i: (_at(waiting, i).seconds, _at(waiting, i).nanoseconds))
    return [i for i in there if _same_transition(_at(waiting, i), _at(waiting, first))]


def _at(waiting: list[Datagram | None], i: int) -> Datagram:
    """The waiting datagram of a stream that has one."""
    datagram = waiting[i]
    if datagram is None:
        raise ValueError(f"stream {i} has nothing")
    return datagram


def _order(a: Datagram, b: Datagram) -> int:
    """Which of two events was taken first: by seconds if these are far apart, else on the circle of fiducials."""
    if abs(a.seconds - b.seconds) >= SAME_EVENT_S:
        return a.seconds - b.seconds
    ahead = (a.fiducials - b.fiducials) % FIDUCIAL_LIMIT
    return 0 if ahead == 0 else (1 if ahead < FIDUCIAL_LIMIT // 2 else -1)


def _same_transition(a: Datagram, b: Datagram) -> bool:
    """Whether two streams have one and the same transition."""
    return (a.service, a.seconds, a.nanoseconds) == (b.service, b.seconds, b.nanoseconds)
