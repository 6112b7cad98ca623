"""Shapes of the frames that workers have seen, by which settings that cannot fit are refused before they come into force."""

import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from monitor.model.frame_shape import FrameShape
from monitor.reader.dispatch.pool import Worker
from monitor.settings import Settings

MOST_AXES, LARGEST = 8, 1 << 28
"""What a shape may be; what a worker says is checked like everything that comes over a socket."""

Shapes = Mapping[str, FrameShape]
"""By name of the detector."""


Fits = Callable[[Settings, Settings, Shapes], object]
"""Raises ``ConfigError`` where settings (second) do not fit the frames although those before (first) did."""


def anything_fits(former: Settings, settings: Settings, frames: Shapes) -> None:
    """Refuse nothing."""


def shapes_of(workers: Iterable[Worker]) -> Shapes:
    """What the workers' signs of life say; nothing of a detector that no worker has seen."""
    found: dict[str, FrameShape] = {}
    for worker in workers:
        told = worker.stats.get("frames") if isinstance(worker.stats, Mapping) else None
        for name, entry in (told if isinstance(told, Mapping) else {}).items():
            shape = _frame_shape(entry)
            if isinstance(name, str) and shape is not None:
                found[name] = shape
    return found


def _frame_shape(entry: Any) -> FrameShape | None:
    """What a worker says of one detector; None if that cannot be."""
    if not isinstance(entry, Mapping):
        return None
    shape, image = _lengths(entry.get("shape")), _lengths(entry.get("image"))
    if not shape or math.prod(shape) > LARGEST or image is None or len(image) not in (0, 2):
        return None
    known = entry.get("known", {})
    if not isinstance(known, Mapping) or not all(map(_is_range, known.values())):
        return None
    ranges = {str(name): (float(low), float(high)) for name, (low, high) in known.items()}
    return FrameShape(shape=shape, image=image, known=ranges)


def _lengths(given: Any) -> tuple[int, ...] | None:
    """Lengths of axes; None if they are none."""
    if not isinstance(given, list | tuple) or len(given) > MOST_AXES:
        return None
    good = all(isinstance(length, int) and 0 < length <= LARGEST for length in given)
    return tuple(given) if good else None


def _is_range(given: Any) -> bool:
    """Whether it is a lowest and a highest number."""
    pair = isinstance(given, list | tuple) and len(given) == 2 and all(isinstance(value, int | float) for value in given)
    return pair and all(map(math.isfinite, given)) and given[0] <= given[1]
