"""A source for benchmarks: one file as events of one size, over and over."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from monitor.model.event import EPICS_CHANGE, EVENT_ID, PIECE
from monitor.model.place import FilePlace
from monitor.model.run_state import RunState
from monitor.reader.block import Block, EventBlock


class RepeatedFile:
    """A source that hands out the same file again and again, by reference.

    Parameters
    ----------
    path
        The file.
    nbytes
        Bytes per event.
    total
        Events in all.
    """

    def __init__(self, path: Path, nbytes: int, total: int) -> None:
        self.finished = False
        self.total_events: int | None = total
        self.counts: Mapping[str, int] = {}
        self._place = FilePlace(str(path))
        self._nbytes, self._left = nbytes, total
        self._slots = path.stat().st_size // nbytes
        self._next = 0
        self._state = RunState(version=1, experiment="bench", run=1, step=0, format="xtc", configs={}, pvs=())

    def read(self, max_events: int) -> list[Block]:
        """The next events."""
        count = min(max_events, self._left)
        if not count:
            return []
        pieces = np.zeros(count, PIECE)
        pieces["event"] = np.arange(count)
        pieces["length"] = self._nbytes
        pieces["offset"] = (self._next + np.arange(count)) % self._slots * self._nbytes
        self._next += count
        self._left -= count
        self.finished = self._left == 0
        changes, none = np.zeros(0, EPICS_CHANGE), np.zeros(0)
        return [
            EventBlock(
                events=np.zeros(count, EVENT_ID),
                pieces=pieces,
                places=(self._place,),
                epics_start=none,
                epics_changes=changes,
                state=self._state,
            )
        ]

    def close(self) -> None:
        """Nothing to give back."""
