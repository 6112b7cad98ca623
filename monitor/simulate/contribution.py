"""What detectors give to datagrams, as columns over events; a transition is a column of length one."""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.xtc.header import Level


@dataclass(frozen=True, slots=True)
class Source:
    """Who contributed: the two words of an XTC header."""

    logical: int
    physical: int

    @property
    def level(self) -> int:
        """Level in bits 24-31 of the logical word."""
        return self.logical >> 24


def process(level: Level, process_id: int, address: tuple[int, int, int, int]) -> Source:
    """A process of the data acquisition: its physical word is an IPv4 address."""
    a, b, c, d = address
    return Source(level << 24 | process_id, a << 24 | b << 16 | c << 8 | d)


@dataclass(slots=True)
class Contribution:
    """Payloads of one source and type for consecutive events.

    Attributes
    ----------
    source
        Who gives them.
    contains
        Type word.
    rows
        Bytes, uint8, shape (rows, size); rows are padded to a multiple of 4.
    which
        Row of each event, shape (events,); -1 = this event has nothing from here, not even a marker. Events may share a row.
    sizes
        Bytes of the row that count, shape (events,), multiples of 4.
    damage
        Damage mask per event, shape (events,).
    absent
        True where the payload never came: the marker type Any is written instead. Shape (events,).
    nested
        The rows are whole XTCs back to back, ``holds`` of them in each.
    """

    source: Source
    contains: int
    rows: NDArray[np.uint8]
    which: NDArray[np.int64]
    sizes: NDArray[np.int64]
    damage: NDArray[np.uint32]
    absent: NDArray[np.bool_]
    nested: bool = False
    holds: int = 1


def contribution(
    source: Source,
    contains: int,
    payloads: NDArray[Any],
    *,
    sizes: NDArray[np.int64] | None = None,
    which: NDArray[np.int64] | None = None,
    holds: int = 0,
) -> Contribution:
    """A column of payloads, undamaged.

    Parameters
    ----------
    source, contains
        Header words.
    payloads
        Structured or uint8 array with one row per event (or per ``which``); rows are a multiple of 4 bytes.
    sizes
        Bytes of each event's row that count; the whole row if left out.
    which
        Row of each event, -1 for none; the n-th event takes the n-th row if left out.
    holds
        Above 0: rows are already whole XTCs, this many in each.
    """
    rows = as_rows(payloads)
    chosen = np.arange(len(rows), dtype=np.int64) if which is None else which
    n = len(chosen)
    lengths = np.full(n, rows.shape[1], np.int64) if sizes is None else sizes.astype(np.int64)
    if rows.shape[1] % 4 or (lengths % 4).any():
        raise ValueError("payload rows must be multiples of 4 bytes")
    return Contribution(
        source, contains, rows, chosen, lengths, np.zeros(n, np.uint32), np.zeros(n, bool), nested=holds > 0, holds=holds or 1
    )


def single(source: Source, contains: int, payload: bytes) -> Contribution:
    """One payload, for a transition; padded to a multiple of 4."""
    padded = payload + bytes(-len(payload) % 4)
    return contribution(source, contains, np.frombuffer(padded, np.uint8).reshape(1, -1))


def as_rows(array: NDArray[Any]) -> NDArray[np.uint8]:
    """A structured or plain array of shape (rows, ...) seen as bytes, shape (rows, size); a view where possible."""
    packed = np.ascontiguousarray(array)
    size = packed.dtype.itemsize * math.prod(packed.shape[1:])
    return packed.reshape(-1).view(np.uint8).reshape(len(packed), size)


@dataclass(slots=True)
class Group:
    """Contributions that travel in one container.

    Attributes
    ----------
    container
        Source of the container; None = directly under the root.
    parts
        What is inside.
    incomplete
        True where the segment came only in part: its content must not be read. None = never.
    """

    container: Source | None
    parts: list[Contribution] = field(default_factory=list)
    incomplete: NDArray[np.bool_] | None = None


def parts_of(groups: Iterable[Group]) -> list[Contribution]:
    """All contributions of some groups, in order."""
    return [part for group in groups for part in group.parts]
