"""Index files (``.xtc.idx``): where the events and calib cycles of an XTC file lie.

Layout: facility's Index description, versions 1 and 2, packed.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.errors import DamagedData
from monitor.xtc.header import type_id, version

INDEX_TYPE = 38
NAME_SIZE = 32
_V1 = [("contains", "<u4"), ("file", f"S{NAME_SIZE}"), ("cycles", "<i2"), ("codes", "i1"), ("segments", "i1"), ("events", "<i4")]
_V2 = [
    ("contains", "<u4"),
    ("file", f"S{NAME_SIZE}"),
    ("cycles", "<i4"),
    ("codes", "<i2"),
    ("segments", "<i2"),
    ("events", "<i4"),
]
_ORDER = [("out_of_order", "<i4"), ("overlap_previous", "<i4"), ("overlap_next", "<i4")]
HEADERS = {1: np.dtype(_V1), 2: np.dtype([*_V2, *_ORDER])}
"""Header by version; the type word says the version."""
EVENT = np.dtype(
    [
        ("seconds", "<u4"),
        ("nanoseconds", "<u4"),
        ("fiducials", "<u4"),
        ("offset", "<i8"),
        ("damage", "<u4"),
        ("damaged_segments", "<u4"),
        ("empty_segments", "<u4"),
        ("codes", "<u4"),
    ]
)
"""One event: its identity, the offset of its datagram, and masks; bits of ``codes`` count in the list of event codes.

``empty_segments`` is called the mask of segments with data, but the facility's tool sets its bits where a segment has none.
"""
CYCLE = np.dtype([("offset", "<i8"), ("first", "<i4"), ("seconds", "<u4"), ("nanoseconds", "<u4")])
"""One calib cycle: offset of its BeginCalibCycle, number of its first event, clock."""
SOURCE = np.dtype([("logical", "<u4"), ("physical", "<u4")])


@dataclass(frozen=True, slots=True, eq=False)
class Segment:
    """One contributor: its own source, and the sources and type words of what it sends."""

    source: np.void
    sources: NDArray[Any]
    contains: NDArray[Any]


@dataclass(frozen=True, slots=True, eq=False)
class Index:
    """What an index file says.

    Attributes
    ----------
    file
        Name of the XTC file, cut after 32 bytes.
    events, cycles
        Structured arrays of dtype ``EVENT`` and ``CYCLE``.
    codes
        Event codes that occur, uint8.
    segments
        Contributors.
    """

    file: str
    events: NDArray[Any]
    cycles: NDArray[Any]
    codes: NDArray[np.uint8]
    segments: tuple[Segment, ...]


def parse_index(data: bytes, *, source: str = "") -> Index:
    """The contents of an index file.

    Parameters
    ----------
    data
        All its bytes.
    source
        Its name, for errors.

    Raises
    ------
    DamagedData
        If it is no index, of an unknown version, or shorter than it says.
    """
    cursor = _Cursor(data, source)
    contains = int(cursor.array(np.dtype("<u4"), 1)[0])
    if type_id(contains) != INDEX_TYPE or version(contains) not in HEADERS:
        raise DamagedData("this is no index file of version 1 or 2", source=source, offset=0)
    cursor.at = 0
    head = cursor.array(HEADERS[version(contains)], 1)[0]
    events = cursor.array(EVENT, int(head["events"]))
    cycles = cursor.array(CYCLE, int(head["cycles"]))
    codes = cursor.array(np.dtype("u1"), int(head["codes"]))
    segments = tuple(_segment(cursor) for _ in range(int(head["segments"])))
    return Index(head["file"].decode("ascii", "replace"), events, cycles, codes, segments)


def _segment(cursor: "_Cursor") -> Segment:
    """The next contributor."""
    source = cursor.array(SOURCE, 1)[0]
    count = int(cursor.array(np.dtype("u1"), 1)[0])
    return Segment(source, cursor.array(SOURCE, count), cursor.array(np.dtype("<u4"), count))


@dataclass(slots=True)
class _Cursor:
    """A place in bytes that never leaves them."""

    data: bytes
    source: str
    at: int = 0

    def array(self, dtype: np.dtype[Any], count: int) -> NDArray[Any]:
        """The next values; a view."""
        size = count * dtype.itemsize
        if count < 0 or self.at + size > len(self.data):
            raise DamagedData("the index is shorter than it says; make it anew", source=self.source, offset=self.at)
        found = np.frombuffer(self.data, dtype, count, self.at)
        self.at += size
        return found
