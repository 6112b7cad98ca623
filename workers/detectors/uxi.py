"""Uxi (Icarus) framing cameras: several frames of one event, which are the panels."""

from functools import partial

from workers.detectors.area import AREAS, AreaFamily
from workers.detectors.environment import as_is, environment
from workers.detectors.sized import sized_layout

AREAS.add(
    "uxi",
    AreaFamily(
        types=frozenset({116}),
        layout=partial(sized_layout, field="frames"),
        environment=environment(*as_is("acquisitionCount", "timestamp", "temperature")),
    ),
)
