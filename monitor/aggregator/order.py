"""Rows come from many workers in any order; the stream shows them in event order, each at most once."""

from bisect import insort
from collections.abc import Iterable
from dataclasses import dataclass, field

from monitor.aggregator.ranges import Ranges
from monitor.wire.rows import Reduced


@dataclass(order=True)
class _Held:
    """Rows that wait for their turn, and since when."""

    first: int
    since: float = field(compare=False)
    reduced: Reduced = field(compare=False)


class Order:
    """Hands out rows in event order as soon as nothing before them is still expected.

    Parameters
    ----------
    next_seq
        First event that has not been handed out.
    patience
        Seconds after which a gap is given up while later rows wait; infinite where no row may be missing on the stream. What
        comes for a given-up event is late: it still goes into the file, but no longer on the stream.
    late
        Late rows so far.
    """

    def __init__(self, next_seq: int = 0, patience: float = float("inf"), *, late: int = 0) -> None:
        self.next_seq = next_seq
        self.patience = patience
        self.late = late
        self._held: list[_Held] = []
        self._absent = Ranges()
        self._skipped = Ranges()

    def add(self, reduced: Reduced, now: float) -> list[Reduced]:
        """Take rows that were not seen before; return what can be shown now, in order."""
        rows = reduced.rows
        if rows.first < self.next_seq:
            skipped = self._skipped.within(rows.first, min(rows.stop, self.next_seq))
            self.late += sum(stop - first for first, stop in skipped)
            reduced = reduced.part(self.next_seq, rows.stop)
        if reduced.rows.count:
            insort(self._held, _Held(reduced.rows.first, now, reduced))
        return self._released()

    def give_up(self, ranges: Iterable[tuple[int, int]]) -> list[Reduced]:
        """Expect nothing for these events any more; return what can be shown now, in order."""
        for first, stop in ranges:
            self._absent.add(first, stop)
        return self._released()

    def tick(self, now: float) -> list[Reduced]:
        """Let time pass; return what can be shown now because a gap was waited for long enough."""
        shown: list[Reduced] = []
        while self._held and now - min(held.since for held in self._held) >= self.patience:
            self._skipped.add(self.next_seq, self._held[0].first)
            self.next_seq = self._held[0].first
            shown += self._released()
        return shown

    @property
    def waiting(self) -> int:
        """Events that have a row but wait for earlier ones."""
        return sum(held.reduced.rows.count for held in self._held)

    def _released(self) -> list[Reduced]:
        """Take out what is next, as far as there is no gap."""
        shown: list[Reduced] = []
        while True:
            self.next_seq = self._absent.end_from(self.next_seq)
            if not self._held or self._held[0].first > self.next_seq:
                self._absent.forget(self.next_seq)
                return shown
            reduced = self._held.pop(0).reduced
            self.next_seq = max(self.next_seq, reduced.rows.stop)
            shown.append(reduced)
