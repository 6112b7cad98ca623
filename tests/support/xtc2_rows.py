"""Rows of an XTC2 source, worked off in this process."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from monitor.model.batch import Batch
from monitor.model.place import FilePlace, InlinePlace
from monitor.reader.block import EventBlock
from monitor.reader.plain_batch import plain_batch
from monitor.reader.sources.source import Source
from monitor.reader.sources.xtc2_files import Xtc2FileSource
from monitor.settings import Settings
from workers.pipeline import Pipeline, Result


def batch_of(block: EventBlock, first: int) -> tuple[Batch, list[np.ndarray]]:
    """The batch that the reader would make of a block, and the bytes of its places."""
    buffers = [np.fromfile(place.path, np.uint8) if isinstance(place, FilePlace) else place.data for place in block.places]
    batch = plain_batch(block, first, places=tuple(InlinePlace(number) for number in range(len(buffers))))
    return batch, buffers


def results_of(source: Source, settings: Settings, max_events: int = 50) -> Iterator[Result]:
    """What the pipeline makes of each block."""
    pipeline, first = Pipeline(settings, 0), 0
    while blocks := source.read(max_events):
        for block in blocks:
            if isinstance(block, EventBlock):
                yield pipeline.process(*batch_of(block, first), block.state)
                first += block.count


def rows_of(source: Source, settings: Settings, max_events: int = 50) -> Iterator[dict[str, Any]]:
    """Each event's present values by field."""
    for result in results_of(source, settings, max_events):
        for number in range(result.rows.count):
            yield {name: column.of_event(number)[()] for name, column in result.rows.columns.items() if column.mask[number]}


def result_of(folder: Path, *datagrams: bytes, settings: Settings | None = None) -> Result:
    """What the pipeline makes of a stream whose events are of one step."""
    path = folder / "synth0001-r0007-s000-c000.xtc2"
    path.write_bytes(b"".join(datagrams))
    (result,) = results_of(Xtc2FileSource([path]), settings or Settings())
    return result
