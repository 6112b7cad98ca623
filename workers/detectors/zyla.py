"""Zyla and iStar cameras; both send the same frame and differ in their configuration."""

from workers.detectors.area import AREAS, AreaFamily
from workers.detectors.environment import as_is, environment
from workers.detectors.sized import sized_layout

AREAS.add("zyla", AreaFamily(types=frozenset({111}), layout=sized_layout, environment=environment(*as_is("timestamp"))))
