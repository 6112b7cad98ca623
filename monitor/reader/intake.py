"""What the merge keeps of a fed stretch of a stream: items, EPICS updates, the payloads of transitions that carry state."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.kernel import kernel
from monitor.model.place import FilePlace
from monitor.reader.block import Memory
from monitor.reader.events.item import DATA, EPICS, ITEM, TRIMMED
from monitor.reader.state import Contents
from monitor.xtc.header import EPICS as EPICS_TYPE
from monitor.xtc.header import XTC_SIZE, Transition
from monitor.xtc.smalldata import SmallData
from monitor.xtc.tally import SourceTally
from monitor.xtc.updates import Updates, updates
from monitor.xtc.walk import HEAD, walk

WITH_STATE = (Transition.CONFIGURE, Transition.BEGIN_CALIB_CYCLE)
L1ACCEPT = int(Transition.L1ACCEPT)
MOST_SOURCES = 1000
"""Sources that are counted each by itself where bytes are corrupt: random bytes name millions of them."""
NO_SOURCE = -1, -1, -1


@dataclass(slots=True, eq=False)
class Chunk:
    """A fed stretch of a stream.

    Attributes
    ----------
    place
        Where its bytes lie.
    updates
        EPICS updates of its events, in order of the stream.
    contents
        Payloads of its Configure and BeginCalibCycle datagrams, by offset.
    left
        Datagrams that still wait for their turn.
    """

    place: FilePlace | Memory
    updates: Updates
    contents: dict[int, Contents]
    left: int


@dataclass(slots=True, eq=False)
class Tally:
    """What was met on the way in.

    Attributes
    ----------
    datagrams, payloads
        How many were looked at.
    corrupt
        Containers with a child that cannot be, by level, logical and physical word of that child; ``NO_SOURCE`` where they are
        cut off, or where more sources were met than any run has.
    damage
        Damaged payloads of events, by level, logical word, physical word and damage.
    whole
        Damaged events in which no part says that it is the damaged one, by damage.
    sources
        Payloads of events, by source and type.
    """

    datagrams: int = 0
    payloads: int = 0
    corrupt: Counter[tuple[int, int, int]] = field(default_factory=Counter)
    damage: Counter[tuple[int, int, int, int]] = field(default_factory=Counter)
    whole: Counter[int] = field(default_factory=Counter)
    sources: SourceTally = field(default_factory=SourceTally)


def take_in(
    place: FilePlace | Memory,
    buffer: NDArray[np.uint8],
    heads: NDArray[Any],
    number: int,
    tally: Tally,
    through: SmallData | None = None,
) -> tuple[Chunk, NDArray[Any]]:
    """Chunk ``number`` and its items, dtype ``ITEM``.

    Parameters
    ----------
    place, buffer
        Where the bytes lie, and the bytes themselves.
    heads
        Datagrams in the buffer, structured array of dtype ``HEAD``, in order.
    number
        Number to write into the items.
    tally
        Counters; increased.
    through
        If the buffer is small data: its datagrams as they are in the big file.
    """
    found = walk(buffer, heads["offset"], heads["length"]) if through is None else through.walk
    service = heads["control"] & 15
    flags, of_epics, damaged = _survey(
        found.index["datagram"],
        found.index["contains"],
        found.index["damage"],
        found.corrupt["datagram"],
        heads["env"],
        service,
    )
    new = updates(buffer, found.index[of_epics])
    new = Updates(of_epics[new.entry], new.key, new.value)
    items = np.zeros(len(heads), ITEM)
    for name in HEAD.names or ():
        items[name] = heads[name]
    if through is not None:
        elsewhere = through.offset >= 0
        items["offset"][elsewhere], items["length"][elsewhere] = through.offset[elsewhere], through.length[elsewhere]
    items["chunk"] = number
    items["flags"] = flags
    items["updates"] = np.bincount(found.index["datagram"][new.entry], minlength=len(heads))
    items["update"] = np.cumsum(items["updates"]) - items["updates"]
    event = service == Transition.L1ACCEPT
    tally.sources.take(found.index, event, event)
    tally.damage.update(found.index[damaged][["level", "logical", "physical", "damage"]].tolist())
    whole = np.flatnonzero(heads["damage"])
    whole = whole[event[whole] & ~np.isin(whole, found.index["datagram"][damaged])]
    tally.whole.update(heads["damage"][whole].tolist())
    tally.datagrams += len(heads)
    tally.payloads += len(found.index)
    _count_corrupt(buffer, found.corrupt, tally.corrupt)
    return Chunk(place, new, _contents(buffer, heads, service, found.index), len(heads)), items


def _count_corrupt(buffer: NDArray[np.uint8], corrupt: NDArray[Any], counts: Counter[tuple[int, int, int]]) -> None:
    """Count the children that cannot be walked by the source that they name."""
    named = corrupt["offset"][corrupt["remaining"] >= XTC_SIZE].astype(np.int64)
    words = buffer[named[:, np.newaxis] + np.arange(4, 12)].view("<u4")
    counts[NO_SOURCE] += len(corrupt) - len(named)
    for (logical, physical), n in zip(*_unique_rows(words), strict=True):
        source = logical >> 24, logical, physical
        counts[source if source in counts or len(counts) < MOST_SOURCES else NO_SOURCE] += n


def _unique_rows(words: NDArray[Any]) -> tuple[list[list[int]], list[int]]:
    """The different rows, and how often each occurs."""
    rows, count = np.unique(words, axis=0, return_counts=True)
    return rows.tolist(), count.tolist()


@kernel
def _survey(
    datagrams: NDArray[Any],
    types: NDArray[Any],
    damages: NDArray[Any],
    corrupt: NDArray[Any],
    env: NDArray[Any],
    service: NDArray[Any],
) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    """Flags of each datagram; and of the payloads of events, the positions of EPICS ones and of damaged ones."""
    flags = np.zeros(len(env), np.uint32)
    of_epics, damaged = np.empty(len(datagrams), np.int64), np.empty(len(datagrams), np.int64)
    updates, bad = 0, 0
    for i in range(len(datagrams)):
        datagram = datagrams[i]
        epics = types[i] & 0xFFFF == EPICS_TYPE
        flags[datagram] |= EPICS if epics else DATA
        if service[datagram] != L1ACCEPT:
            continue
        if damages[i]:
            damaged[bad] = i
            bad += 1
        elif epics:
            of_epics[updates] = i
            updates += 1
    for i in range(len(corrupt)):
        flags[corrupt[i]] |= DATA
    for i in range(len(env)):
        if service[i] == L1ACCEPT and env[i] >> 31:
            flags[i] |= TRIMMED
    return flags, of_epics[:updates].copy(), damaged[:bad].copy()


def _contents(buffer: NDArray[np.uint8], heads: NDArray[Any], service: NDArray[Any], index: NDArray[Any]) -> dict[int, Contents]:
    """Payloads of the transitions that carry state, by offset of the datagram."""
    chosen = np.flatnonzero(np.isin(service, WITH_STATE))
    first = np.searchsorted(index["datagram"], chosen)
    stop = np.searchsorted(index["datagram"], chosen, side="right")
    return {int(heads["offset"][d]): Contents(buffer, index[a:b].copy()) for d, a, b in zip(chosen, first, stop, strict=True)}
