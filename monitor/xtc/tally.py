"""Counts payloads by source and type in one pass over an index."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.kernel import Number, kernel
from monitor.xtc.header import CONTAINER, Level, type_id, version
from monitor.xtc.names import level_name, source_text, type_name

SOURCE, REPORTER = int(Level.SOURCE), int(Level.REPORTER)


@dataclass(frozen=True, slots=True)
class TypeCount:
    """Payloads of one type.

    Attributes
    ----------
    name
        Printed name with its version, ``EBeamBld_V1``; version 0 is not printed.
    all
        In datagrams of every kind.
    state_and_events
        In Configure, BeginCalibCycle and L1Accept only.
    """

    name: str
    all: int
    state_and_events: int


@dataclass(frozen=True, slots=True)
class SourceCount:
    """Payloads of one source, by type in order of first sight.

    Attributes
    ----------
    kind
        ``DetInfo``, ``BldInfo`` or ``ProcInfo``.
    name
        Its text; of processes, the level only.
    extra
        A few words out of its configuration, such as its size; mostly empty.
    """

    kind: str
    name: str
    types: tuple[TypeCount, ...]
    extra: str = ""


SLICE = 4096
LISTED = 1024
"""Different sources and types that are told apart; a run has a few dozen."""


class SourceTally:
    """Counters that grow with each index added."""

    def __init__(self) -> None:
        self.unlisted = 0
        self._keys = np.zeros((64, 3), np.int64)
        self._counts = np.zeros((64, 2), np.int64)
        self._used = 0
        self.incomplete = 0

    def add(self, index: NDArray[Any], counted: NDArray[np.bool_], state: NDArray[np.bool_]) -> None:
        """Count the payloads of some datagrams.

        Parameters
        ----------
        index
            Structured array of dtype ``monitor.xtc.walk.INDEX``.
        counted, state
            Whether each datagram counts at all, and whether it is one of Configure, BeginCalibCycle and L1Accept.
        """
        level, physical, contains, datagram = (index[name] for name in ("level", "physical", "contains", "datagram"))
        columns = level, physical, contains, datagram
        done = 0
        while True:
            done, self._used, incomplete = _count(done, *columns, counted, state, self._keys, self._counts, self._used)
            self.incomplete += incomplete
            if done == len(index):
                return
            self._keys = np.concatenate((self._keys, np.zeros_like(self._keys)))
            self._counts = np.concatenate((self._counts, np.zeros_like(self._counts)))

    def take(self, index: NDArray[Any], counted: NDArray[np.bool_], state: NDArray[np.bool_]) -> None:
        """Count as ``add`` does, until more sources and types were met than any run has; from then on payloads are ``unlisted``.

        Telling sources apart takes time that grows with their number, and random bytes have millions of them.
        """
        for start in range(0, len(index), SLICE):
            part = index[start : start + SLICE]
            if self._used < LISTED:
                self.add(part, counted, state)
            else:
                self.unlisted += int(np.count_nonzero(counted[part["datagram"]]))

    def types(self) -> dict[int, int]:
        """Payloads by type word without the compression bit."""
        found: dict[int, int] = {}
        for contains, count in zip(self._keys[: self._used, 2].tolist(), self._counts[: self._used, 0].tolist(), strict=True):
            found[contains] = found.get(contains, 0) + count
        return found

    def sources(self, extra: Mapping[tuple[int, int], str] | None = None) -> tuple[SourceCount, ...]:
        """What was counted so far; ``extra`` has words for some sources, by level and physical word."""
        words = {_source(*source): text for source, text in (extra or {}).items()}
        found: dict[tuple[str, str], dict[str, NDArray[np.int64]]] = {}
        for (level, physical, contains), count in zip(self._keys[: self._used].tolist(), self._counts[: self._used], strict=True):
            kind, name = _source(level, physical)
            types = found.setdefault((kind, name), {})
            text = type_text(contains)
            types[text] = types.get(text, np.zeros(2, np.int64)) + count
        return tuple(
            SourceCount(
                kind, name, tuple(TypeCount(text, int(n[0]), int(n[1])) for text, n in types.items()), words.get((kind, name), "")
            )
            for (kind, name), types in found.items()
        )


def type_text(contains: int) -> str:
    """Type name and version as the original prints them.

    >>> type_text(15), type_text(1 << 16 | 15)
    ('EBeamBld', 'EBeamBld_V1')
    """
    name = type_name(type_id(contains))
    return f"{name}_V{version(contains)}" if version(contains) else name


def _source(level: int, physical: int) -> tuple[str, str]:
    """Kind and name of a source."""
    if level == SOURCE:
        return "DetInfo", source_text(level, level << 24, physical)
    if level == REPORTER:
        return "BldInfo", source_text(level, level << 24, physical)
    return "ProcInfo", level_name(level)


@kernel
def _count(
    start: Number,
    levels: NDArray[Any],
    physicals: NDArray[Any],
    types: NDArray[Any],
    datagrams: NDArray[Any],
    counted: NDArray[Any],
    state: NDArray[Any],
    keys: NDArray[Any],
    counts: NDArray[Any],
    used: Number,
) -> tuple[Number, Number, Number]:
    """Look each payload up from where the one before was found: events repeat their sources in order.

    Returns how far it came, how many keys there are, and incomplete subtrees; it stops where there is no room for a new key.
    The columns come one by one and no array is replaced: a kernel that counts references takes seven times as long.
    """
    incomplete, slot = 0, 0
    for i in range(start, len(levels)):
        if not counted[datagrams[i]]:
            continue
        if types[i] & 0xFFFF == CONTAINER:
            incomplete += 1
            continue
        level, contains = np.int64(levels[i]), np.int64(types[i] & 0x7FFFFFFF)
        physical = np.int64(physicals[i]) if level in (SOURCE, REPORTER) else np.int64(0)
        known = False
        for _ in range(used):
            if slot >= used:
                slot = 0
            if keys[slot, 1] == physical and keys[slot, 2] == contains and keys[slot, 0] == level:
                known = True
                break
            slot += 1
        if not known:
            if used == len(keys):
                return i, used, incomplete
            slot = used
            keys[slot, 0], keys[slot, 1], keys[slot, 2] = level, physical, contains
            used += 1
        counts[slot, 0] += 1
        counts[slot, 1] += state[datagrams[i]]
    return len(levels), used, incomplete
