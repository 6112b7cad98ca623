"""How fast events come out, and how long each stage took: what the pages show of speed."""

from collections import deque

import numpy as np

from monitor.wire.rows import Reduced

WINDOW_S = 5.0
SAMPLES = 1024
STAGES = ("dispatch", "process", "order", "total")
"""From the source to the worker; in the worker; from there to the stream; all of it."""

COMMIT = "commit"
"""From the worker to the durable file; beside the way to the stream, which does not wait for it."""


class Rate:
    """Events per second over the last few seconds."""

    def __init__(self, window_s: float = WINDOW_S) -> None:
        self._window_s = window_s
        self._entries: deque[tuple[float, int]] = deque()
        self._sum = 0

    def add(self, count: int, now: float) -> None:
        """Count events that came out now."""
        if self._entries and now - self._entries[-1][0] < self._window_s / 100:
            self._entries[-1] = (self._entries[-1][0], self._entries[-1][1] + count)
        else:
            self._entries.append((now, count))
        self._sum += count

    def value(self, now: float) -> float:
        """Events per second; what came first in the window opens it and is not counted."""
        while self._entries and now - self._entries[0][0] > self._window_s:
            self._sum -= self._entries.popleft()[1]
        if len(self._entries) < 2:
            return 0.0
        opened, count = self._entries[0]
        return (self._sum - count) / max(now - opened, 1e-3)


class Latency:
    """Median and 99 % quantile of each stage over the newest batches, in seconds.

    A batch counts with the time of its first event, which waited longest.
    """

    def __init__(self, samples: int = SAMPLES) -> None:
        self._stream = _Samples(samples, len(STAGES))
        self._durable = _Samples(samples, 1)
        self._waiting: deque[tuple[int, float, int]] = deque()

    def add(self, reduced: Reduced, now: float) -> None:
        """Take note of rows that go out now; weights are events."""
        total = now - reduced.created
        row = (reduced.received - reduced.created, reduced.finished - reduced.received, now - reduced.finished, total)
        self._stream.add(row, reduced.rows.count)
        self._waiting.append((reduced.rows.stop, reduced.finished, reduced.rows.count))

    def committed(self, stop: int, now: float) -> None:
        """Everything before event ``stop`` is durable now."""
        while self._waiting and self._waiting[0][0] <= stop:
            _, finished, count = self._waiting.popleft()
            self._durable.add((now - finished,), count)

    def value(self) -> dict[str, list[float]]:
        """Stage to ``[median, 99 %]`` in seconds; without the stages that no batch has gone through."""
        return {**self._stream.quantiles(STAGES), **self._durable.quantiles((COMMIT,))}


class _Samples:
    """The newest times of some stages, each with the number of events it stands for."""

    def __init__(self, count: int, stages: int) -> None:
        self._times = np.zeros((count, stages))
        self._weights = np.zeros(count)
        self._next = 0

    def add(self, times: tuple[float, ...], events: int) -> None:
        self._times[self._next] = times
        self._weights[self._next] = events
        self._next = (self._next + 1) % len(self._times)

    def quantiles(self, names: tuple[str, ...]) -> dict[str, list[float]]:
        used = self._weights > 0
        if not used.any():
            return {}
        return {name: _quantiles(self._times[used, i], self._weights[used]) for i, name in enumerate(names)}


def _quantiles(times: np.ndarray, weights: np.ndarray) -> list[float]:
    """Weighted median and 99 % quantile: the smallest time that this share of the events did not exceed."""
    order = np.argsort(times)
    share = np.cumsum(weights[order]) / weights.sum()
    places = np.searchsorted(share, [0.5, 0.99], side="left")
    return [float(times[order[min(place, len(order) - 1)]]) for place in places]
