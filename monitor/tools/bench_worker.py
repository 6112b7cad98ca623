"""What one worker needs per event of a run, and what of it each part of the settings costs."""

import random
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.errors import Unusable
from monitor.model.batch import Batch
from monitor.model.run_state import RunState
from monitor.net.places import Places
from monitor.reader.block import EventBlock
from monitor.reader.plain_batch import plain_batch
from monitor.reader.sources.choice import source_of
from monitor.reader.sources.source import Source
from monitor.running import Accumulator
from monitor.settings import Settings
from monitor.tools.process import declared
from monitor.wire.message import Message

WARM = 8
"""First batches, in which constants and tables are made."""


@dataclass(frozen=True, slots=True)
class WorkerRow:
    """One line of the table.

    Attributes
    ----------
    part
        What is left out, or that it is all.
    ms
        Processor milliseconds per event that go without it, mean over batches; of all: what an event needs.
    """

    part: str
    ms: float


def bench_worker(settings: Settings, events: int) -> list[WorkerRow]:
    """Work off the beginning of a run in this process, with all settings and with one part less, in turn for each batch.

    Parameters
    ----------
    settings
        With recorded files as their source.
    events
        How many to measure.

    Raises
    ------
    Unusable
        If the files hold too few events.
    """
    variants = [_Worker(text, each) for text, each in _variants(settings)]
    chance = random.Random(7)
    source, places = source_of(settings), Places()
    try:
        for number, (batch, state) in enumerate(_batches(source, settings, events)):
            buffers = places.resolve(batch, Message("batch", {}, {}))
            _touch(batch, buffers)
            for variant in chance.sample(variants, len(variants)):
                variant.work(batch, buffers, state, counted=number >= WARM)
    finally:
        places.close()
        source.close()
    if not variants[0].spent:
        raise Unusable(f"the files hold fewer than {WARM + 1} batches of events; take a longer run")
    # Not the median: sums are added up only every few batches.
    whole, *rest = (WorkerRow(variant.text, fmean(variant.spent)) for variant in variants)
    return [whole, *(WorkerRow(row.part, whole.ms - row.ms) for row in rest)]


class _Worker:
    """A pipeline and the sums of its batches."""

    def __init__(self, text: str, settings: Settings) -> None:
        self.text = text
        self.spent: list[float] = []
        self._pipeline = declared("pipeline")(settings, 0)
        self._sums = Accumulator()

    def work(self, batch: Batch, buffers: Sequence[NDArray[np.uint8]], state: RunState, *, counted: bool) -> None:
        """One batch; its processor time per event, in milliseconds, is noted."""
        began = time.thread_time()
        self._sums.add(self._pipeline.process(batch, list(buffers), state).sums)
        if counted:
            self.spent.append(1000 * (time.thread_time() - began) / batch.count)


def _variants(settings: Settings) -> Iterator[tuple[str, Settings]]:
    """All of the settings, and all but one part."""
    yield "all", settings
    for at, detector in enumerate(settings.detector):

        def without(at: int = at, **update: Any) -> Settings:
            changed = settings.detector[at].model_copy(update=update)
            return settings.model_copy(update={"detector": (*settings.detector[:at], changed, *settings.detector[at + 1 :])})

        if detector.common_mode is not None and detector.common_mode.algorithm:
            none = type(detector.common_mode)(algorithm=0)
            yield f"{detector.name}: common mode {detector.common_mode.algorithm}", without(common_mode=none)
        for n, feature in enumerate(detector.feature):
            rest = (*detector.feature[:n], feature.model_copy(update={"enabled": False}), *detector.feature[n + 1 :])
            yield f"{detector.name}: {feature.name or feature.kind}", without(feature=rest)
        if detector.sums:
            yield f"{detector.name}: sums", without(sums=())


def _batches(source: Source, settings: Settings, events: int) -> Iterator[tuple[Batch, RunState]]:
    """Batches of about the size that the reader makes, until there are enough events behind the first few."""
    first, limit, size, seen = 0, settings.source.max_events, 1, 0
    while (seen < WARM or first < events + WARM * size) and (blocks := source.read(size)):
        for block in blocks:
            if isinstance(block, EventBlock):
                yield plain_batch(block, first), block.state
                first, seen = first + block.count, seen + 1
                each = max(1, int(block.pieces["length"].sum()) // block.count)
                size = max(1, min(limit, settings.source.max_bytes // each))


def _touch(batch: Batch, buffers: Sequence[NDArray[np.uint8]]) -> None:
    """Have the bytes of a batch in memory, so that no variant waits for the disk."""
    for piece in batch.pieces:
        at = int(piece["offset"])
        buffers[int(piece["place"])][at : at + int(piece["length"])].max(initial=0)


def columns(line: WorkerRow) -> Mapping[str, Any]:
    """One line of the table; what a whole event needs also as a rate."""
    return {"part": line.part, "ms/event": line.ms, "events/s": 1000 / line.ms if line.part == "all" else "-"}
