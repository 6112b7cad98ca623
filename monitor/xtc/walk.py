"""Finds datagrams and payloads in bytes: numba kernels that read headers only and never outside the array.

Rules: facility's Pds::XtcIterator, with bounds of our own where the original has none. Payload bytes are not touched, so that
a mapped file costs the pages of its headers and no more.
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.kernel import Number, columns, inlined_kernel, kernel
from monitor.model.damage import Damage
from monitor.xtc.header import CLOCK_TO_ROOT, CONTAINER, DATAGRAM_SIZE, EXTENT_LIMIT, XTC_SIZE
from monitor.xtc.table import CorruptColumns, HeadColumns, IndexColumns

HEAD = np.dtype(
    [
        ("offset", "<u8"),
        ("length", "<u4"),
        ("seconds", "<u4"),
        ("nanoseconds", "<u4"),
        ("fiducials", "<u4"),
        ("ticks", "<u4"),
        ("vector", "<u4"),
        ("control", "<u4"),
        ("env", "<u4"),
        ("damage", "<u4"),
    ]
)
"""One datagram: where it lies, its identity, and the damage of its root. The service is ``control & 15``."""

INDEX = np.dtype(
    [
        ("offset", "<u8"),
        ("datagram", "<u4"),
        ("level", "<u4"),
        ("logical", "<u4"),
        ("physical", "<u4"),
        ("contains", "<u4"),
        ("damage", "<u4"),
        ("size", "<u4"),
    ]
)
"""One payload: datagram it is in (position in the list given), its XTC header, and where its bytes lie, header not included."""

CORRUPT = np.dtype([("offset", "<u8"), ("datagram", "<u4"), ("extent", "<u4"), ("remaining", "<u4")])
"""A child that cannot be walked: the rest of its container, ``remaining`` bytes from ``offset`` on, is lost."""


ROUND = 4096
"""Heads found by one call of the kernel; more take several."""


class Stop(IntEnum):
    """Why reading of datagrams ended."""

    END = 0
    """The bytes are used up exactly."""
    HEADER = 1
    """The bytes end inside a datagram header."""
    PAYLOAD = 2
    """The bytes end inside a datagram."""
    EXTENT = 3
    """A root extent that cannot be; the place of the next datagram is unknown."""
    FULL = 4
    """As many datagrams as wanted were found."""


@dataclass(frozen=True, slots=True, eq=False)
class Heads:
    """Datagrams found one behind the other.

    Attributes
    ----------
    table
        Structured array of dtype ``HEAD``, in order of offset.
    stop
        Offset behind the last whole datagram: where to go on when there are more bytes.
    reason
        Why it ended there.
    """

    table: NDArray[Any]
    stop: int
    reason: Stop


@dataclass(frozen=True, slots=True, eq=False)
class Walk:
    """Payloads of some datagrams, and what could not be walked.

    Attributes
    ----------
    index
        Structured array of dtype ``INDEX``, datagram by datagram, depth first.
    corrupt
        Structured array of dtype ``CORRUPT``, in the same order.
    """

    index: NDArray[Any]
    corrupt: NDArray[Any]


def heads(buffer: NDArray[np.uint8], start: int = 0, limit: int | None = None, *, most: int | None = None) -> Heads:
    """Datagrams in a stretch of bytes.

    Parameters
    ----------
    buffer
        Bytes, uint8, shape (n,); a mapped file is fine.
    start
        Offset of the first datagram.
    limit
        Offset behind the last byte that may be read; the end of the buffer if left out.
    most
        Largest number of datagrams wanted; all if left out.
    """
    stop = len(buffer) if limit is None else min(limit, len(buffer))
    room = max(0, stop - start) // DATAGRAM_SIZE
    most = room + 1 if most is None else most
    # Columns of a single row count as contiguous, and a kernel would be compiled once more for them.
    table = np.empty(max(2, min(most, room, ROUND)), HEAD)
    parts: list[NDArray[Any]] = []
    found, at, reason = 0, max(0, start), Stop.FULL
    while reason == Stop.FULL and found < most:
        count, at, code = _heads(plain(buffer), at, stop, min(most - found, len(table)), columns(HeadColumns, table))
        reason = Stop(code)
        found += count
        parts.append(table[:count].copy())
    return Heads(np.concatenate(parts) if parts else np.empty(0, HEAD), at, reason)


def index(buffer: NDArray[np.uint8], offsets: NDArray[Any], lengths: NDArray[Any]) -> NDArray[Any]:
    """One entry of dtype ``INDEX`` per payload of the datagrams at these offsets; see ``walk``."""
    return walk(buffer, offsets, lengths).index


def walk(buffer: NDArray[np.uint8], offsets: NDArray[Any], lengths: NDArray[Any]) -> Walk:
    """Payloads of datagrams.

    A subtree with the IncompleteContribution bit is one entry with its damage and size 0 and is not entered.

    Parameters
    ----------
    buffer
        Bytes, uint8, shape (n,).
    offsets, lengths
        Where the datagrams lie, integers, shape (datagrams,); what is outside the buffer is not read.
    """
    starts, sizes = np.asarray(offsets).astype(np.int64), np.asarray(lengths).astype(np.int64)
    starts[(starts < 0) | (starts > len(buffer)) | (sizes < 0)] = len(buffer)
    stops = starts + np.minimum(sizes, len(buffer) - starts)
    entries, corrupt = np.empty(16 * len(starts) + 16, INDEX), np.empty(16, CORRUPT)
    done, found, bad = 0, 0, 0
    while True:
        done, found, bad = _walk(
            plain(buffer), starts, stops, done, found, bad, columns(IndexColumns, entries), columns(CorruptColumns, corrupt)
        )
        if done == len(starts):
            return Walk(entries[:found], corrupt[:bad])
        entries, corrupt = _grown(entries), _grown(corrupt)


def _grown(table: NDArray[Any]) -> NDArray[Any]:
    """The same rows in an array twice as long."""
    larger = np.empty(2 * len(table), table.dtype)
    larger[: len(table)] = table
    return larger


def plain(buffer: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The same bytes as a plain, contiguous, read-only array, so that each kernel is compiled once."""
    view = np.ascontiguousarray(buffer).view(np.ndarray)[:]
    view.flags.writeable = False
    return view


@inlined_kernel
def _word(buffer: NDArray[np.uint8], at: Number) -> Number:
    """Little-endian 32-bit word as int64; four bytes from ``at`` must be inside.

    Unsigned positions spare the test for negative ones, and with it the compiler sees one load instead of four.
    """
    a = np.uint64(at)
    low = np.uint32(buffer[a]) | np.uint32(buffer[a + np.uint64(1)]) << np.uint32(8)
    high = np.uint32(buffer[a + np.uint64(2)]) << np.uint32(16) | np.uint32(buffer[a + np.uint64(3)]) << np.uint32(24)
    return np.int64(np.uint32(low | high))


@kernel
def _heads(buffer: NDArray[np.uint8], at: Number, stop: Number, most: Number, out: HeadColumns) -> tuple[Number, Number, Number]:
    """Fill the columns of ``HEAD``; returns how many, where it stopped, and why (a ``Stop``)."""
    count = 0
    while True:
        if at == stop:
            return count, at, 0
        if count == most:
            return count, at, 4
        if stop - at < DATAGRAM_SIZE:
            return count, at, 1
        extent = _word(buffer, at + 36)
        if extent < XTC_SIZE or extent > EXTENT_LIMIT:
            return count, at, 3
        if stop - at < CLOCK_TO_ROOT + extent:
            return count, at, 2
        low, high = _word(buffer, at + 8), _word(buffer, at + 12)
        out.offset[count] = at
        out.length[count] = CLOCK_TO_ROOT + extent
        out.nanoseconds[count] = _word(buffer, at)
        out.seconds[count] = _word(buffer, at + 4)
        out.ticks[count] = low & 0xFFFFFF
        out.control[count] = low >> 24
        out.fiducials[count] = high & 0x1FFFF
        out.vector[count] = high >> 17
        out.env[count] = _word(buffer, at + 16)
        out.damage[count] = _word(buffer, at + 20)
        count += 1
        at += CLOCK_TO_ROOT + extent


INCOMPLETE = int(Damage.INCOMPLETE_CONTRIBUTION)


@kernel
def _walk(
    buffer: NDArray[np.uint8],
    starts: NDArray[np.int64],
    stops: NDArray[np.int64],
    done: Number,
    found: Number,
    bad: Number,
    out: IndexColumns,
    lost: CorruptColumns,
) -> tuple[Number, Number, Number]:
    """Depth-first walk with a stack of container ends, inside the buffer, from datagram ``done`` on.

    Fills the columns of ``INDEX`` and of ``CORRUPT``. Returns how many datagrams are done and how many rows there are; it stops
    before a datagram for which there is no room.
    """
    ends = np.empty(64, np.int64)
    for datagram in range(done, len(starts)):
        n, m = found, bad
        at = starts[datagram] + CLOCK_TO_ROOT
        ends[0] = stops[datagram]
        depth = 0
        while depth >= 0:
            remaining = ends[depth] - at
            extent = _word(buffer, at + 16) if remaining >= XTC_SIZE else np.int64(0)
            if remaining <= 0 or extent < XTC_SIZE or extent > remaining:
                if remaining > 0:
                    if m == len(lost.offset):
                        return datagram, found, bad
                    lost.offset[m], lost.datagram[m], lost.extent[m], lost.remaining[m] = at, datagram, extent, remaining
                    m += 1
                at = ends[depth]
                depth -= 1
                continue
            damage, contains = _word(buffer, at), _word(buffer, at + 12)
            inside = contains & 0xFFFF == CONTAINER
            if inside and not damage & INCOMPLETE:
                depth += 1
                if depth == len(ends):
                    ends = _deeper(ends)
                ends[depth] = at + extent
                at += XTC_SIZE
                continue
            if n == len(out.offset):
                return datagram, found, bad
            logical = _word(buffer, at + 4)
            out.offset[n], out.datagram[n] = at + XTC_SIZE, datagram
            out.level[n], out.logical[n], out.physical[n] = logical >> 24, logical, _word(buffer, at + 8)
            out.contains[n], out.damage[n] = contains, damage
            out.size[n] = 0 if inside else extent - XTC_SIZE
            n += 1
            at += extent
        found, bad = n, m
    return len(starts), found, bad


@kernel
def _deeper(ends: NDArray[np.int64]) -> NDArray[np.int64]:
    """The same stack with twice the room."""
    larger = np.empty(2 * len(ends), np.int64)
    larger[: len(ends)] = ends
    return larger
