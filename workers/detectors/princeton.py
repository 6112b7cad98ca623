"""Princeton CCD cameras; the first version of the frame has no temperature, which then comes in a payload of its own."""

from workers.detectors.area import AREAS, AreaFamily
from workers.detectors.environment import as_is, environment
from workers.detectors.sized import sized_layout

AREAS.add(
    "princeton",
    AreaFamily(
        types=frozenset({17}), layout=sized_layout, environment=environment(*as_is("shotIdStart", "readoutTime", "temperature"))
    ),
)
