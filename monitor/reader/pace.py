"""Releases recorded events at a steady rate: each has its time on a schedule, so that no error adds up."""

import math


class Pace:
    """The schedule of a replay.

    Parameters
    ----------
    rate
        Events per second; 0 = no schedule, everything is due.
    """

    def __init__(self, rate: float) -> None:
        self.rate = rate
        self.released = 0
        self._start: float | None = None

    @property
    def begun(self) -> bool:
        """Whether the schedule has started."""
        return self._start is not None

    def due(self, now: float) -> int | None:
        """Events that are due and not released; the schedule starts with the first call. None: as many as wanted."""
        if not self.rate:
            return None
        if self._start is None:
            self._start = now
        return max(0, math.floor((now - self._start) * self.rate) + 1 - self.released)

    def wait_s(self, now: float) -> float:
        """Seconds until the next event is due; infinite without a schedule, or before it starts."""
        if not self.rate or self._start is None:
            return math.inf
        return max(0.0, self._start + self.released / self.rate - now)

    def lag(self, now: float) -> float:
        """Seconds by which the next event is behind its time; 0 if it is not."""
        if not self.rate or self._start is None:
            return 0.0
        return max(0.0, now - self._start - self.released / self.rate)

    def release(self, count: int) -> None:
        """So many events left."""
        self.released += count
