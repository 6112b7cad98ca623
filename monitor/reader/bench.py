"""Measures the way from files to events against reading the same bytes once."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from monitor.reader.block import EventBlock
from monitor.reader.sources.files import FileSource
from monitor.settings import Settings
from monitor.xtc.walk import heads, walk


@dataclass(frozen=True, slots=True, kw_only=True)
class WalkBench:
    """One measurement; the files were in the page cache, the kernels compiled.

    Attributes
    ----------
    bytes, datagrams, payloads, events
        What was in the files.
    read_s
        Seconds to read all bytes once into memory.
    walk_s
        Seconds to find all datagrams and payloads.
    events_s
        Seconds from opening the files to the last block of events, state and EPICS included.
    """

    bytes: int
    datagrams: int
    payloads: int
    events: int
    read_s: float
    walk_s: float
    events_s: float


def measure_walk(paths: Sequence[Path], max_events: int = 256) -> WalkBench:
    """Best of three rounds, after one that does not count."""
    return min((_round(paths, max_events) for _ in range(4)), key=lambda found: found.events_s)


def _round(paths: Sequence[Path], max_events: int) -> WalkBench:
    start = time.perf_counter()
    contents = [np.fromfile(path, np.uint8) for path in paths]
    read = time.perf_counter()
    found = [heads(data) for data in contents]
    walks = [walk(data, one.table["offset"], one.table["length"]) for data, one in zip(contents, found, strict=True)]
    walked = time.perf_counter()
    source, events = FileSource(paths, Settings()), 0
    while blocks := source.read(max_events):
        events += sum(block.count for block in blocks if isinstance(block, EventBlock))
    source.close()
    done = time.perf_counter()
    return WalkBench(
        bytes=sum(len(data) for data in contents),
        datagrams=sum(len(one.table) for one in found),
        payloads=sum(len(one.index) for one in walks),
        events=events,
        read_s=read - start,
        walk_s=walked - read,
        events_s=done - walked,
    )
