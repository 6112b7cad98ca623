"""The first events of a recorded run, looked at before anything starts: settings that cannot fit its frames are refused."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from monitor.errors import ConfigError, DamagedData
from monitor.model.frame_shape import FrameShape
from monitor.net.places import Places
from monitor.reader.block import EventBlock
from monitor.reader.plain_batch import plain_batch
from monitor.reader.sources.choice import source_of
from monitor.reader.sources.source import Source
from monitor.settings import CONSTANTS_REQUIRED, CommonMode, Detector, Mask, Settings
from monitor.tools.process import declared
from monitor.wire.message import Message

EVENTS, TURNS = 4, 8
"""Events that are read at a time, and how often: a detector whose first frames are damaged may be missing in some."""
NOISE = (1.0, 1.0)
"""Stands for noise and gain that may still come."""


def check_frames(settings: Settings) -> None:
    """Hold masks and features against the first frames of the source.

    Nothing is said of detectors that have none there, or whose events come over a socket: the workers say it with their first
    frame, and what does not fit is off. Nor of what only lacks constants: they are often deployed later than a service begins.

    Raises
    ------
    ConfigError
        Naming detector, feature and parameter, and what would fit.
    """
    pipeline: Any = declared("pipeline")
    misfits: Callable[[Settings, Mapping[str, FrameShape]], list[str]] = pipeline.misfits
    if found := misfits(settings, _shapes(settings, pipeline)):
        raise ConfigError("; ".join(found))


def _shapes(settings: Settings, pipeline: Any) -> Mapping[str, FrameShape]:
    """What the beginning of the run tells of the detectors with masks and features."""
    wanted = {each.name for each in settings.detector if each.feature or each.mask != Mask()}
    if not wanted or settings.source.listen:
        return {}
    source = source_of(settings)
    try:
        seen = _seen(source, pipeline(_bare(settings), 0), wanted)
        return {name: replace(shape, known={"rms": NOISE, "gain": NOISE, **shape.known}) for name, shape in seen.items()}
    finally:
        source.close()


def _bare(settings: Settings) -> Settings:
    """The same detectors, with nothing made of their frames."""

    def bare(detector: Detector) -> Detector:
        constants = "" if detector.constants == CONSTANTS_REQUIRED else detector.constants
        nothing: dict[str, Any] = {"feature": (), "sums": (), "mask": Mask(), "constants": constants, "constants_required": False}
        return detector.model_copy(update=nothing if detector.field else {**nothing, "common_mode": CommonMode(algorithm=0)})

    return settings.model_copy(update={"detector": tuple(map(bare, settings.detector)), "sum": (), "user": ()})


def _seen(source: Source, pipeline: Any, wanted: set[str]) -> Mapping[str, FrameShape]:
    """What the first events tell of the detectors that are wanted; less if they are not all there soon."""
    places, found, first = Places(), dict[str, FrameShape](), 0
    try:
        for _ in range(TURNS):
            for block in source.read(EVENTS):
                if isinstance(block, EventBlock):
                    batch = plain_batch(block, first)
                    found |= pipeline.process(batch, places.resolve(batch, Message("batch", {})), block.state).shapes
                    first += block.count
            if wanted <= found.keys():
                break
    except DamagedData:
        # Bytes that cannot be had are the reader's to name, with what they cost.
        return found
    finally:
        places.close()
    return found
