"""Datagram and Xtc headers, the first bytes of everything in an LCLS-II file.

Layouts: facility's XtcData::Dgram, XtcData::Xtc, XtcData::NamesId; little-endian, packed. Nanoseconds come before seconds.
"""

from enum import IntEnum

import numpy as np

XTC = np.dtype([("src", "<u4"), ("damage", "<u2"), ("contains", "<u2"), ("extent", "<u4")])
"""Header of one Xtc, 12 bytes; ``extent`` counts from its first byte."""

DATAGRAM = np.dtype([("nanoseconds", "<u4"), ("seconds", "<u4"), ("env", "<u4"), ("xtc", XTC)])
"""Header of one datagram, 24 bytes, root Xtc header included. Length of a datagram = 12 + ``xtc.extent``."""

XTC_SIZE = XTC.itemsize
DATAGRAM_SIZE = DATAGRAM.itemsize
CLOCK_TO_ROOT = DATAGRAM_SIZE - XTC_SIZE

EXTENT_LIMIT = (1 << 31) - 1
"""Largest believable root extent (writers stay below 2 GiB); beyond it the position of the next datagram is unknown."""

KIND_MASK = 0xFFF
"""Bits of ``contains`` that say what an Xtc is; the others are its version."""

NAMES_MASK = 0x0FFF_FFFF
"""Bits of ``src`` that identify a block of names; the others are the level."""

EPOCH = 631_152_000
"""Unix time of 1990-01-01 00:00:00 UTC, from which the clock counts seconds."""


class Kind(IntEnum):
    """What an Xtc is."""

    PARENT = 0
    SHAPES_DATA = 1
    SHAPES = 2
    DATA = 3
    NAMES = 4


class Transition(IntEnum):
    """The service of a datagram; ``L1ACCEPT`` is an event, all others are transitions."""

    CLEAR_READOUT = 0
    RESET = 1
    CONFIGURE = 2
    UNCONFIGURE = 3
    BEGIN_RUN = 4
    END_RUN = 5
    BEGIN_STEP = 6
    END_STEP = 7
    ENABLE = 8
    DISABLE = 9
    SLOW_UPDATE = 10
    UNUSED = 11
    L1ACCEPT = 12


KIND_NAMES: dict[int, str] = {
    Kind.PARENT: "Parent",
    Kind.SHAPES_DATA: "ShapesData",
    Kind.SHAPES: "Shapes",
    Kind.DATA: "Data",
    Kind.NAMES: "Names",
}

SERVICE_NAMES: dict[int, str] = {number: "".join(word.capitalize() for word in number.name.split("_")) for number in Transition}
SERVICE_NAMES[Transition.L1ACCEPT] = "L1Accept"


def node_of(names_id: int) -> int:
    """Node that a block of names belongs to."""
    return names_id >> 8 & 0xFFF


def index_of(names_id: int) -> int:
    """Number of a block of names within its node."""
    return names_id & 0xFF


def names_id(node: int, index: int) -> int:
    """Key of a block of names.

    Examples
    --------
    >>> names_id(1, 255)
    511
    """
    return node << 8 | index
