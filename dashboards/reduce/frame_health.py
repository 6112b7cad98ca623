"""What a frame says about its detector: dark level, noise, hot, dead and saturated pixels."""

from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from dashboards.snapshot import Picture

MOST_PIXELS = 250_000
"""Pixels from which level and noise are estimated; counts are of all."""

HOT_SIGMAS = 20.0
SIGMA_OF_MAD = 1.4826


@dataclass(frozen=True, slots=True)
class FrameHealth:
    """Numbers of one frame, in its unit.

    Attributes
    ----------
    level
        Median of the good pixels: what is left of dark level and common mode where most pixels see no light.
    noise
        Their spread, 1.4826 times the median distance from the median.
    hot
        Pixels more than ``HOT_SIGMAS`` times the noise above the level; of a mean image these are hot, or Bragg peaks that stay.
    largest
        Largest pixel.
    masked
        Share of the image without a good pixel; gaps between panels count too.
    pixels
        Good pixels.
    """

    level: float
    noise: float
    hot: int
    largest: float
    masked: float
    pixels: int


_HEALTH: WeakKeyDictionary[Picture, FrameHealth] = WeakKeyDictionary()
_SATURATED: WeakKeyDictionary[Picture, dict[float, int]] = WeakKeyDictionary()
"""What is known of pictures that somebody still has: a frame must not stay in memory for its numbers."""


def frame_health(picture: Picture) -> FrameHealth:
    """Numbers of a picture, made once for all who look."""
    found = _HEALTH.get(picture)
    if found is None:
        found = _HEALTH[picture] = _health_of(picture.image)
    return found


def saturated(picture: Picture, limit: float) -> int:
    """Pixels at or above a limit."""
    counts = _SATURATED.setdefault(picture, {})
    if limit not in counts:
        with np.errstate(invalid="ignore"):
            counts[limit] = int((picture.image >= limit).sum())
    return counts[limit]


def _health_of(image: NDArray[Any]) -> FrameHealth:
    good = image[np.isfinite(image)]
    if not len(good):
        return FrameHealth(float("nan"), float("nan"), 0, float("nan"), 1.0, 0)
    some = good[:: -(-len(good) // MOST_PIXELS)].astype(np.float64)
    level = float(np.median(some))
    noise = SIGMA_OF_MAD * float(np.median(np.abs(some - level)))
    hot = int((good > level + HOT_SIGMAS * noise).sum()) if noise > 0 else 0
    return FrameHealth(level, noise, hot, float(good.max()), 1 - len(good) / image.size, len(good))
