"""Shapes of the frames that workers have seen, by which settings that cannot fit are refused before they come into force."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from monitor.reader.dispatch.pool import Worker
from monitor.settings import Settings

MOST_AXES, LARGEST = 8, 1 << 28
"""What a shape may be; what a worker says is checked like everything that comes over a socket."""

Shapes = Mapping[str, tuple[tuple[int, ...], tuple[int, ...]]]
"""Detector to the shape of a frame, panels first, and that of its image."""


Fits = Callable[[Settings, Settings, Shapes], object]
"""Raises ``ConfigError`` where settings (second) do not fit the frames although those before (first) did."""


def anything_fits(former: Settings, settings: Settings, frames: Shapes) -> None:
    """Refuse nothing."""


def shapes_of(workers: Iterable[Worker]) -> Shapes:
    """What the workers' signs of life say; nothing of a detector that no worker has seen."""
    found: dict[str, tuple[tuple[int, ...], tuple[int, ...]]] = {}
    for worker in workers:
        told = worker.stats.get("frames") if isinstance(worker.stats, Mapping) else None
        for name, entry in (told if isinstance(told, Mapping) else {}).items():
            shape, image = (_shape(entry.get(key)) if isinstance(entry, Mapping) else () for key in ("shape", "image"))
            if isinstance(name, str) and shape and len(image) == 2:
                found[name] = shape, image
    return found


def _shape(given: Any) -> tuple[int, ...]:
    """Lengths of axes; empty if they are none."""
    if not isinstance(given, list | tuple) or len(given) > MOST_AXES:
        return ()
    good = all(isinstance(length, int) and 0 < length <= LARGEST for length in given)
    return tuple(given) if good else ()
