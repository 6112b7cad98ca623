"""What the merge keeps of a fed stretch of a stream: items, EPICS updates, the payloads of transitions that carry state."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.model.place import FilePlace
from monitor.reader.block import Memory
from monitor.reader.events.item import DATA, EPICS, ITEM, TRIMMED
from monitor.reader.state import Contents
from monitor.xtc.header import EPICS as EPICS_TYPE
from monitor.xtc.header import Transition
from monitor.xtc.updates import Updates, updates
from monitor.xtc.walk import HEAD, walk

WITH_STATE = (Transition.CONFIGURE, Transition.BEGIN_CALIB_CYCLE)
TRIMMED_BIT = np.uint32(1 << 31)


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
        Containers with a child that cannot be.
    damage
        Damaged payloads of events, by level, logical word, physical word and damage.
    types
        Payloads of events, by type word without the compression bit.
    """

    datagrams: int = 0
    payloads: int = 0
    corrupt: int = 0
    damage: Counter[tuple[int, int, int, int]] = field(default_factory=Counter)
    types: Counter[int] = field(default_factory=Counter)


def take_in(
    place: FilePlace | Memory, buffer: NDArray[np.uint8], heads: NDArray[Any], number: int, tally: Tally
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
    """
    found = walk(buffer, heads["offset"], heads["length"])
    service = heads["control"] & 15
    of_event = (service == Transition.L1ACCEPT)[found.index["datagram"]]
    new = updates(buffer, found.index)
    kept = of_event[new.entry]
    new = Updates(new.entry[kept], new.key[kept], new.value[kept])
    items = np.zeros(len(heads), ITEM)
    for name in HEAD.names or ():
        items[name] = heads[name]
    items["chunk"] = number
    items["flags"] = _flags(heads, found.index, found.corrupt)
    items["updates"] = np.bincount(found.index["datagram"][new.entry], minlength=len(heads))
    items["update"] = np.cumsum(items["updates"]) - items["updates"]
    _count(tally, found.index[of_event])
    tally.datagrams += len(heads)
    tally.payloads += len(found.index)
    tally.corrupt += len(found.corrupt)
    return Chunk(place, new, _contents(buffer, heads, service, found.index), len(heads)), items


def _flags(heads: NDArray[Any], index: NDArray[Any], corrupt: NDArray[Any]) -> NDArray[np.uint32]:
    """``EPICS``, ``DATA`` and ``TRIMMED`` of each datagram, shape (datagrams,)."""
    epics = index["contains"] & 0xFFFF == EPICS_TYPE
    flags = np.zeros(len(heads), np.uint32)
    flags[index["datagram"][epics]] |= EPICS
    flags[index["datagram"][~epics]] |= DATA
    flags[corrupt["datagram"]] |= DATA
    flags[(heads["env"] & TRIMMED_BIT != 0) & (heads["control"] & 15 == Transition.L1ACCEPT)] |= TRIMMED
    return flags


def _contents(buffer: NDArray[np.uint8], heads: NDArray[Any], service: NDArray[Any], index: NDArray[Any]) -> dict[int, Contents]:
    """Payloads of the transitions that carry state, by offset of the datagram."""
    chosen = np.flatnonzero(np.isin(service, WITH_STATE))
    first = np.searchsorted(index["datagram"], chosen)
    stop = np.searchsorted(index["datagram"], chosen, side="right")
    return {int(heads["offset"][d]): Contents(buffer, index[a:b].copy()) for d, a, b in zip(chosen, first, stop, strict=True)}


def _count(tally: Tally, index: NDArray[Any]) -> None:
    """Add damage and types of the payloads of events."""
    types, counts = np.unique(index["contains"] & 0x7FFFFFFF, return_counts=True)
    tally.types.update(dict(zip(types.tolist(), counts.tolist(), strict=True)))
    bad = index[index["damage"] != 0]
    if len(bad):
        keys = bad[["level", "logical", "physical", "damage"]].tolist()
        tally.damage.update(keys)
