"""Jungfrau: any number of modules of 512 x 1024 pixels, each pixel with a gain range of its own."""

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.xtc.types import PayloadType
from workers.detectors.area import AREAS, AreaFamily, GainCode, Layout
from workers.detectors.environment import Reading, as_is, environment
from workers.detectors.sized import sized_layout
from workers.payloads import Payloads
from workers.run_view import RunView, Source

PITCH = 75.0
CLOCK_S = 1e-7

GAIN = GainCode(adc_bits=0x3FFF, shift=14, plane_of_code=(0, 1, -1, 2), planes=3)
"""Bits 15:14 of a word: 00 high, 01 medium, 11 low gain, 10 invalid."""
HIGH_GAIN = 0


def layout(source: Source, kind: PayloadType, run: RunView, payloads: Payloads) -> Layout:
    """Frames of shape (modules, rows, columns)."""
    return replace(sized_layout(source, kind, run, payloads, field="frame", pitch=PITCH), common_mode_good=(HIGH_GAIN,))


def seconds(ticks: NDArray[Any]) -> NDArray[np.float64]:
    """Times in s of times in units of 100 ns."""
    return ticks * CLOCK_S


AREAS.add(
    "jungfrau",
    AreaFamily(
        types=frozenset({108}),
        layout=layout,
        unit="keV",
        gain=GAIN,
        environment=environment(
            Reading(name="exposureTime", path="moduleInfo.exposureTime", unit="s", take=seconds),
            *as_is("frameNumber", *(f"moduleInfo.{name}" for name in ("timestamp", "moduleID", "xCoord", "yCoord", "zCoord"))),
        ),
    ),
)
