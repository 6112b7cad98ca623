"""Whether what a live source sends comes in its turn: else what is late or comes twice would become events of its own. Pure."""

from collections import deque

REMEMBERED = 4096
"""Numbers of newest events of a stream that are told apart: late ones from those that come twice."""

GAPS = 256
"""Gaps remembered, so that the further parts of an event of which the first is missing are not taken for another event."""

Fate = str
IN_TURN: Fate = ""
LATE: Fate = "late from the source"
TWICE: Fate = "twice from the source"


class Turn:
    """Follows the numbers of the events that a sender counts.

    Attributes
    ----------
    expected
        Number of the next event.
    """

    def __init__(self, first: int) -> None:
        self.expected = first
        self._floor = first
        self._newest: dict[int, int] = {}
        self._seen: dict[int, deque[int]] = {}
        self._gaps: deque[tuple[int, int]] = deque(maxlen=GAPS)

    def missed(self, n: int) -> int:
        """Events before ``n`` that never came; they count as gone from now on."""
        count = max(0, n - self.expected)
        if count:
            self._gaps.append((self.expected, n))
            self.expected = n
        return count

    def event(self, stream: int, number: int, *, first: bool) -> Fate:
        """What to do with the part of event ``number`` that a stream brings; ``first``: the event begins with it."""
        seen = self._seen.setdefault(stream, deque(maxlen=REMEMBERED))
        if self._is_past(stream, number, first=first):
            return TWICE if number in seen else LATE
        seen.append(number)
        self._newest[stream] = number
        self.expected = max(self.expected, number + 1)
        return IN_TURN

    def transition(self) -> None:
        """What belongs to events before it comes too late from here on."""
        self._floor = self.expected

    def _is_past(self, stream: int, number: int, *, first: bool) -> bool:
        """Whether later events, or the loss of this one, were told already."""
        if first:
            return number < self.expected
        passed = number <= self._newest.get(stream, -1) or number < self._floor
        return passed or any(start <= number < stop for start, stop in self._gaps)
