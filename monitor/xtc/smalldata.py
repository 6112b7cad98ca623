"""Small-data files: where the event of each of their datagrams lies in the big file, and what their proxies stand for.

Layout: facility's SmlData description. Every event begins with the place of the original datagram; payloads of some size are
replaced by proxies that have their type and place; Configure has one payload more.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.kernel import Number, kernel
from monitor.xtc.header import CLOCK_TO_ROOT, XTC_SIZE, Transition
from monitor.xtc.walk import Walk, plain

CONFIG, ORIGIN, PROXY = (1 << 16 | 89), (1 << 16 | 90), (1 << 16 | 91)
"""Type words: threshold in Configure, place of the original datagram, place of an original payload."""
ORIGIN_SIZE, PROXY_SIZE = 12, 16
L1ACCEPT = int(Transition.L1ACCEPT)


@dataclass(frozen=True, slots=True, eq=False)
class SmallData:
    """Datagrams of a small-data file as they are in the big file.

    Attributes
    ----------
    walk
        Their payloads: proxies have the type of what they stand for and size 0, what only small data has is left out.
    offset, length
        Where each event lies in the big file, int64, shape (datagrams,); -1 for transitions and for events that do not say.
    added
        Bytes that each datagram has more here, for its threshold payload, int64, shape (datagrams,).
    """

    walk: Walk
    offset: NDArray[np.int64]
    length: NDArray[np.int64]
    added: NDArray[np.int64]


def seen_through(buffer: NDArray[np.uint8], heads: NDArray[Any], walk: Walk) -> SmallData:
    """Datagrams of a small-data file with proxies looked through.

    Parameters
    ----------
    buffer
        Bytes of the small-data file, uint8.
    heads
        Datagrams, structured array of dtype ``monitor.xtc.walk.HEAD``.
    walk
        Their payloads, as ``monitor.xtc.walk.walk`` found them.
    """
    index = walk.index.copy()
    service = heads["control"] & 15
    kept, offset, length, added = _see_through(plain(buffer), index, service)
    return SmallData(Walk(index[kept], walk.corrupt), offset, length, added)


@kernel
def _see_through(
    buffer: NDArray[np.uint8], index: NDArray[Any], service: Number
) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any], NDArray[Any]]:
    """Translate ``index`` in place; which entries stay, and where each event lies."""
    kept = np.ones(len(index), np.bool_)
    offset, length = np.full(len(service), -1, np.int64), np.zeros(len(service), np.int64)
    added = np.zeros(len(service), np.int64)
    for i in range(len(index)):
        entry = index[i]
        at, datagram = np.int64(entry.offset), entry.datagram
        inside = at >= 0 and at + np.int64(entry.size) <= len(buffer)
        if entry.contains == ORIGIN and service[datagram] == L1ACCEPT:
            kept[i] = False
            if inside and entry.size >= ORIGIN_SIZE:
                offset[datagram] = _number(buffer, at, 8)
                length[datagram] = CLOCK_TO_ROOT + _number(buffer, at + 8, 4)
        elif entry.contains == CONFIG:
            kept[i] = False
            added[datagram] += XTC_SIZE + entry.size
        elif entry.contains == PROXY and service[datagram] == L1ACCEPT:
            if inside and entry.size >= PROXY_SIZE:
                entry.contains = np.uint32(_number(buffer, at + 8, 4))
            entry.size = 0
    return kept, offset, length, added


@kernel
def _number(buffer: NDArray[np.uint8], at: Number, size: int) -> Number:
    """Little-endian number of so many bytes, which must be inside."""
    value = np.int64(0)
    for i in range(size):
        value |= np.int64(buffer[at + i]) << (8 * i)
    return value
