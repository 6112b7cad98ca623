"""Sets of sequence numbers as sorted, disjoint, half-open ranges: what is there, what is missing, what is twice."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator

Range = tuple[int, int]
"""Half open: first, stop."""


class Ranges:
    """A set of whole numbers that mostly lie side by side; memory goes with the number of gaps, not of members.

    >>> held = Ranges()
    >>> held.add(0, 10), held.add(20, 30), held.add(5, 25)
    ([(0, 10)], [(20, 30)], [(10, 20)])
    >>> list(held)
    [(0, 30)]
    """

    def __init__(self) -> None:
        self._firsts: list[int] = []
        self._stops: list[int] = []

    def __iter__(self) -> Iterator[Range]:
        return iter(zip(self._firsts, self._stops, strict=True))

    def __len__(self) -> int:
        """How many numbers are in the set."""
        return sum(self._stops) - sum(self._firsts)

    def add(self, first: int, stop: int) -> list[Range]:
        """Put a range in; return the parts of it that were not there before, in order."""
        new = self.missing(first, stop)
        if not new:
            return new
        # Ranges that overlap or touch become one.
        a = bisect_left(self._stops, first)
        b = bisect_right(self._firsts, stop)
        if a < b:
            first, stop = min(first, self._firsts[a]), max(stop, self._stops[b - 1])
        self._firsts[a:b] = [first]
        self._stops[a:b] = [stop]
        return new

    def missing(self, first: int, stop: int) -> list[Range]:
        """Parts of a range that are not in the set, in order."""
        gaps = []
        at = first
        for i in range(bisect_right(self._stops, first), len(self._firsts)):
            if self._firsts[i] >= stop:
                break
            if self._firsts[i] > at:
                gaps.append((at, self._firsts[i]))
            at = self._stops[i]
        if at < stop:
            gaps.append((at, stop))
        return gaps

    def covers(self, first: int, stop: int) -> bool:
        """Whether every number of a range is in the set; true for an empty range."""
        return not self.missing(first, stop)

    def touches(self, first: int, stop: int) -> bool:
        """Whether any number of a range is in the set."""
        i = bisect_right(self._stops, first)
        return first < stop and i < len(self._firsts) and self._firsts[i] < stop

    def within(self, first: int, stop: int) -> list[Range]:
        """Parts of a range that are in the set, in order."""
        present = []
        for i in range(bisect_right(self._stops, first), len(self._firsts)):
            if self._firsts[i] >= stop:
                break
            present.append((max(first, self._firsts[i]), min(stop, self._stops[i])))
        return present

    def end_from(self, number: int) -> int:
        """First number from ``number`` on that is not in the set."""
        i = bisect_right(self._stops, number)
        return self._stops[i] if i < len(self._firsts) and self._firsts[i] <= number else number

    def forget(self, stop: int) -> None:
        """Take out every number below ``stop``."""
        n = bisect_right(self._stops, stop)
        del self._firsts[:n], self._stops[:n]
        if self._firsts and self._firsts[0] < stop:
            self._firsts[0] = stop
