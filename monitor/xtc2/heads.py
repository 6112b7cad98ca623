"""Finds datagrams in bytes: a numba kernel that reads their headers only and never outside the array."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from monitor.xtc2.header import CLOCK_TO_ROOT, DATAGRAM_SIZE, EXTENT_LIMIT, XTC_SIZE
from monitor.xtc2.words import columns, half, plain, word

HEAD = np.dtype(
    [
        ("offset", "<u8"),
        ("timestamp", "<u8"),
        ("length", "<u4"),
        ("env", "<u4"),
        ("src", "<u4"),
        ("damage", "<u4"),
        ("service", "<u4"),
    ]
)
"""One datagram: where it lies, its clock (seconds << 32 | nanoseconds), and the header of its root."""

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
    # The columns of a table of one row count as contiguous, for which the kernel would be compiled once more.
    table = np.empty(max(2, min(most, room, ROUND)), HEAD)
    parts: list[NDArray[Any]] = []
    found, at, reason = 0, max(0, start), Stop.FULL
    while reason == Stop.FULL and found < most:
        count, at, code = _heads(plain(buffer), at, stop, min(most - found, len(table)), *columns(table))
        reason = Stop(code)
        found += count
        parts.append(table[:count].copy())
    return Heads(np.concatenate(parts) if parts else np.empty(0, HEAD), at, reason)


@njit(cache=True, nogil=True)
def _heads(buffer, at, stop, most, offset, timestamp, length, env, src, damage, service):  # type: ignore[no-untyped-def]
    """Fill the columns of ``HEAD``; returns how many, where it stopped, and why (a ``Stop``)."""
    count = 0
    while True:
        if at == stop:
            return count, at, 0
        if count == most:
            return count, at, 4
        if stop - at < DATAGRAM_SIZE:
            return count, at, 1
        extent = word(buffer, at + 20)
        if extent < XTC_SIZE or extent > EXTENT_LIMIT:
            return count, at, 3
        if stop - at < CLOCK_TO_ROOT + extent:
            return count, at, 2
        control = word(buffer, at + 8)
        offset[count] = at
        length[count] = CLOCK_TO_ROOT + extent
        timestamp[count] = np.uint64(word(buffer, at + 4)) << np.uint64(32) | np.uint64(word(buffer, at))
        env[count] = control
        service[count] = control >> 24 & 0xF
        src[count] = word(buffer, at + 12)
        damage[count] = half(buffer, at + 16)
        count += 1
        at += CLOCK_TO_ROOT + extent
