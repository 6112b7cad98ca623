"""Andor CCDs with one sensor (Andor) and with several (DualAndor)."""

from workers.detectors.area import AREAS, AreaFamily
from workers.detectors.environment import as_is, environment
from workers.detectors.sized import sized_layout

AREAS.add(
    "andor",
    AreaFamily(
        types=frozenset({61, 97}),
        layout=sized_layout,
        environment=environment(*as_is("shotIdStart", "readoutTime", "temperature")),
    ),
)
