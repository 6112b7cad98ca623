"""What of some settings cannot be used on frames of a known shape, found out before any event has these settings."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from monitor.errors import ConfigError
from monitor.model.frame_shape import FrameShape
from monitor.settings import CONSTANTS_RAW, GEOMETRY_ROUGH, Detector, Feature, Settings
from workers.features.feature import key_of, split
from workers.features.tree import Branch, given_twice, grown
from workers.features.view import NotKnown, View
from workers.mask import mask_for

Shapes = Mapping[str, FrameShape]
ENOUGH = 1 << 18
"""Pixels that stand for those of a larger frame where only their places count: angles of 2.3 million take a second."""


def misfits(settings: Settings, frames: Shapes, former: Settings | None = None) -> list[str]:
    """One sentence for each file that is not there, and each mask and feature that cannot be set up on its detector's frames.

    Where other constants or another geometry come with the settings nothing is said of what would need to know them.

    Parameters
    ----------
    settings
        The whole set-up.
    frames
        What was seen of each detector, by name; of others only their files are looked at.
    former
        Settings in force when that was seen; what is the same in both is left out, so that a change costs no more than what it
        changes. None = the settings themselves, and nothing is left out.
    """
    before = {} if former is None else {each.name: each for each in former.detector}
    return [
        text
        for each in settings.detector
        if each != before.get(each.name)
        for text in (_lacking(each) or (_of(each, frames[each.name], before.get(each.name)) if each.name in frames else ()))
    ]


def _lacking(detector: Detector) -> list[str]:
    """Sentences about files that are named and not there."""
    named = {"geometry": "" if detector.geometry == GEOMETRY_ROUGH else detector.geometry, "mask.file": detector.mask.file}
    return [
        str(ConfigError(f"there is no file {path}", key=f"detector.{detector.name}.{key}"))
        for key, path in named.items()
        if path and not Path(path).is_file()
    ]


def _of(detector: Detector, seen: FrameShape, before: Detector | None) -> Iterator[str]:
    """Sentences about one detector."""
    if not detector.field:
        try:
            mask_for(detector.mask, {}, seen.shape)
        except ConfigError as error:
            yield str(ConfigError(error.why, key=f"detector.{detector.name}.{error.key or 'mask'}"))
    view, placed = _view(detector, seen, before)
    fresh, same = _features(detector, before)
    branches: list[Branch] = []
    for feature in fresh:
        try:
            branch = _grown(feature, view, seen if placed else None)
        except ConfigError as error:
            if placed or not isinstance(error.__cause__, NotKnown):
                yield str(error)
            continue
        others = (*branches, *_beside(feature, same, view))
        if twice := given_twice(branch, others):
            yield str(ConfigError(f"{twice} is given by another feature; use another name", key=key_of(feature, detector.name)))
        branches.append(branch)


def _grown(feature: Feature, view: View, seen: FrameShape | None) -> Branch:
    """A feature set up on frames; on pixels with places only where it cannot do without, and if they are known."""
    try:
        return grown(feature, view)
    except ConfigError as error:
        if seen is None or not {"x", "y"} <= seen.known.keys() or not isinstance(error.__cause__, NotKnown):
            raise
    count = int(np.prod(seen.shape))
    if count <= ENOUGH or feature.feature or _has_arrays(feature):
        return grown(feature, replace(view, **_places(seen, seen.shape)))
    few = (ENOUGH,)
    known: dict[str, Any] = {key: np.ones(few, np.float32) for key in ("rms", "gain") if getattr(view, key) is not None}
    return grown(feature, View(name=view.name, shape=few, unit="", good=np.ones(few, bool), **_places(seen, few), **known))


def _has_arrays(feature: Feature) -> bool:
    """Whether a parameter could have a number for each pixel: nested lists, or a file."""
    given = (feature.model_extra or {}).values()
    return any(isinstance(value, str) or (isinstance(value, list | tuple) and np.ndim(value[:1]) > 1) for value in given)


def _features(detector: Detector, before: Detector | None) -> tuple[list[Feature], list[Feature]]:
    """Features that are new or stand on something new, and those that are as they were."""
    every = list(split(detector.feature, f"detector.{detector.name}"))
    if before is None or detector.model_copy(update={"feature": before.feature}) != before:
        return every, []
    known = list(split(before.feature, f"detector.{detector.name}"))
    return [each for each in every if each not in known], [each for each in every if each in known]


def _beside(feature: Feature, others: list[Feature], view: View) -> Iterator[Branch]:
    """Those of the others whose fields could have the names of this one's."""
    for other in others:
        if not (feature.name and other.name) or feature.name.startswith(other.name) or other.name.startswith(feature.name):
            try:
                yield grown(other, view)
            except ConfigError:
                # It gives no field, and why was said when it came.
                continue


def _view(detector: Detector, seen: FrameShape, before: Detector | None) -> tuple[View, bool]:
    """Frames as they were seen, every pixel good and without a place; and whether the settings leave pixels where they were."""
    moved = before is not None and detector.geometry != before.geometry
    other = before is not None and (detector.constants, detector.source) != (before.constants, before.source)
    noise = () if detector.constants == CONSTANTS_RAW else ("rms", "gain") if other else tuple(seen.known)
    known: dict[str, Any] = {key: np.ones(seen.shape, np.float32) for key in ("rms", "gain") if key in noise}
    view = View(name=detector.name, shape=seen.shape, unit="", good=np.ones(seen.shape, bool), **known)
    if seen.image:
        view = replace(view, index=np.resize(np.arange(np.prod(seen.shape), dtype=np.int32), seen.image))
    return view, not moved


def _places(seen: FrameShape, shape: tuple[int, ...]) -> dict[str, Any]:
    """Pixels spread evenly over where the detector's are: they reach as far as these, to about their distance."""
    count = int(np.prod(shape))
    (top, bottom), (left, right) = seen.known["x"], seen.known["y"]
    high, wide = max(bottom - top, 1.0), max(right - left, 1.0)
    rows = int(np.clip(round(np.sqrt(count * high / wide)), 1, count))
    columns = count // rows
    number = np.minimum(np.arange(count), rows * columns - 1)
    found = {
        "x": np.linspace(top, bottom, rows)[number // columns],
        "y": np.linspace(left, right, columns)[number % columns],
    }
    if "z" in seen.known:
        found["z"] = np.array(seen.known["z"])[number % 2]
    return {name: values.reshape(shape) for name, values in found.items()}
