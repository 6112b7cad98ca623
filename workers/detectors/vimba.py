"""Alvium cameras; every pixel mode is recorded as 16-bit words."""

from workers.detectors.area import AREAS, AreaFamily
from workers.detectors.environment import as_is, environment
from workers.detectors.sized import sized_layout

AREAS.add(
    "vimba", AreaFamily(types=frozenset({123}), layout=sized_layout, environment=environment(*as_is("frameid", "timestamp")))
)
