"""The payloads of a batch, grouped by source and type, so that each group is read with array operations."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.model.batch import Batch
from monitor.xtc.columns import gather
from monitor.xtc.header import EPICS
from monitor.xtc.walk import walk
from workers.kernel import kernel
from workers.trouble import Trouble

TYPE_BITS = 0xFFFF

Word = tuple[int, int, int]
"""Level, physical word and type word of a payload (compression bit included): what a group has in common."""

ENTRY = np.dtype([("event", "<i8"), ("place", "<i8"), ("offset", "<i8"), ("size", "<i8"), ("damage", "<u4")])
"""One payload of a group: event and place in the batch, first byte in that place, bytes, damage."""


@dataclass(frozen=True, slots=True, eq=False)
class Payloads:
    """Payloads of one source and type in a batch, at most one per event, in event order.

    Attributes
    ----------
    entries
        Structured array of dtype ``ENTRY``.
    buffers
        What ``entries["place"]`` counts: bytes, uint8.
    count
        Events of the batch.
    """

    entries: NDArray[Any]
    buffers: Sequence[NDArray[np.uint8]]
    count: int

    def __len__(self) -> int:
        return len(self.entries)

    def where(self, wanted: NDArray[np.bool_]) -> "Payloads":
        """The payloads for which ``wanted``, shape (payloads,), is true."""
        return self if wanted.all() else Payloads(self.entries[wanted], self.buffers, self.count)

    @property
    def present(self) -> NDArray[np.bool_] | None:
        """True for events with a payload, shape (events,); None if all have one."""
        if len(self.entries) == self.count:
            return None
        present = np.zeros(self.count, bool)
        present[self.entries["event"]] = True
        return present

    def table(self, dtype: np.dtype[Any]) -> NDArray[Any]:
        """First bytes of each payload as one structure per event, shape (events,); zero for events without.

        Every payload must be at least as long as ``dtype``.
        """
        entries = self.entries
        if len(self.buffers) == 1 and len(entries) == self.count:
            return gather(self.buffers[0], entries["offset"], dtype)
        rows = np.zeros(self.count, dtype)
        for place, buffer in enumerate(self.buffers):
            mine = entries[entries["place"] == place]
            if len(mine):
                rows[mine["event"]] = gather(buffer, mine["offset"], dtype)
        return rows

    def payload(self, position: int) -> NDArray[np.uint8]:
        """Bytes of one payload, a view."""
        entry = self.entries[position]
        start = int(entry["offset"])
        payload: NDArray[np.uint8] = self.buffers[int(entry["place"])][start : start + int(entry["size"])]
        return payload


def payloads_of(batch: Batch, buffers: Sequence[NDArray[np.uint8]], trouble: Trouble) -> Mapping[Word, Payloads]:
    """All payloads of a batch by level, physical word and type word.

    Parameters
    ----------
    batch
        What to read.
    buffers
        Bytes of each of the batch's places.
    trouble
        Told about children that cannot be walked and about payloads sent twice in one event (the first counts).
    """
    entries, words = _entries(batch, buffers, trouble)
    group, first = group_numbers(words)
    order = np.lexsort((entries["event"], group))
    entries, group = entries[order], group[order]
    again = np.zeros(len(entries), bool)
    again[1:] = (group[1:] == group[:-1]) & (entries["event"][1:] == entries["event"][:-1])
    if again.any():
        trouble.note("payload sent twice in one event", int(again.sum()))
        entries, group = entries[~again], group[~again]
    edges = np.searchsorted(group, np.arange(len(first) + 1))
    return {
        (int(words[at, 0]), int(words[at, 1]), int(words[at, 2])): Payloads(
            entries[edges[i] : edges[i + 1]], buffers, batch.count
        )
        for i, at in enumerate(first)
    }


def _entries(batch: Batch, buffers: Sequence[NDArray[np.uint8]], trouble: Trouble) -> tuple[NDArray[Any], NDArray[np.uint32]]:
    """Entries of all places, in the order of places and datagrams, and their words, shape (entries, 3).

    EPICS updates are left out: the reader has followed them, and the batch carries their values.
    """
    parts, words = [np.empty(0, ENTRY)], [np.empty((0, 3), np.uint32)]
    for place, buffer in enumerate(buffers):
        pieces = batch.pieces[batch.pieces["place"] == place]
        found = walk(buffer, pieces["offset"], pieces["length"])
        trouble.note("corrupt extent inside an event", len(found.corrupt))
        index = found.index[found.index["contains"] & TYPE_BITS != EPICS]
        part = np.empty(len(index), ENTRY)
        part["event"] = pieces["event"][index["datagram"]]
        part["place"] = place
        for name in ("offset", "size", "damage"):
            part[name] = index[name]
        parts.append(part)
        words.append(_words(index))
    return (parts[1], words[1]) if len(parts) == 2 else (np.concatenate(parts), np.concatenate(words))


def _words(index: NDArray[Any]) -> NDArray[np.uint32]:
    return np.stack([index["level"], index["physical"], index["contains"]], axis=1)


def group_numbers(words: NDArray[np.uint32]) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Group number of each entry, and the first entry of each group."""
    group, first = np.empty(len(words), np.int32), np.empty(max(len(words), 1), np.int64)
    count = _number(words, group, first)
    return group, first[:count]


@kernel
def _number(words: NDArray[np.uint32], group: NDArray[np.int32], first: NDArray[np.int64]) -> int:
    """Number the different words in order of appearance; the guess is that each event looks like the one before."""
    count, guess = 0, 0
    for i in range(len(words)):
        found = -1
        for step in range(count):
            at = guess + step if guess + step < count else guess + step - count
            k = first[at]
            if words[k, 0] == words[i, 0] and words[k, 1] == words[i, 1] and words[k, 2] == words[i, 2]:
                found = at
                break
        if found < 0:
            found = count
            first[count] = i
            count += 1
        group[i] = found
        guess = found + 1 if found + 1 < count else 0
    return count
