"""Recorded XTC2 datagrams in the order in which they were taken, those of one event or one transition together."""

import heapq
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from monitor.errors import ConfigError
from monitor.reader.recorded import Datagram
from monitor.reader.sources.xtc2_files import RunFiles
from monitor.reader.xtc2.small import is_small
from monitor.reader.xtc2.stream import StreamFiles
from monitor.xtc2.header import EPOCH

NO_FIDUCIAL = 0x1FFFF


@dataclass(frozen=True, slots=True, order=True)
class _Clocked:
    """When a datagram was taken, as far as its stream goes forward; equal ones go by stream."""

    order: int
    timestamp: int
    stream: int


def events_of(run: RunFiles) -> Iterator[list[Datagram]]:
    """Datagrams of a run in the order of their clocks; those with the same clock together.

    Raises
    ------
    ConfigError
        For small data, which do not hold the events.
    """
    small = [path for paths in run.streams.values() for path in paths if is_small(path)]
    if small:
        raise ConfigError(f"{small[0].name} holds no events; give the big files", file="FILES")
    streams = [_datagrams(stream, paths) for stream, paths in sorted(run.streams.items())]
    for _, together in groupby(heapq.merge(*streams, key=lambda pair: pair[0]), lambda pair: (pair[0].order, pair[0].timestamp)):
        yield [found for _, found in together]


def _datagrams(stream: int, paths: tuple[Path, ...]) -> Iterator[tuple[_Clocked, Datagram]]:
    """Datagrams of one stream, chunk after chunk."""
    files, newest = StreamFiles(paths, Counter()), 0
    while (found := files.next()) is not None:
        columns = [found.table[name].tolist() for name in ("timestamp", "service", "offset", "length")]
        for timestamp, service, offset, length in zip(*columns, strict=True):
            newest = max(newest, timestamp)
            seconds, nanoseconds = (timestamp >> 32) + EPOCH & 0xFFFF_FFFF, timestamp & 0xFFFF_FFFF
            data = found.buffer[offset : offset + length]
            yield (
                _Clocked(newest, timestamp, stream),
                Datagram(stream, service, seconds, nanoseconds, NO_FIDUCIAL, data),
            )
