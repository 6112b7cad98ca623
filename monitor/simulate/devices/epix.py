"""Epix detectors: Epix100a (Epix::Config100aV2, ElementV3) and arrays of Epix10ka panels (quad and 2M, Epix::ArrayV1)."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.simulate.assemble import TICKS
from monitor.simulate.contribution import Contribution, Source, contribution
from monitor.simulate.devices.payload import configuration
from monitor.simulate.devices.sized import sized_payloads
from monitor.simulate.timeline import Shots
from monitor.xtc.write import type_word

ELEMENT, EPIX100A_CONFIG = 75, 84
ARRAY, EPIX10KA_2M_CONFIG, EPIX10KA_QUAD_CONFIG = 118, 117, 120
EPIX100A_PANELS = (1, 704, 768)
EPIX10KA_PANEL = (352, 384)
QUAD, LARGE = 4, 16

PIXEL_BITS = (12, 12, 0, 0)
TRBITS = (1, 0, 1, 0)
MODES = ((0, 0), (1, 1), (3, 5), (4, 6))
"""Gain mode before and after switching of panel k modulo 4: fixed high, fixed medium, auto high-low, auto medium-low."""

EPIX100A_ENVIRONMENT = (2512, 2034, 1050, 810, 95, 3, 12, 6100, 3300)
"""Second environmental row: 25.12 and 20.34 degrees, 10.5 % humidity, currents and voltages."""


def epix100a_configuration(source: Source) -> Contribution:
    """Four ASICs of 352 x 384 pixels."""
    values = {
        "numberOfAsicsPerRow": 2,
        "numberOfAsicsPerColumn": 2,
        "numberOfRowsPerAsic": 352,
        "numberOfReadableRowsPerAsic": 352,
        "numberOfPixelsPerAsicRow": 384,
        "calibrationRowCountPerASIC": 2,
        "environmentalRowCountPerASIC": 1,
        "asicMask": 0xF,
    }
    return configuration(source, EPIX100A_CONFIG, 2, values)


def epix100a_payloads(source: Source, shots: Shots) -> NDArray[Any]:
    """Payloads without pixels, shape (events,)."""
    payloads = sized_payloads(ELEMENT, 3, epix100a_configuration(source), len(shots))
    payloads["frameNumber"], payloads["ticks"], payloads["fiducials"] = shots.numbers + 1, TICKS, shots.fiducials
    payloads["environmentalRows"][:, 1, : len(EPIX100A_ENVIRONMENT)] = EPIX100A_ENVIRONMENT
    return payloads


def epix100a_data(source: Source, payloads: NDArray[Any]) -> Contribution:
    """The column of these payloads."""
    return contribution(source, type_word(ELEMENT, 3), payloads)


def epix10ka_configuration(source: Source, panels: int) -> Contribution:
    """A quad or a 2M whose panels are in different gain modes, see ``MODES``."""
    elements = [
        {
            "carrierId0": 100 + panel,
            "asicMask": 0xF,
            "asics": [{"trbit": TRBITS[panel % len(MODES)]}] * 4,
            "asicPixelConfigArray": np.full(EPIX10KA_PANEL, PIXEL_BITS[panel % len(MODES)], np.uint16),
        }
        for panel in range(panels)
    ]
    return configuration(source, EPIX10KA_QUAD_CONFIG if panels == QUAD else EPIX10KA_2M_CONFIG, 2, {"elemCfg": elements})


def epix10ka_payloads(config: Contribution, shots: Shots) -> NDArray[Any]:
    """Payloads without pixels, shape (events,)."""
    payloads = sized_payloads(ARRAY, 1, config, len(shots))
    payloads["frameNumber"] = shots.numbers + 1
    return payloads


def epix10ka_data(source: Source, payloads: NDArray[Any]) -> Contribution:
    """The column of these payloads."""
    return contribution(source, type_word(ARRAY, 1), payloads)
