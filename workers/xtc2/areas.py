"""Area detectors of LCLS-II at work: the chains, features and sums of both generations on panels that come as segments."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from monitor.errors import ConfigError, DamagedData
from monitor.model.batch import Batch
from monitor.model.run_state import RunState
from monitor.settings import Detector, Settings
from workers.chain import Chain
from workers.constants import MissingConstants, constants_for
from workers.detectors.area import Layout, plain_arrangement, stacked_arrangement
from workers.frames import AreaDetector, Frames
from workers.geometry import arranged
from workers.mask import mask_for
from workers.others import other_detector
from workers.payloads import Payloads
from workers.run_view import Source, safe_name
from workers.trouble import Trouble
from workers.xtc2.frame_family import FrameFamily, frame_family
from workers.xtc2.panels import field_number, first_shape, panels_of, unpacked
from workers.xtc2.payloads import Group
from workers.xtc2.view import View

PIXELS = ("u1", "<u2", "<i2")
"""Types of raw pixels that the chains know."""
PIXEL_LIMIT = 1 << 26


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """A batch and what holds for it."""

    batch: Batch
    buffers: Sequence[NDArray[np.uint8]]
    groups: Sequence[Group]
    state: RunState
    view: View
    trouble: Trouble


@dataclass(frozen=True, slots=True, eq=False)
class Made:
    """A detector that is set up, or could not be: ``shape`` is that of a segment's frame, ``made_from`` what it depends on."""

    made_from: object
    detector: AreaDetector | None
    shape: tuple[int, ...]


class Areas:
    """Area detectors that are set up, kept over run states as long as nothing of theirs changes.

    Parameters
    ----------
    settings
        The whole set-up; with no detector in it every one is wanted.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._wanted = [detector for detector in settings.detector if not detector.field]
        self._made: dict[str, Made] = {}
        self._told: set[tuple[str, int, str]] = set()

    @property
    def made(self) -> list[AreaDetector]:
        """Those that are set up, by name."""
        return [made.detector for _, made in sorted(self._made.items()) if made.detector is not None]

    def unmatched(self, state: RunState, view: View) -> list[str]:
        """Detectors of the settings that are none of the run's, each said once per run."""
        texts = []
        for detector in self._wanted:
            told = (state.experiment, state.run, detector.name)
            if view.detectors and told not in self._told and not any(_means(detector, name) for name in view.detectors):
                self._told.add(told)
                texts.append(f"{detector.name}: this run has no source {detector.source or detector.name!r}")
        return texts

    def frames(self, scene: Scene) -> list[tuple[AreaDetector, Frames]]:
        """Corrected frames of all area detectors that are wanted and have some in this batch."""
        by_detector: dict[tuple[str, str], list[Group]] = {}
        for group in scene.groups:
            by_detector.setdefault((group.names.det_name, group.names.algorithm), []).append(group)
        found = []
        for (name, algorithm), groups in by_detector.items():
            family, wanted = frame_family(groups[0].names.det_type, algorithm), self._settings_of(name)
            if family is None or wanted is None:
                continue
            made = self._detector(name, wanted, family, groups, scene)
            if made is None or made.detector is None:
                continue
            segments = scene.view.segments[name, algorithm]
            panels = panels_of(
                groups, segments, family.frame, made.shape, scene.buffers, scene.batch.count, wanted.name, scene.trouble
            )
            if family.packing is not None:
                panels = unpacked(panels, family.packing)
            if len(panels.events):
                found.append((made.detector, made.detector.corrected(*panels.parts)))
        return found

    def _detector(self, name: str, wanted: Detector, family: FrameFamily, groups: Sequence[Group], scene: Scene) -> Made | None:
        """The detector, set up anew if its configuration is another than before; None if this batch does not tell its shape."""
        state, segments = scene.state, scene.view.segments[name, family.algorithm]
        made_from = (state.experiment, state.run, segments, scene.view.configs.get(name, ()))
        known = self._made.get(name)
        if known is not None and known.made_from == made_from:
            return known
        shape = first_shape(groups, family.frame)
        if shape is None:
            return None
        try:
            made = self._make(name, wanted, family, groups, shape, scene)
        except DamagedData as error:
            # The next frame may be a better one, so this is not remembered.
            scene.trouble.note(f"{wanted.name}: {error}")
            return None
        except MissingConstants:
            raise
        except ConfigError as error:
            scene.trouble.note(f"{wanted.name} is off: {error}")
            made = None
        self._made[name] = Made(made_from, made, shape)
        return self._made[name]

    def _make(
        self, name: str, wanted: Detector, family: FrameFamily, groups: Sequence[Group], shape: tuple[int, ...], scene: Scene
    ) -> AreaDetector:
        trouble, places, run = scene.trouble, scene.batch.places, scene.state.run
        layout = layout_of(name, family, groups, shape, scene.view)
        device = family.device(layout.panel_count)
        source = Source(f"{safe_name(name)}-0|{device}-0", name, 0, 0)
        layout = arranged(layout, wanted, source, run, self._settings, places, trouble)
        constants = constants_for(wanted, source, run, self._settings, places, layout.shape, trouble)
        good = mask_for(wanted.mask, constants, layout.shape)
        chain = Chain(layout, family.area, constants, good, wanted.common_mode, trouble.note, wanted.name)
        return AreaDetector(wanted, layout, chain, constants, trouble)

    def _settings_of(self, name: str) -> Detector | None:
        """Settings for this detector; None if it has none and the others are not wanted."""
        own = next((detector for detector in self._wanted if _means(detector, name)), None)
        return own or other_detector(self._settings.others, safe_name(name), alone=not self._wanted)


def layout_of(name: str, family: FrameFamily, groups: Sequence[Group], shape: tuple[int, ...], view: View) -> Layout:
    """Frames of a detector: (rows, columns) of a single panel that is sent so, else (panels, rows, columns).

    Parameters
    ----------
    shape
        Dimensions of the frame of one segment.

    Raises
    ------
    DamagedData
        If the dimensions cannot be believed, or the configuration does not tell the gains.
    """
    segments = view.segments[name, family.algorithm]
    shape, pixel = pixels_of(name, family, groups[0], shape)
    rows, columns = shape[-2:]
    panels = len(segments) * (shape[0] if len(shape) == 3 else 1)
    if family.panel not in (None, (rows, columns)) or not 0 < panels * rows * columns <= PIXEL_LIMIT:
        raise DamagedData(f"{name} sent a frame of {' x '.join(map(str, shape))} pixels")
    if pixel.str.replace("|", "") not in PIXELS:
        raise DamagedData(f"{name} sent a frame of {pixel} pixels")
    whole = (panels, rows, columns) if panels > 1 or len(shape) == 3 else (rows, columns)
    gain_map = None if family.gain_map is None else family.gain_map([view.config(name, segment) for segment in segments])
    if gain_map is not None and gain_map.size != gain_map.shape[0] * panels * rows * columns:
        raise DamagedData(f"{name} has gain bits for {gain_map.shape[1:]} pixels and frames of {whole}")
    return Layout(
        shape=whole,
        like=np.empty(0, pixel),
        panels=_no_payloads,
        arrangement=lambda: (
            stacked_arrangement(panels, rows, columns, family.pitch)
            if len(whole) == 3
            else plain_arrangement(rows, columns, family.pitch)
        ),
        gain_map=None if gain_map is None else np.ascontiguousarray(gain_map.reshape(-1, *whole)),
        common_mode_good=family.common_mode_good,
    )


def pixels_of(
    name: str, family: FrameFamily, group: Group, sent: tuple[int, ...]
) -> tuple[tuple[int, ...], np.dtype[np.generic]]:
    """Dimensions and type of the pixels of a segment, of which ``sent`` is what came.

    Raises
    ------
    DamagedData
        If they are packed in another way than the family knows.
    """
    dtype = group.names.fields[field_number(group.names, family.frame) or 0].dtype
    if family.packing is None:
        return (sent if len(sent) > 1 else (1, *sent)), dtype
    if sent != family.packing.sent or dtype != family.packing.dtype:
        raise DamagedData(f"{name} sent {' x '.join(map(str, sent))} numbers of type {dtype}, which is another packing")
    return family.packing.shape, np.dtype("<u2")


def _no_payloads(payloads: Payloads) -> NDArray[np.int64]:
    """Panels of LCLS-II are found by ``panels_of``: a frame is spread over the payloads of its segments."""
    raise ValueError("a frame of LCLS-II has no payload of its own")


def _means(detector: Detector, name: str) -> bool:
    """Whether a detector of the settings is the one of this name."""
    return (detector.source or detector.name) in (name, safe_name(name))
