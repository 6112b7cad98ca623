"""Sums over many batches, added up a few at a time so that the large total is touched seldom."""

from dataclasses import dataclass, field

from monitor.model.sums import Sums, SumState
from monitor.running.statistic import STATISTICS

WAITING_LIMIT = 16
WAITING_BYTES = 128 << 20
"""Batches of one sum, and bytes of the arrays of all, that are kept until they are added up."""


@dataclass(slots=True)
class _Total:
    """One sum.

    Attributes
    ----------
    whole
        What is added up, in arrays that nobody else looks at.
    waiting
        What is not; its arrays are somebody else's.
    """

    whole: SumState | None = None
    waiting: list[SumState] = field(default_factory=list)

    def settle(self) -> None:
        """Add up what waits."""
        if not self.waiting:
            return
        statistic = STATISTICS.get(self.waiting[0].kind)
        if self.whole is None:
            self.whole = statistic.merge(self.waiting)
        elif statistic.absorb is None:
            self.whole = statistic.merge([self.whole, *self.waiting])
        else:
            self.whole = statistic.absorb(self.whole, self.waiting)
        self.waiting = []

    def result(self) -> SumState:
        """Everything in one state; of a single one of one event that very state."""
        if self.whole is None and [state.count for state in self.waiting] == [1]:
            return self.waiting[0]
        self.settle()
        assert self.whole is not None, "a total is made for a state"
        return self.whole


class Accumulator:
    """Running sums of one worker between two groups."""

    def __init__(self) -> None:
        self._totals: dict[str, _Total] = {}
        self._waiting_bytes = 0

    def add(self, sums: Sums) -> None:
        """Take the sums of one batch. Their arrays are kept for a while and must not be written to afterwards."""
        for name, state in sums.items():
            if not state.count:
                continue
            total = self._totals.setdefault(name, _Total())
            total.waiting.append(state)
            self._waiting_bytes += _nbytes(state)
            if len(total.waiting) >= WAITING_LIMIT:
                self._waiting_bytes -= sum(_nbytes(waiting) for waiting in total.waiting)
                total.settle()
        if self._waiting_bytes >= WAITING_BYTES:
            self._waiting_bytes = 0
            for total in self._totals.values():
                total.settle()

    def take(self) -> Sums:
        """Everything added since the last call, and start again from nothing."""
        totals, self._totals, self._waiting_bytes = self._totals, {}, 0
        return {name: total.result() for name, total in totals.items()}


def _nbytes(state: SumState) -> int:
    """Bytes of a state's own; frames that are shared by several count once."""
    frames = state.arrays.get("frames")
    if frames is not None:
        return int(state.count * frames[0].nbytes)
    return sum(array.nbytes for array in state.arrays.values())
