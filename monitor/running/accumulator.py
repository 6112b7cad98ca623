"""Sums over many batches, added up a few at a time so that the large total is touched seldom."""

from collections.abc import Sequence

from monitor.model.sums import Sums, SumState
from monitor.running.statistic import STATISTICS

WAITING_LIMIT = 16
WAITING_BYTES = 128 << 20
"""Batches, and bytes of their arrays, that are kept per sum until they are added together."""


class Accumulator:
    """Running sums of one worker between two groups."""

    def __init__(self) -> None:
        self._waiting: dict[str, list[SumState]] = {}

    def add(self, sums: Sums) -> None:
        """Take the sums of one batch. Their arrays are kept for a while and must not be written to afterwards."""
        for name, state in sums.items():
            if not state.count:
                continue
            waiting = self._waiting.setdefault(name, [])
            waiting.append(state)
            if len(waiting) >= WAITING_LIMIT or _nbytes(waiting) >= WAITING_BYTES:
                self._waiting[name] = [_merged(waiting)]

    def take(self) -> Sums:
        """Everything added since the last call, and start again from nothing."""
        sums = {name: _merged(waiting) for name, waiting in self._waiting.items()}
        self._waiting = {}
        return sums


def _nbytes(states: Sequence[SumState]) -> int:
    return sum(array.nbytes for state in states for array in state.arrays.values())


def _merged(states: Sequence[SumState]) -> SumState:
    return states[0] if len(states) == 1 else STATISTICS.get(states[0].kind).merge(states)
