"""Only some events of finished files: reached by reading all that is before them, or through the indexes of the files."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from monitor.errors import ConfigError
from monitor.reader.block import Block, EventBlock
from monitor.reader.sources.files import FileSource
from monitor.settings import Settings
from monitor.xtc.event_choice import choice_of, clocks_of, common_choice, is_daq, places, read_index
from monitor.xtc.filename import big_file, runs_of


class ChosenSource:
    """A range of events of one run; transitions before and behind it are left out, the state holds.

    Parameters
    ----------
    paths
        XTC files of one run.
    settings
        ``source.events`` or ``source.times`` say which.
    index
        Jump through the indexes. EPICS values are unknown there until they are first updated, because nobody has read what
        came before; without, everything before is read.

    Raises
    ------
    ConfigError, Unusable, DamagedData
        If there is no such event, or the files cannot be read.
    """

    def __init__(self, paths: Sequence[Path], settings: Settings, *, index: bool = False) -> None:
        choice = choice_of(settings.source.events, settings.source.times)
        if choice is None:
            raise ConfigError("say which events are wanted", key="source.events")
        run = common_choice(runs_of(list(dict.fromkeys(paths))), choice)
        first_camera = settings.source.first_camera_stream
        daq = [p for n, chunks in run.streams.items() if is_daq(run, n, first_camera) for p in chunks]
        files = [big_file(path) if run.small else path for path in daq]
        self._clock, self._stop = clocks_of(choice, [places(path, read_index(path) if index else None) for path in files])
        self._daq_mask = np.uint64((1 << min(first_camera, 63)) - 1)
        self._camera_only = min(run.streams) >= first_camera
        self._source = FileSource(paths, settings, jump_to=self._clock if index else None)
        self._begun = self._over = False

    @property
    def finished(self) -> bool:
        """Whether every chosen event was handed out."""
        return self._over or self._source.finished

    @property
    def total_events(self) -> int | None:
        """Not known before they were read: some of those counted may not be delivered."""
        return None

    @property
    def counts(self) -> Mapping[str, int]:
        """What was damaged or left out, by a text that names it; of all that was read on the way."""
        return self._source.counts

    def read(self, max_events: int) -> list[Block]:
        """The next blocks, with at most ``max_events`` events together; empty at the end only."""
        while not self._over and (read := self._source.read(max_events)):
            blocks = [part for block in read if (part := self._chosen(block)) is not None]
            if blocks:
                return blocks
        return []

    def close(self) -> None:
        """Close the files."""
        self._source.close()

    def _chosen(self, block: Block) -> Block | None:
        """The part of a block that is wanted."""
        if self._over:
            return None
        if not isinstance(block, EventBlock):
            return block if self._begun else None
        ids = block.events
        clock = ids["seconds"].astype(np.int64) << 32 | ids["nanoseconds"]
        # A camera's clock is seconds off: only events of the others say where the range begins and ends.
        told = np.full(len(ids), self._camera_only) | (ids["streams"] & self._daq_mask != 0)
        first = 0 if self._begun else _first(told & (clock >= self._clock))
        stop = _first(told & (clock >= self._stop))
        self._begun |= first < block.count
        self._over = stop < block.count
        return _part(block, first, stop) if first < stop else None


def _first(where: NDArray[np.bool_]) -> int:
    """Index of the first true value; the length if there is none."""
    return int(where.argmax()) if where.any() else len(where)


def _part(block: EventBlock, first: int, stop: int) -> EventBlock:
    """Events ``first`` to ``stop`` of a block, not empty."""
    if stop < block.count:
        block = block.split(stop)[0]
    return block.split(first)[1] if first else block
