"""What a worker says of itself in its heartbeats: cumulated figures, and how busy it was lately."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import psutil

TEXTS = 50
"""Most trouble texts in a heartbeat; the aggregator has them all."""


@dataclass
class Stats:
    """Counts since the start of the process; ``busy`` and ``ms`` are of the time since the last report.

    Attributes
    ----------
    events, batches
        Worked off.
    trouble
        Text to count.
    """

    events: int = 0
    batches: int = 0
    trouble: dict[str, int] = field(default_factory=dict)
    _spent: dict[str, float] = field(default_factory=dict)
    _done: int = 0
    _since: float = 0.0

    def spend(self, stage: str, seconds: float) -> None:
        """A stage (resolve, process, send) took this long."""
        self._spent[stage] = self._spent.get(stage, 0.0) + seconds

    def add(self, events: int, trouble: Mapping[str, int]) -> None:
        """A batch is worked off."""
        self.events += events
        self.batches += 1
        self._done += 1
        for text, count in trouble.items():
            if text in self.trouble or len(self.trouble) < TEXTS:
                self.trouble[text] = self.trouble.get(text, 0) + count

    def report(self, now: float) -> dict[str, Any]:
        """Everything as a plain map; begins a new interval.

        ``busy`` is the share of the interval spent on batches, ``ms`` maps stage to milliseconds per batch, ``memory`` is the
        resident size in bytes.
        """
        interval, spent, done = now - self._since, self._spent, self._done
        self._spent, self._done, self._since = {}, 0, now
        return {
            "events": self.events,
            "batches": self.batches,
            "busy": min(1.0, sum(spent.values()) / interval) if interval > 0 else 0.0,
            "ms": {stage: 1e3 * seconds / max(done, 1) for stage, seconds in spent.items()},
            "trouble": dict(self.trouble),
            "memory": psutil.Process().memory_info().rss,
        }
