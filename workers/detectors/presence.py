"""Which sources came with each event; small-data files call it damage, and 1 means present and undamaged."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from monitor.model.column import Column
from monitor.model.field import Field
from monitor.xtc.header import CONTAINER, Level, type_id
from workers.detectors.family import EVENTS, EventFamily, ReadWhole, Whole, whole
from workers.run_view import RunView, Source, daq_name

IGNORED_TYPES = frozenset({CONTAINER})


def open_presence(run: RunView) -> ReadWhole:
    """Reader of ``damage/<DAQ name>`` and ``damage/<alias>``: int64, 1 present and undamaged, 0 missing.

    The detectors that the partition lists have a field from the first event on; others get theirs when they first appear.
    """
    sources: dict[tuple[int, int], Source] = {(source.level, source.physical): source for source in run.taking_part}

    def read(event: Whole) -> Iterable[Column]:
        found: dict[tuple[int, int], NDArray[np.int64]] = {word: np.zeros(event.batch.count, np.int64) for word in sources}
        for (level, physical, contains), payloads in event.groups.items():
            if level not in (Level.SOURCE, Level.REPORTER) or type_id(contains) in IGNORED_TYPES:
                continue
            word = (level, physical)
            sources.setdefault(word, run.source(level, physical))
            entries = payloads.entries[payloads.entries["damage"] == 0]
            found.setdefault(word, np.zeros(event.batch.count, np.int64))[entries["event"]] = 1
        for word, values in found.items():
            for field in _fields(sources[word]):
                yield Column(field, values)

    return read


def _fields(source: Source) -> list[Field]:
    names = {daq_name(source.text), daq_name(source.alias) if source.alias else daq_name(source.text)}
    return [whole(f"damage/{name}", f"1 = {source.text} present and undamaged") for name in sorted(names)]


EVENTS.add("presence", EventFamily(open=open_presence))
