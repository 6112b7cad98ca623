"""What of some settings cannot be used on frames of a known shape, found out before any event has these settings."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from monitor.errors import ConfigError
from monitor.settings import Detector, Settings
from workers.features.feature import split
from workers.features.tree import grown
from workers.features.view import NotKnown, View
from workers.mask import mask_for

Shapes = Mapping[str, tuple[tuple[int, ...], tuple[int, ...]]]


def misfits(settings: Settings, frames: Shapes) -> list[str]:
    """One sentence for each mask, and each feature, that cannot be set up on its detector's frames.

    Of features that need to know where the pixels are nothing is said.

    Parameters
    ----------
    settings
        The whole set-up.
    frames
        Detector to the shape of a frame, panels first, and that of its image.
    """
    return [text for each in settings.detector if each.name in frames for text in _of(each, *frames[each.name])]


def _of(detector: Detector, shape: tuple[int, ...], image: tuple[int, ...]) -> Iterator[str]:
    """Sentences about one detector."""
    try:
        mask_for(detector.mask, {}, shape)
    except ConfigError as error:
        yield str(ConfigError(error.why, key=f"detector.{detector.name}.{error.key or 'mask'}"))
    view = _view(detector.name, shape, image)
    for feature in split(detector.feature, f"detector.{detector.name}"):
        try:
            grown(feature, view)
        except ConfigError as error:
            if not isinstance(error.__cause__, NotKnown):
                yield str(error)


def _view(name: str, shape: tuple[int, ...], image: tuple[int, ...]) -> View:
    """Frames of this shape, of which nothing else is known: no pixel is bad, and noise and gain are those of any."""
    known: dict[str, Any] = {key: np.ones(shape, np.float32) for key in ("rms", "gain")}
    index = np.resize(np.arange(np.prod(shape), dtype=np.int32), image)
    return View(name=name, shape=shape, unit="", good=np.ones(shape, bool), index=index, **known)
