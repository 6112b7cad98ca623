"""XTC2 datagrams that are pushed in the order in which they were taken: what came is complete when something later comes."""

from collections import Counter
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from monitor.model.run_state import RunState
from monitor.reader.block import Block, Memory
from monitor.reader.xtc2.merge import Merge
from monitor.xtc2.heads import Heads

PATIENCE_S = 0.5
"""Silence after which the newest event is taken for complete."""


class LiveMerge:
    """Builds events of datagrams that come one by one; has the face of the merge of the other generation.

    Parameters
    ----------
    experiment, run
        What is known before the data say it.
    streams
        Streams of the run.
    version
        Version of the first run state.
    """

    def __init__(self, experiment: str, run: int, *, streams: Iterable[int], version: int) -> None:
        self._merge = Merge(experiment, run, streams=streams, version=version)
        self._newest, self._fed = 0, 0.0

    @property
    def state(self) -> RunState:
        """The newest run state."""
        return self._merge.state

    @property
    def counts(self) -> Counter[str]:
        """What was left out, not understood or strange, by a text that names it."""
        return self._merge.counts

    def feed(self, stream: int, data: NDArray[np.uint8], found: Heads, *, now: float) -> None:
        """Take datagrams of a stream; ``now`` in seconds."""
        big = np.stack([found.table["offset"], found.table["length"]], axis=1).astype(np.int64)
        self._merge.feed(stream, data, found.table, Memory(data), big)
        self._newest, self._fed = max(self._newest, int(found.table["timestamp"].max(initial=0))), now
        self._merge.reach(self._newest)

    def end(self, stream: int) -> None:
        """Nothing more will come from a stream."""
        self._merge.end(stream)

    def take(self, max_events: int, now: float) -> list[Block]:
        """Blocks that are complete, with at most ``max_events`` events together."""
        if now - self._fed > PATIENCE_S:
            self._merge.reach(self._newest + 1)
        return self._merge.take(max_events)
