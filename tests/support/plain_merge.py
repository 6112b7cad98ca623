"""Event building written the slow and plain way, all streams known from the start, to compare the machine with."""

import struct
from dataclasses import dataclass
from functools import cmp_to_key

CONFIGURE, BEGIN_RUN, END_RUN, BEGIN_CYCLE, END_CYCLE, L1ACCEPT = 4, 6, 7, 8, 9, 12


@dataclass(frozen=True)
class Datagram:
    stream: int
    number: int
    service: int
    clock: tuple[int, int]
    fiducials: int
    env: int
    block: int = 0

    @property
    def camera(self) -> bool:
        return self.stream >= 80


def read(stream: int, data: list[bytes]) -> list[Datagram]:
    """Heads of a stream's datagrams."""
    found = []
    for number, one in enumerate(data):
        nanoseconds, seconds, low, high, env = struct.unpack_from("<5I", one)
        found.append(Datagram(stream, number, low >> 24 & 15, (seconds, nanoseconds), high & 0x1FFFF, env))
    return found


def settled(datagrams: list[Datagram], window: int) -> list[Datagram]:
    """Rules 1 to 3: sorted in the look-ahead window, dropped what psana drops, blocks counted."""
    result: list[Datagram] = []
    waiting: list[Datagram] = []
    block, clocks, in_cycle = 0, set(), False
    for one in datagrams:
        if one.service == L1ACCEPT:
            if one.fiducials < 131040 and one.clock not in clocks:
                clocks.add(one.clock)
                waiting.append(Datagram(**{**one.__dict__, "block": block}))
            if len(waiting) > window:
                result.append(min(waiting, key=lambda d: d.clock))
                waiting.remove(result[-1])
            continue
        result += sorted(waiting, key=lambda d: d.clock)
        waiting, clocks = [], set()
        if one.service in (10, 11):
            continue
        if one.service == BEGIN_CYCLE:
            in_cycle = True
        if one.service == END_CYCLE:
            block += in_cycle
            in_cycle = False
        result.append(Datagram(**{**one.__dict__, "block": block}))
    return result + sorted(waiting, key=lambda d: d.clock)


def compare(a: Datagram, b: Datagram) -> int:
    """Rule 4: negative if a comes first."""
    if a.block != b.block:
        return a.block - b.block
    if (a.service == L1ACCEPT) != (b.service == L1ACCEPT):
        return 1 if a.service == L1ACCEPT else -1
    if a.service != L1ACCEPT:
        return (a.clock > b.clock) - (a.clock < b.clock)
    if abs(a.clock[0] - b.clock[0]) >= 85:
        return a.clock[0] - b.clock[0]
    if a.fiducials == b.fiducials:
        return 0
    return 1 if (a.fiducials - b.fiducials) % 131040 < 65520 else -1


def belongs(group: list[Datagram], one: Datagram) -> bool:
    """Rule 5."""
    first = group[0]
    if first.service != one.service:
        return False
    if first.service != L1ACCEPT:
        return first.clock == one.clock
    daq = [d for d in group if not d.camera]
    near = first.fiducials == one.fiducials and abs(first.clock[0] - one.clock[0]) < 85
    return near and first.block == one.block and (one.camera or not daq)


def events(streams: dict[int, list[bytes]], window: tuple[int, int] = (20, 40)) -> list[tuple[int, tuple[tuple[int, int], ...]]]:
    """Service and (stream, number in the stream) of the members of each group, in order."""
    queues = [settled(read(n, data), window[n >= 80]) for n, data in sorted(streams.items())]
    groups: list[list[Datagram]] = []
    while any(queues):
        heads = [queue for queue in queues if queue]
        queue = min(heads, key=cmp_to_key(lambda a, b: compare(a[0], b[0])))
        one = queue.pop(0)
        if groups and belongs(groups[-1], one):
            groups[-1].append(one)
        else:
            groups.append([one])
    return [(group[0].service, tuple((d.stream, d.number) for d in group)) for group in groups]
