"""How late each stream of a live source is wont to be, and so how long an event waits for it. Pure."""

import math

HALF_LIFE_S = 5.0
"""A stream that was late and is no longer is waited for half as long after this time."""
MARGIN = 2.0
"""A stream is waited for so many times as long as it was late."""


class Lateness:
    """Learns from each arrival how long waiting is worth while.

    Whether a stream has anything for an event is known only when it comes, so a stream that brought what was waited for late is
    waited for; one that is silent, or always on time, is waited for less and less, down to ``least_s``.

    Parameters
    ----------
    least_s, most_s
        Limits of the wait; a stream of which nothing is known yet has the longest.
    """

    def __init__(self, least_s: float, most_s: float) -> None:
        self._least_s, self._most_s = least_s, most_s
        self._known: dict[int, tuple[float, float]] = {}

    def wait_s(self, stream: int, now: float) -> float:
        """Seconds that an event waits for a stream."""
        return min(self._most_s, max(self._least_s, MARGIN * self._late_s(stream, now)))

    def came(self, stream: int, after_s: float, now: float) -> None:
        """A stream brought something that others had waited for so long."""
        self._known[stream] = max(after_s, self._late_s(stream, now)), now

    def missed(self, stream: int, now: float) -> None:
        """A stream brought something when its time was over: how late it was nobody knows, but the wait was too short."""
        self._known[stream] = self.wait_s(stream, now), now

    def _late_s(self, stream: int, now: float) -> float:
        """The lateness to be expected."""
        late_s, at = self._known.setdefault(stream, (self._most_s / MARGIN, now))
        return late_s * math.exp2(-max(0.0, now - at) / HALF_LIFE_S)
