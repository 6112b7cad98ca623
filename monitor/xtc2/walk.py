"""Finds payloads in datagrams: a numba kernel that reads headers only and never outside the array.

Rules: facility's XtcData::XtcIterator, with bounds of our own. Payload bytes are not touched, so that a mapped file costs
the pages of its headers and no more.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from monitor.xtc2.damage import Damage
from monitor.xtc2.header import CLOCK_TO_ROOT, KIND_MASK, NAMES_MASK, XTC_SIZE, Kind
from monitor.xtc2.words import columns, grown, half, plain, word

INDEX = np.dtype(
    [
        ("data", "<u8"),
        ("shapes", "<u8"),
        ("datagram", "<u4"),
        ("kind", "<u4"),
        ("names", "<u4"),
        ("damage", "<u4"),
        ("data_damage", "<u4"),
        ("data_size", "<u4"),
        ("shapes_size", "<u4"),
    ]
)
"""One ShapesData or Names: datagram it is in (position in the list given), names id, where its bytes lie without headers.

``data`` is the payload of the Data, or of the Names itself; without Data or Shapes their size is 0.
"""

CORRUPT = np.dtype([("offset", "<u8"), ("datagram", "<u4"), ("extent", "<u4"), ("remaining", "<u4")])
"""A child that cannot be walked: the rest of what holds it, ``remaining`` bytes from ``offset`` on, is lost.

A Parent that says itself that it is corrupted is one too, with its whole inside.
"""


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


def walk(buffer: NDArray[np.uint8], offsets: NDArray[Any], lengths: NDArray[Any]) -> Walk:
    """Names and ShapesData of datagrams, at any depth.

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
    entries, corrupt = np.empty(8 * len(starts) + 16, INDEX), np.empty(16, CORRUPT)
    done, found, bad = 0, 0, 0
    while True:
        done, found, bad = _walk(plain(buffer), starts, stops, done, found, bad, *columns(entries), *columns(corrupt))
        if done == len(starts):
            return Walk(entries[:found], corrupt[:bad])
        entries, corrupt = grown(entries), grown(corrupt)


PARENT, SHAPES_DATA, SHAPES, DATA, NAMES = (int(kind) for kind in Kind)
CORRUPTED = int(Damage.CORRUPTED)


@njit(cache=True, nogil=True)
def _inside(buffer, at, end):  # type: ignore[no-untyped-def]
    """Data and Shapes in a ShapesData: payload offset and size of each, damage of the Data, and where walking ended.

    The first of each counts. Walking ends at ``end`` unless a child cannot be.
    """
    data, data_size, data_damage, shapes, shapes_size = end, np.int64(0), np.int64(0), end, np.int64(0)
    seen_data = seen_shapes = False
    while end - at >= XTC_SIZE:
        extent = word(buffer, at + 8)
        if extent < XTC_SIZE or extent > end - at:
            return data, data_size, data_damage, shapes, shapes_size, at
        kind = half(buffer, at + 6) & KIND_MASK
        if kind == DATA and not seen_data:
            data, data_size, data_damage, seen_data = at + XTC_SIZE, extent - XTC_SIZE, half(buffer, at + 4), True
        elif kind == SHAPES and not seen_shapes:
            shapes, shapes_size, seen_shapes = at + XTC_SIZE, extent - XTC_SIZE, True
        at += extent
    return data, data_size, data_damage, shapes, shapes_size, at


@njit(cache=True, nogil=True)
def _walk(  # type: ignore[no-untyped-def]
    buffer, starts, stops, done, found, bad,
    data_, shapes_, datagram_, kind_, names_, damage_, data_damage_, data_size_, shapes_size_,
    lost_offset, lost_datagram, lost_extent, lost_remaining,
):  # fmt: skip
    """Depth-first walk with a stack of the ends of Parents, inside the buffer, from datagram ``done`` on.

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
            extent = word(buffer, at + 8) if remaining >= XTC_SIZE else np.int64(0)
            if remaining <= 0:
                at = ends[depth]
                depth -= 1
                continue
            if m + 2 > len(lost_offset) or n == len(data_):
                return datagram, found, bad
            if extent < XTC_SIZE or extent > remaining:
                lost_offset[m], lost_datagram[m], lost_extent[m], lost_remaining[m] = at, datagram, extent, remaining
                m += 1
                at = ends[depth]
                depth -= 1
                continue
            damage, kind = half(buffer, at + 4), half(buffer, at + 6) & KIND_MASK
            inside, after = at + XTC_SIZE, at + extent
            if kind == PARENT and not damage & CORRUPTED:
                depth += 1
                if depth == len(ends):
                    ends = _deeper(ends)
                ends[depth] = after
                at = inside
                continue
            if kind == PARENT:
                lost_offset[m], lost_datagram[m], lost_extent[m], lost_remaining[m] = at, datagram, extent, extent
                m += 1
            elif kind in (SHAPES_DATA, NAMES):
                data_[n], data_size_[n], data_damage_[n], shapes_[n], shapes_size_[n] = inside, extent - XTC_SIZE, 0, inside, 0
                if kind == SHAPES_DATA:
                    data_[n], data_size_[n], data_damage_[n], shapes_[n], shapes_size_[n], broken = _inside(buffer, inside, after)
                    if broken != after:
                        lost_offset[m], lost_datagram[m], lost_remaining[m] = broken, datagram, after - broken
                        lost_extent[m] = word(buffer, broken + 8) if after - broken >= XTC_SIZE else 0
                        m += 1
                datagram_[n], kind_[n], names_[n], damage_[n] = datagram, kind, word(buffer, at) & NAMES_MASK, damage
                n += 1
            at = after
        found, bad = n, m
    return len(starts), found, bad


@njit(cache=True, nogil=True)
def _deeper(ends):  # type: ignore[no-untyped-def]
    """The same stack with twice the room."""
    larger = np.empty(2 * len(ends), np.int64)
    larger[: len(ends)] = ends
    return larger
