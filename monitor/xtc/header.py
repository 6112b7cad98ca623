"""Datagram and XTC headers, the first bytes of everything in an LCLS-I file.

Layouts: facility's Pds::Dgram, Pds::Sequence, Pds::Xtc; all little-endian, nothing aligned to more than 4 bytes. The clock holds
nanoseconds before seconds.
"""

from enum import IntEnum

import numpy as np

XTC = np.dtype([("damage", "<u4"), ("logical", "<u4"), ("physical", "<u4"), ("contains", "<u4"), ("extent", "<u4")])
"""Header of one XTC, 20 bytes; ``extent`` counts from its first byte."""

DATAGRAM = np.dtype(
    [
        ("nanoseconds", "<u4"),
        ("seconds", "<u4"),
        ("stamp_low", "<u4"),
        ("stamp_high", "<u4"),
        ("env", "<u4"),
        ("xtc", XTC),
    ]
)
"""Header of one datagram, 40 bytes, root XTC header included. Length of a datagram = 20 + ``xtc.extent``."""

XTC_SIZE = XTC.itemsize
DATAGRAM_SIZE = DATAGRAM.itemsize
CLOCK_TO_ROOT = DATAGRAM_SIZE - XTC_SIZE

EXTENT_LIMIT = 256 << 20
"""Largest believable root extent (the facility's own limit); beyond it the position of the next datagram is unknown."""

FIDUCIAL_LIMIT = 131040
"""Fiducials count 0..131039 at 360 Hz and wrap; larger values mean "none"."""

CONTAINER = 1
"""Type id of an XTC that holds other XTCs."""

ANY = 0
"""Type id of a contribution that never came."""

EPICS = 13
"""Type id of an EPICS value."""


class Transition(IntEnum):
    """The service of a datagram; ``L1ACCEPT`` is an event, all others are transitions."""

    UNKNOWN = 0
    RESET = 1
    MAP = 2
    UNMAP = 3
    CONFIGURE = 4
    UNCONFIGURE = 5
    BEGIN_RUN = 6
    END_RUN = 7
    BEGIN_CALIB_CYCLE = 8
    END_CALIB_CYCLE = 9
    ENABLE = 10
    DISABLE = 11
    L1ACCEPT = 12


class Level(IntEnum):
    """What kind of source an XTC has: bits 24-31 of the logical word."""

    CONTROL = 0
    SOURCE = 1
    SEGMENT = 2
    EVENT = 3
    RECORDER = 4
    OBSERVER = 5
    REPORTER = 6


def type_id(contains: int) -> int:
    """Type id in a type word."""
    return contains & 0xFFFF


def version(contains: int) -> int:
    """Version in a type word, without the compression bit."""
    return contains >> 16 & 0x7FFF


def is_compressed(contains: int) -> bool:
    """Whether the payload behind this type word is a chain of compressed blocks."""
    return bool(contains >> 31)
