"""One area detector at work: payloads to frames, frames to feature values, sums and pictures."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.calib.constants import Constants
from monitor.model.column import Column
from monitor.model.field import Field
from monitor.model.frame_shape import FrameShape
from monitor.model.sums import Sums
from monitor.settings import Detector
from monitor.settings import Feature as FeatureSettings
from workers.assembly import Assembly
from workers.chain import Chain
from workers.corrections.common_mode.algorithm import Record
from workers.detectors.area import Layout
from workers.detectors.family import Read
from workers.features.data import Context
from workers.features.tree import branches, column_of
from workers.features.view import View
from workers.payloads import Payloads
from workers.sums import Shots, algorithm_from, sums_of
from workers.trouble import Trouble

SLOW = "intg"
"""Group of detectors that integrate over many events (small-data convention of LCLS-II)."""

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
    record
        What the common mode tells, by name: shape (frames, panels, ...), NaN = nothing was taken off.
    """

    events: NDArray[np.int64]
    values: NDArray[np.float32]
    record: Record


class AreaDetector:
    """A detector that is set up for one run: geometry, chain, features, sums."""

    def __init__(
        self,
        settings: Detector,
        layout: Layout,
        chain: Chain,
        constants: Constants,
        trouble: Trouble,
        environment: Read | None = None,
    ) -> None:
        self.name, self.settings, self._layout, self._chain = settings.name, settings, layout, chain
        self._constants, self.environment = constants, environment
        self._algorithms = tuple(algorithm_from(name, key=f"detector.{self.name}.sums") for name in settings.sums)
        arrangement = layout.arrangement()
        self.index, self.rough = arrangement.index(), arrangement.rough
        self._assembly = Assembly.of(arrangement, self.index, mean=settings.shared_places == "mean")
        self.view = View(
            name=settings.name,
            shape=layout.shape,
            unit=chain.unit,
            good=chain.good,
            x=arrangement.x(),
            y=arrangement.y(),
            index=self.index,
            image_place=None if arrangement.canvases else arrangement.rows * np.int32(self.index.shape[1]) + arrangement.columns,
            z=arrangement.z,
            area=arrangement.area,
            rms=_first_range(constants.get("pixel_rms"), layout.shape),
            gain=_first_range(constants.get("pixel_gain"), layout.shape),
        )
        self.seen = seen_in(self.view, self.index.shape)
        self.branches = branches(settings.feature, self.view, trouble)

    @property
    def config(self) -> Mapping[str, NDArray[Any]]:
        """What the rows of this detector are made with, by path below ``UserDataCfg``; names of small-data files."""
        known: dict[str, NDArray[Any]] = {"mask": self.view.good.astype(np.uint8), "imgShape": np.array(self.index.shape)}
        known |= {"ped": self._constants["pedestals"]} if "pedestals" in self._constants else {}
        known |= {name: array for name in ("x", "y", "z", "rms", "gain") if (array := getattr(self.view, name)) is not None}
        config = {f"{self.name}/{key}": array for key, array in known.items()}
        for branch in self.branches:
            config |= branch.config()
        return config

    def frames(self, payloads: Payloads, trouble: Trouble) -> Frames:
        """Corrected frames; a payload that holds no panel at all is counted and left out."""
        if self._layout.unpack is not None:
            payloads = self._layout.unpack(payloads)
        panels = self._layout.panels(payloads)
        has = (panels >= 0).any(axis=1)
        trouble.note(f"{self.name}: frame of the wrong size", int((~has).sum()))
        entries = payloads.entries[has]
        events, places = np.ascontiguousarray(entries["event"]), np.ascontiguousarray(entries["place"])
        return self.corrected(events, panels[has], places, list(payloads.buffers))

    def corrected(
        self,
        events: NDArray[np.int64],
        panels: NDArray[np.int64],
        places: NDArray[np.int64],
        buffers: list[NDArray[np.uint8]],
    ) -> Frames:
        """Corrected frames of panels that were found.

        Parameters
        ----------
        events
            Event of each frame, shape (frames,), ascending.
        panels
            First byte of each panel, shape (frames, panels); -1 = absent.
        places
            Which buffer each frame is in, shape (frames,).
        buffers
            Bytes.
        """
        made = self._chain.corrected(panels, places, buffers)
        return Frames(events, made.frames, made.record)

    def columns(self, frames: Frames, columns: Mapping[str, Column], count: int, trouble: Trouble) -> list[Column]:
        """Values of all features; where one raises, the event has none of its fields and that is counted.

        Parameters
        ----------
        columns
            What is known of the batch's events so far.
        count
            Events of the batch.
        """
        context = Context(frames.events, columns)
        filled = (part for branch in self.branches for part in branch.run(frames.values, context, trouble))
        found = [*self._told(frames, count), *(column_of(part, count) for part in filled)]
        return [_slow(column) for column in found] if self.settings.integrating else found

    def _told(self, frames: Frames, count: int) -> Iterator[Column]:
        """What the common mode tells, as ``<detector>_env/<name>``."""
        for name, values in frames.record.items():
            field = Field(name=f"{self.name}_env/{name}", dtype=values.dtype, shape=values.shape[1:])
            spread = np.full((count, *field.shape), np.nan, field.dtype)
            present = np.zeros(count, bool)
            spread[frames.events], present[frames.events] = values, True
            yield Column(field, spread, present)

    def sums(self, frames: Frames, shots: Shots) -> Sums:
        """Running sums of these events alone; ``shots`` speaks of the frames, not of the batch."""
        return sums_of(self.name, self._algorithms, frames.values, shots, self.index)

    def picture(self, frames: Frames, first: int) -> FrameView | None:
        """The newest frame, assembled; None if there is none."""
        if not len(frames.events):
            return None
        image = self._assembly.image(frames.values[-1])
        return FrameView(image, self.index, first + int(frames.events[-1]), self.view.unit, self.rough)


def seen_in(view: View, image: tuple[int, ...] = ()) -> FrameShape:
    """What settings for such frames are held against."""
    ranges = {}
    for name in ("x", "y", "z", "rms", "gain"):
        values = getattr(view, name)
        if values is not None and not np.isfinite(values.sum()):
            values = values[np.isfinite(values)]
        if values is not None and values.size:
            ranges[name] = float(values.min()), float(values.max())
    return FrameShape(shape=view.shape, image=image, known=ranges)


def _slow(column: Column) -> Column:
    """The same values in the group of slow detectors."""
    return replace(column, field=replace(column.field, aligned=SLOW))


def _first_range(constants: NDArray[Any] | None, shape: tuple[int, ...]) -> NDArray[np.float32] | None:
    """Constants of the first gain range in the shape of a frame; None if there are none that fit."""
    if constants is None or constants.size % math.prod(shape):
        return None
    first: NDArray[np.float32] = np.asarray(constants, np.float32).reshape(-1, *shape)[0]
    return first
