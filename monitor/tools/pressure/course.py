"""The course of a live run: one kind of pressure after the other, and how the service stands meanwhile."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from monitor.tools.look import Watcher
from monitor.tools.pressure.strain import KINDS, strain

TURN_S = 0.1

SAMPLES = 60
"""Lines of the table of memory."""

LONGEST_STRETCH_S = 60.0
"""A kind of pressure lasts at most so long; then comes the next, and after the last the first again."""

WARM = 0.4
"""Share of the run after which memory must not grow any more."""

GROWTH_BYTES = 48 << 20
"""Growth of one process that is taken for more than chance: buffers of sockets and histories come and go."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """The service at some second: kind of pressure, rates in and out, losses, waiting rows, bytes by process."""

    second: float
    kind: str
    rate_in: float
    rate_out: float
    lost: int
    waiting: int
    memory: Mapping[str, int]


class Course:
    """Follows a service.

    Parameters
    ----------
    supervisor
        Process id of the service.
    watcher
        Hears its status.
    output, stream
        Where its file is, and its stream.
    """

    def __init__(self, supervisor: int, watcher: Watcher, output: Path, stream: str) -> None:
        self._supervisor, self._watcher, self._output, self._stream = supervisor, watcher, output, stream

    def follow(self, seconds: float, goes_on: Callable[[], bool], tell: Callable[[Sample], None]) -> list[Sample]:
        """Put the service under each kind of pressure in turn for about so many seconds; what was seen."""
        samples: list[Sample] = []
        begun = time.monotonic()
        stretch, pause = min(LONGEST_STRETCH_S, seconds / len(KINDS)), seconds / SAMPLES
        while goes_on():
            kind = KINDS[int((time.monotonic() - begun) / stretch) % len(KINDS)]
            with ExitStack() as stack:
                stack.enter_context(strain(kind, self._supervisor, self._output, self._stream))
                end = time.monotonic() + stretch
                while goes_on() and time.monotonic() < end:
                    time.sleep(TURN_S)
                    self._watcher.poll()
                    now = time.monotonic() - begun
                    if now >= pause * (len(samples) + 1):
                        samples.append(sample_of(self._watcher.status, now, kind))
                        tell(samples[-1])
        return samples


def sample_of(status: Mapping[str, Any], second: float, kind: str) -> Sample:
    """How a service stands, by its status."""
    processes = status.get("processes") or {}
    return Sample(
        second=second,
        kind=kind,
        rate_in=float((status.get("reader") or {}).get("rate", 0.0)),
        rate_out=float(status.get("rate", 0.0)),
        lost=int(status.get("lost", 0)),
        waiting=int(status.get("waiting", 0)),
        memory={name: int(entry.get("memory", -1)) for name, entry in processes.items()},
    )


def growth(samples: Sequence[Sample]) -> Iterator[str]:
    """Processes that had clearly more memory at the end than when they were warm; medians of the two halves of the rest."""
    warm = samples[int(len(samples) * WARM) :]
    half = len(warm) // 2
    for name in warm[-1].memory if half else ():
        before, after = (_median([sample.memory.get(name, -1) for sample in part]) for part in (warm[:half], warm[half:]))
        if 0 < before < after - GROWTH_BYTES:
            yield f"{name} has grown from {before >> 20} to {after >> 20} MiB"


def _median(sizes: Sequence[int]) -> int:
    """The middle one of the sizes that are known; -1 if none is."""
    known = sorted(size for size in sizes if size >= 0)
    return known[len(known) // 2] if known else -1
