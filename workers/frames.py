"""One area detector at work: payloads to frames, frames to feature values, sums and pictures."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.errors import ConfigError
from monitor.model.column import Column
from monitor.model.sums import Sums
from monitor.running import split_name, state_of
from monitor.running.split import REST
from monitor.settings import Detector
from monitor.settings import Feature as FeatureSettings
from workers.chain import Chain
from workers.detectors.area import Layout
from workers.detectors.family import Read
from workers.features.feature import Feature, View, feature_from
from workers.payloads import Payloads
from workers.trouble import Trouble

SUM_KINDS = {"calib": "mean_image", "calib_max": "max_image"}
"""Running statistic behind each algorithm that the settings may name."""

DEFAULT_FEATURES = (FeatureSettings(kind="wholeFrame"),)


@dataclass(frozen=True, slots=True, eq=False)
class FrameView:
    """A picture for the pages.

    Attributes
    ----------
    image
        Assembled, float32, shape (rows, columns); NaN = bad, absent, or no pixel there.
    index
        For each place of the image the number of the frame's pixel, -1 = none; int32, the same array for the worker's whole life.
    seq
        Sequence number of the event.
    unit
        Unit of a pixel.
    rough
        The arrangement is known only roughly.
    """

    image: NDArray[np.float32]
    index: NDArray[np.int32]
    seq: int
    unit: str
    rough: bool


@dataclass(frozen=True, slots=True, eq=False)
class Frames:
    """Corrected frames of a batch.

    Attributes
    ----------
    events
        Event of each frame, shape (frames,), ascending.
    values
        Shape (frames, *shape), float32; NaN = bad or absent. Not written to any more.
    """

    events: NDArray[np.int64]
    values: NDArray[np.float32]


class AreaDetector:
    """A detector that is set up for one run: geometry, chain, features, sums."""

    def __init__(
        self, settings: Detector, layout: Layout, chain: Chain, trouble: Trouble, environment: Read | None = None
    ) -> None:
        self.name, self.settings, self._layout, self._chain = settings.name, settings, layout, chain
        self.environment = environment
        arrangement = layout.arrangement()
        self.index, self.rough = arrangement.index(), arrangement.rough
        self.view = View(
            name=settings.name,
            shape=layout.shape,
            unit=chain.unit,
            good=chain.good,
            x=arrangement.x(),
            y=arrangement.y(),
            index=self.index,
        )
        self.features = _features(settings, self.view, trouble)

    def frames(self, payloads: Payloads, trouble: Trouble) -> Frames:
        """Corrected frames; a payload that holds no panel at all is counted and left out."""
        if self._layout.unpack is not None:
            payloads = self._layout.unpack(payloads)
        panels = self._layout.panels(payloads)
        has = (panels >= 0).any(axis=1)
        trouble.note(f"{self.name}: frame of the wrong size", int((~has).sum()))
        entries = payloads.entries[has]
        values = self._chain.frames(panels[has], np.ascontiguousarray(entries["place"]), list(payloads.buffers))
        return Frames(np.ascontiguousarray(entries["event"]), values)

    def columns(self, frames: Frames, count: int, trouble: Trouble) -> list[Column]:
        """Values of all features; one that raises costs its fields of these events and is counted."""
        columns: list[Column] = []
        for feature in self.features:
            try:
                values = feature.process(frames.values)
                columns += [_column(feature, name, array, frames.events, count) for name, array in values.items()]
            except Exception as error:
                trouble.note(f"{feature.gives[0].name}: {type(error).__name__}: {error}", len(frames.events))
        return columns

    def sums(self, frames: Frames, light: Mapping[str, NDArray[np.bool_]]) -> Sums:
        """Running sums of these events alone, each event under its light state: see ``monitor.running.split``."""
        rest = np.ones(len(frames.events), bool)
        states: dict[str, NDArray[np.bool_]] = {}
        for state, lit in light.items():
            states[state] = lit[frames.events]
            rest &= ~states[state]
        sums = {}
        for algorithm in self.settings.sums:
            for state, chosen in {**states, REST: rest}.items():
                if chosen.any():
                    values = frames.values if chosen.all() else frames.values[chosen]
                    sums[split_name(f"{self.name}_{algorithm}", state)] = state_of(SUM_KINDS[algorithm], values)
        return sums

    def picture(self, frames: Frames, first: int) -> FrameView | None:
        """The newest frame, assembled; None if there is none."""
        if not len(frames.events):
            return None
        image = assemble(frames.values[-1], self.index)
        return FrameView(image, self.index, first + int(frames.events[-1]), self.view.unit, self.rough)


def assemble(frame: NDArray[Any], index: NDArray[np.int32]) -> NDArray[np.float32]:
    """Image of a frame in panel shape, float32; NaN where there is no pixel."""
    image = np.asarray(frame, np.float32).reshape(-1)[index]
    image[index < 0] = np.nan
    return image


def _features(settings: Detector, view: View, trouble: Trouble) -> tuple[Feature, ...]:
    """Features that can be set up; the others are counted by name."""
    features: list[Feature] = []
    names: set[str] = set()
    for wanted in settings.feature:
        if not wanted.enabled:
            continue
        try:
            feature = feature_from(wanted, view)
        except ConfigError as error:
            trouble.note(f"feature is off: {error}")
            continue
        mine = {field.name for field in feature.gives}
        if mine & names:
            trouble.note(f"feature is off: {min(mine & names)} is given by another feature; use another name")
            continue
        names |= mine
        features.append(feature)
    return tuple(features)


def _column(feature: Feature, name: str, values: NDArray[Any], events: NDArray[np.int64], count: int) -> Column:
    """Values of some events as a column of all ``count`` events."""
    field = next(field for field in feature.gives if field.name == name)
    if len(events) == count:
        return Column(field, values.astype(field.dtype, copy=False))
    spread = np.zeros((count, *field.shape), field.dtype)
    spread[events] = values
    present = np.zeros(count, bool)
    present[events] = True
    return Column(field, spread, present)
