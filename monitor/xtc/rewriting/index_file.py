"""The ``.xtc.idx`` of an XTC file, version 2: where each event is, and what it has.

Layout and rules: the facility's index tool (Pds::Index). All of it is packed and little-endian: a header, then events by time,
calib cycles, event codes, and segments with their sources.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from monitor.kernel import columns, kernel
from monitor.xtc.columns import gather_counted
from monitor.xtc.header import CONTAINER, DATAGRAM_SIZE, EPICS, FIDUCIAL_LIMIT, XTC_SIZE, Level, Transition
from monitor.xtc.index_file import CYCLE, EVENT, HEADERS, INDEX_TYPE, NAME_SIZE
from monitor.xtc.types import TYPES
from monitor.xtc.walk import INCOMPLETE, plain, walk

HEADER = HEADERS[2]
SEGMENT = np.dtype([("datagram", "<i8"), ("offset", "<i8"), ("extent", "<i8"), ("source", "<u8"), ("damage", "<u4")])
"""One segment of an event; ``source`` is physical << 32 | logical, as eight bytes of the file."""

CONTAINS = 2 << 16 | INDEX_TYPE
EVR_DATA = 19
MASK_BITS = 32
SOURCES_LIMIT, SEGMENTS_LIMIT = 255, 32767
"""What the counts in the file can hold; what is beyond them is not listed."""
SEGMENT_LEVEL = int(Level.SEGMENT)


class FileIndex:
    """Collects the index of one file while its datagrams are read.

    Parameters
    ----------
    name
        Of the XTC file, without folders; what does not fit into 31 characters is cut off.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._events: list[NDArray[Any]] = []
        self._count = 0
        self._cycles: list[tuple[int, int, int, int]] = []
        self._codes: dict[int, int] = {}
        self._segments: dict[int, int] = {}
        self._sources: dict[int, list[tuple[int, int, int]]] = {}

    def add(self, buffer: NDArray[np.uint8], heads: NDArray[Any]) -> None:
        """Take the next datagrams of the file (dtype ``monitor.xtc.walk.HEAD``); offsets count from the start of the file."""
        service = heads["control"] & 15
        chosen = heads[(service == Transition.L1ACCEPT) & (heads["fiducials"] < FIDUCIAL_LIMIT)]
        for head in heads[service == Transition.BEGIN_CALIB_CYCLE]:
            before = self._count + int(np.searchsorted(chosen["offset"], head["offset"]))
            self._cycles.append((int(head["offset"]), before, int(head["seconds"]), int(head["nanoseconds"])))
        events = np.zeros(len(chosen), EVENT)
        for name in ("seconds", "nanoseconds", "fiducials", "offset", "damage"):
            events[name] = chosen[name]
        index = walk(buffer, chosen["offset"], chosen["length"]).index
        starts, lengths = chosen["offset"].astype(np.int64), chosen["length"].astype(np.int64)
        segments = _segments_of(buffer, starts, starts + lengths)
        self._mark_segments(events, segments)
        self._mark_codes(events, buffer, index)
        self._find_sources(segments, index)
        self._events.append(events)
        self._count += len(events)

    def data(self) -> bytes:
        """The whole index file."""
        events = np.concatenate([np.empty(0, EVENT), *self._events])
        time = events["seconds"].astype(np.int64) << 32 | events["nanoseconds"]
        late = np.count_nonzero(time < np.maximum.accumulate(time)) if len(time) else 0
        header = np.zeros((), HEADER)
        header["contains"], header["file"] = CONTAINS, self._name.encode("latin-1", "replace")[: NAME_SIZE - 1]
        listed_segments = list(self._segments)[:SEGMENTS_LIMIT]
        header["cycles"], header["codes"], header["segments"] = len(self._cycles), len(self._codes), len(listed_segments)
        header["events"], header["out_of_order"] = len(events), late
        parts = [header.tobytes(), events[np.argsort(time, kind="stable")].tobytes()]
        parts += [np.array(self._cycles, CYCLE).tobytes(), np.array(list(self._codes), "u1").tobytes()]
        for source in listed_segments:
            listed = self._sources.get(source, [])[:SOURCES_LIMIT]
            parts += [np.array(source, "<u8").tobytes(), bytes([len(listed)])]
            parts += [np.array([words[:2] for words in listed], "<u4").tobytes()]
            parts += [np.array([words[2] for words in listed], "<u4").tobytes()]
        return b"".join(parts)

    def _mark_segments(self, events: NDArray[Any], segments: NDArray[Any]) -> None:
        """Number the segments in order of first sight; note which are damaged or empty."""
        number = _numbered(segments["source"], self._segments)
        for column, chosen in (("damaged_segments", segments["damage"] != 0), ("empty_segments", segments["extent"] == XTC_SIZE)):
            chosen = chosen & (number < MASK_BITS)
            np.bitwise_or.at(events[column], segments["datagram"][chosen], np.uint32(1) << number[chosen].astype(np.uint32))

    def _mark_codes(self, events: NDArray[Any], buffer: NDArray[np.uint8], index: NDArray[Any]) -> None:
        """Number the event codes in order of first sight; note which each event has."""
        receivers = index[(index["contains"] & 0x8000FFFF == EVR_DATA) & (index["damage"] == 0)]
        layout = TYPES[EVR_DATA, 3].struct.field("fifoEvents").dtype
        if layout is None or len(receivers) == 0:
            return
        counts, items = gather_counted(buffer, receivers["offset"], receivers["size"], layout)
        code = items["eventCode"] & 0xFF
        number = _numbered(code, self._codes)
        event = np.repeat(receivers["datagram"], np.maximum(counts, 0))
        fits = number < MASK_BITS
        np.bitwise_or.at(events["codes"], event[fits], np.uint32(1) << number[fits].astype(np.uint32))

    def _find_sources(self, segments: NDArray[Any], index: NDArray[Any]) -> None:
        """List the sources of each segment as they are where it first has any; of EPICS values the first stands for all."""
        missing = [source for source in self._segments if source not in self._sources]
        for place in segments[np.isin(segments["source"], np.array(missing, np.uint64))]:
            if int(place["source"]) in self._sources:
                continue
            lo, hi = np.searchsorted(index["offset"], (place["offset"], place["offset"] + place["extent"]))
            listed = []
            for entry in index[lo:hi]:
                if entry["contains"] & 0xFFFF == CONTAINER or entry["level"] not in (Level.SOURCE, Level.REPORTER):
                    continue
                listed.append((int(entry["logical"]), int(entry["physical"]), int(entry["contains"])))
                if entry["contains"] & 0xFFFF == EPICS:
                    break
            if listed:
                self._sources[int(place["source"])] = listed


def _numbered(values: NDArray[Any], known: dict[int, int]) -> NDArray[np.int64]:
    """Number of each value; new ones are added to ``known`` in order of first sight."""
    unique, first, which = np.unique(values, return_index=True, return_inverse=True)
    for place in np.argsort(first):
        known.setdefault(int(unique[place]), len(known))
    return np.array([known[int(value)] for value in unique], np.int64)[which.reshape(-1)]


class SegmentColumns(NamedTuple):
    """The columns of ``SEGMENT``, for a kernel."""

    datagram: NDArray[Any]
    offset: NDArray[Any]
    extent: NDArray[Any]
    source: NDArray[Any]
    damage: NDArray[Any]


def _segments_of(buffer: NDArray[np.uint8], starts: NDArray[Any], stops: NDArray[Any]) -> NDArray[Any]:
    """Children of the root that have level Segment, dtype ``SEGMENT``, for datagrams that lie inside the buffer."""
    out = np.empty(8 * len(starts) + 8, SEGMENT)
    while (found := _segments(plain(buffer), starts, stops, columns(SegmentColumns, out))) > len(out):
        out = np.empty(found, SEGMENT)
    return out[:found]


@kernel
def _segments(buffer: NDArray[np.uint8], starts: NDArray[Any], stops: NDArray[Any], out: SegmentColumns) -> int:
    """Fill the columns as far as they go; how many segments there are."""
    n, room = 0, len(out.offset)
    words = np.zeros(5, np.int64)
    for datagram in range(len(starts)):
        at, stop = starts[datagram] + DATAGRAM_SIZE, stops[datagram]
        if starts[datagram] < 0 or stop > len(buffer) or stop < at or np.int64(buffer[at - XTC_SIZE + 1]) << 8 & INCOMPLETE:
            continue
        while stop - at >= XTC_SIZE:
            words[:] = 0
            for i in range(XTC_SIZE):
                words[i // 4] |= np.int64(buffer[at + i]) << 8 * (i % 4)
            if words[4] < XTC_SIZE or words[4] > stop - at:
                break
            if words[1] >> 24 == SEGMENT_LEVEL:
                if n < room:
                    out.datagram[n], out.offset[n], out.extent[n], out.damage[n] = datagram, at, words[4], words[0]
                    out.source[n] = np.uint64(words[2]) << np.uint64(32) | np.uint64(words[1])
                n += 1
            at += words[4]
    return n
