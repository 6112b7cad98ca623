"""Whether settings can be used: builds what the processes of a service will build, and drops it."""

from collections.abc import Callable
from typing import Any

from monitor.aggregator.dialect import check_bridges
from monitor.errors import ConfigError
from monitor.reader.dispatch.frame_shapes import Shapes
from monitor.reader.sources.choice import source_of
from monitor.settings import Settings
from monitor.tools.first_look import check_frames
from monitor.tools.process import declared


def check_settings(settings: Settings) -> None:
    """Check source, pipeline, what the source holds against it, and bridges.

    Raises
    ------
    ConfigError, Unusable, DamagedData
        If one of them cannot be used.
    """
    check_source(settings)
    check_pipeline(settings)
    check_frames(settings)
    check_bridges(settings.bridge)


def check_source(settings: Settings) -> None:
    """Open the source and close it again, so that what is wrong with it is said before anything starts.

    Raises
    ------
    ConfigError, Unusable, DamagedData
        If it cannot be used.
    """
    if not settings.source.listen:
        source_of(settings).close()


def check_pipeline(settings: Settings) -> None:
    """Build what the workers will build of these settings, and drop it.

    Raises
    ------
    ConfigError
        Naming detector, feature and parameter, if a worker could not use them.
    """
    declared("pipeline")(settings, 0)


def check_fit(former: Settings, settings: Settings, frames: Shapes) -> None:
    """Whether settings fit frames whose shapes are known, as far as the former ones did.

    Parameters
    ----------
    former
        Settings in force; what does not fit in them already is no reason to refuse another change.
    settings
        Settings that shall come into force.
    frames
        What was seen of each detector, by name.

    Raises
    ------
    ConfigError
        Naming detector, feature and parameter, and the shape.
    """
    pipeline: Any = declared("pipeline")
    misfits: Callable[[Settings, Shapes, Settings], list[str]] = pipeline.misfits
    found = misfits(settings, frames, former)
    known = set(misfits(former, frames, settings)) if found else set()
    for text in found:
        if text not in known:
            raise ConfigError(text)
