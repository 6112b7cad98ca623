"""Fli CCD cameras."""

from workers.detectors.area import AREAS, AreaFamily
from workers.detectors.environment import as_is, environment
from workers.detectors.sized import sized_layout

AREAS.add(
    "fli",
    AreaFamily(
        types=frozenset({56}), layout=sized_layout, environment=environment(*as_is("shotIdStart", "readoutTime", "temperature"))
    ),
)
