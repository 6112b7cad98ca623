"""Datagrams with a choice of their payloads: containers stay, their extents follow what is left in them."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.kernel import Number, inlined_kernel, kernel
from monitor.xtc.header import CLOCK_TO_ROOT, CONTAINER, XTC_SIZE
from monitor.xtc.walk import INCOMPLETE, plain


class Action(IntEnum):
    """What becomes of a payload."""

    DROP = 0
    """Left out."""
    COPY = 1
    """Copied with its header."""
    PROXY = 2
    """Replaced by a SmlDataProxy with damage and source of the original."""
    HEADER = 3
    """Its header alone: of a container whose inside is garbage."""


DROP, COPY, PROXY, HEADER = (int(action) for action in Action)
PROXY_TYPE = 1 << 16 | 91
PROXY_SIZE = XTC_SIZE + 16


@dataclass(frozen=True, slots=True, eq=False)
class Rebuilt:
    """New datagrams, back to back.

    Attributes
    ----------
    data
        Their bytes, uint8.
    lengths
        Bytes of each, int64, shape (datagrams,); 0 for one that does not lie inside the buffer.
    """

    data: NDArray[np.uint8]
    lengths: NDArray[np.int64]


NOTHING = np.empty((0, 0), np.uint8)


def rebuild(
    buffer: NDArray[np.uint8],
    heads: NDArray[Any],
    actions: NDArray[np.uint8],
    *,
    first: NDArray[np.uint8] = NOTHING,
    prune: bool = False,
) -> Rebuilt:
    """Datagrams in which each payload was treated as ``actions`` says; what cannot be walked is left out.

    Parameters
    ----------
    buffer
        Bytes, uint8; offsets in proxies count from its start.
    heads
        Datagrams in it, structured array of dtype ``monitor.xtc.walk.HEAD``.
    actions
        One ``Action`` per entry of ``monitor.xtc.walk.index`` of these datagrams, in its order, uint8.
    first
        A whole XTC per datagram that becomes the first child under its root, uint8, shape (datagrams, bytes); none if empty.
    prune
        Leave out containers of which nothing is left.
    """
    starts = heads["offset"].astype(np.int64)
    sizes = heads["length"].astype(np.int64)
    starts[(starts < 0) | (starts > len(buffer))] = len(buffer)
    stops = starts + np.minimum(sizes, len(buffer) - starts)
    room = int((stops - starts).sum()) + (PROXY_SIZE - XTC_SIZE) * int(np.count_nonzero(actions == PROXY)) + first.size
    out, lengths = np.empty(room, np.uint8), np.zeros(len(heads), np.int64)
    new = first if len(first) else np.empty((len(heads), 0), np.uint8)
    size = _rebuild(plain(buffer), starts, stops, np.ascontiguousarray(actions), np.ascontiguousarray(new), prune, out, lengths)
    return Rebuilt(out[:size], lengths)


@inlined_kernel
def _word(buffer: NDArray[np.uint8], at: Number) -> Number:
    """Little-endian 32-bit word as int64; four bytes from ``at`` must be inside."""
    return np.int64(buffer[at]) | np.int64(buffer[at + 1]) << 8 | np.int64(buffer[at + 2]) << 16 | np.int64(buffer[at + 3]) << 24


@inlined_kernel
def _put(out: NDArray[Any], at: Number, value: Number) -> None:
    """Write a little-endian 32-bit word."""
    for byte in range(4):
        out[at + byte] = value >> 8 * byte & 0xFF


@kernel
def _rebuild(
    buffer: NDArray[np.uint8],
    starts: NDArray[Any],
    stops: NDArray[Any],
    actions: NDArray[Any],
    first: NDArray[Any],
    prune: bool,
    out: NDArray[Any],
    lengths: NDArray[Any],
) -> Number:
    """The walk of ``monitor.xtc.walk`` again, step by step the same, writing as it goes; returns the bytes written.

    No output is larger than its input but for proxies and the first child, which the caller has made room for.
    """
    ends, headers = np.empty(64, np.int64), np.empty(64, np.int64)
    n, pos = 0, np.int64(0)
    for datagram in range(len(starts)):
        at, begin = starts[datagram] + CLOCK_TO_ROOT, pos
        ends[0], headers[0] = stops[datagram], pos
        if stops[datagram] - starts[datagram] < CLOCK_TO_ROOT + XTC_SIZE:
            continue
        out[pos : pos + CLOCK_TO_ROOT] = buffer[at - CLOCK_TO_ROOT : at]
        pos += CLOCK_TO_ROOT
        depth = 0
        while depth >= 0:
            remaining = ends[depth] - at
            extent = _word(buffer, at + 16) if remaining >= XTC_SIZE else np.int64(0)
            if remaining <= 0 or extent < XTC_SIZE or extent > remaining:
                at = ends[depth]
                if depth > 0:
                    head = headers[depth]
                    if prune and depth > 1 and pos == head + XTC_SIZE:
                        pos = head
                    else:
                        _put(out, head + 16, pos - head)
                depth -= 1
                continue
            inside = _word(buffer, at + 12) & 0xFFFF == CONTAINER
            if inside and not _word(buffer, at) & INCOMPLETE:
                depth += 1
                if depth == len(ends):
                    ends, headers = _longer(ends), _longer(headers)
                ends[depth], headers[depth] = at + extent, pos
                out[pos : pos + XTC_SIZE] = buffer[at : at + XTC_SIZE]
                pos += XTC_SIZE
                at += XTC_SIZE
                if depth == 1:
                    out[pos : pos + first.shape[1]] = first[datagram]
                    pos += first.shape[1]
                continue
            action = actions[n] if n < len(actions) else np.uint8(DROP)
            n += 1
            if action == COPY:
                out[pos : pos + extent] = buffer[at : at + extent]
                pos += extent
            elif action in (PROXY, HEADER):
                out[pos : pos + XTC_SIZE] = buffer[at : at + XTC_SIZE]
                _put(out, pos + 16, PROXY_SIZE if action == PROXY else XTC_SIZE)
                if action == PROXY:
                    _put(out, pos + 12, PROXY_TYPE)
                    _put(out, pos + 20, at & 0xFFFFFFFF)
                    _put(out, pos + 24, at >> 32)
                    _put(out, pos + 28, _word(buffer, at + 12))
                    _put(out, pos + 32, extent)
                    pos += PROXY_SIZE - XTC_SIZE
                pos += XTC_SIZE
            at += extent
        lengths[datagram] = pos - begin
    return pos


@kernel
def _longer(array: NDArray[Any]) -> NDArray[Any]:
    """The same numbers in an array twice as long."""
    larger = np.empty(2 * len(array), array.dtype)
    larger[: len(array)] = array
    return larger
