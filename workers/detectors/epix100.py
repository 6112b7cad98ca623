"""Epix panels with one gain: Epix100a (704 x 768), and Epix, Epix10k and EpixS, which send the same element.

Rows beyond the image (calibration, environment) are no part of the frame. Environment: second environmental row of the third
version of the element, as smalldata_tools reads it.
"""

from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workers.detectors import epix10ka
from workers.detectors.area import AREAS, AreaFamily
from workers.detectors.environment import Reading, as_is, environment
from workers.detectors.sized import sized_layout
from workers.run_view import RunView, Source

PITCH = 50.0
ROW = "environmentalRows"
CENTI, MILLI, MICRO = 0.01, 0.001, 1e-6


def wants(source: Source, run: RunView) -> bool:
    """Whether the source is anything but an Epix10ka."""
    return not epix10ka.wants(source, run)


def sensor(name: str, place: int, scale: float, unit: str) -> Reading:
    """Reading of one word of the second environmental row."""

    def take(rows: NDArray[Any]) -> NDArray[np.float64]:
        scaled: NDArray[np.float64] = rows[:, 1, place] * scale
        return scaled

    return Reading(name=name, path=ROW, unit=unit, take=take)


SENSORS = (
    sensor("temp0", 0, CENTI, "degC"),
    sensor("temp1", 1, CENTI, "degC"),
    sensor("humidity", 2, CENTI, "%"),
    sensor("AnalogI", 3, MILLI, "A"),
    sensor("DigitalI", 4, MILLI, "A"),
    sensor("GuardI", 5, MICRO, "A"),
    sensor("BiasI", 6, MICRO, "A"),
    sensor("AnalogV", 7, MILLI, "V"),
    sensor("DigitalV", 8, MILLI, "V"),
)

AREAS.add(
    "epix100",
    AreaFamily(
        types=frozenset({75}),
        layout=partial(sized_layout, field="frame", pitch=PITCH),
        wants=wants,
        environment=environment(*SENSORS, *as_is("frameNumber", "temperatures")),
    ),
)
