"""The one TOML file that describes a set-up, as frozen models: complete, and checked before any socket opens."""

from monitor.settings.beam import Epics, Light, Names, TimeTool
from monitor.settings.detector import (
    CONSTANTS_RAW,
    CONSTANTS_REQUIRED,
    GEOMETRY_ROUGH,
    CommonMode,
    Detector,
    Feature,
    Mask,
    Others,
    Sum,
    User,
)
from monitor.settings.pages import Alarm, Pages, Scan
from monitor.settings.section import Section
from monitor.settings.service import Bridge, Keys, Metrics, Pool, Store, Stream
from monitor.settings.source import Source
from monitor.settings.whole import CHANGEABLE, UNITS, Settings, bytes_in, load, parse

__all__ = [
    "CHANGEABLE",
    "CONSTANTS_RAW",
    "CONSTANTS_REQUIRED",
    "GEOMETRY_ROUGH",
    "UNITS",
    "Alarm",
    "Bridge",
    "CommonMode",
    "Detector",
    "Epics",
    "Feature",
    "Keys",
    "Light",
    "Mask",
    "Metrics",
    "Names",
    "Others",
    "Pages",
    "Pool",
    "Scan",
    "Section",
    "Settings",
    "Source",
    "Store",
    "Stream",
    "Sum",
    "TimeTool",
    "User",
    "bytes_in",
    "load",
    "parse",
]
