"""Settings: what light there was, names, time tool and slow variables."""

from pydantic import Field

from monitor.settings.section import Section


class Light(Section):
    """Which event codes tell the X-rays and the laser (small-data convention: positive = drop, negative = required).

    Left out, they follow the hutch as small-data files do, where the run's event receiver knows those codes; else 162 drops the
    X-rays and 91 the laser.
    """

    xray: tuple[int, ...] | None = None
    laser: tuple[int, ...] | None = None


class Names(Section):
    """What the groups of point detectors are called."""

    hutch: bool = False
    """As smalldata_tools calls them in the hutch of the experiment (``ipm2``, ``enc``), with its EPICS variables as
    ``epics/<alias>`` too; else each by its alias, or by the name that the data acquisition gives it."""


class TimeTool(Section):
    """How the time tool's position becomes a time."""

    calibration: tuple[float, ...] | None = Field(None, min_length=1, max_length=3)
    """Polynomial from pixel to ps, lowest power first; left out: that of the data acquisition, else its own time is taken."""


class Epics(Section):
    """Which EPICS variables are recorded with every event."""

    all: bool = True
    """Each as ``epicsAll/<alias>``."""
    record: tuple[str, ...] = ()
    """These as ``epicsUser/<alias>``: aliases or names, ``*`` stands for anything."""
