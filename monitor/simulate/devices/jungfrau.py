"""A Jungfrau of two modules of 512 x 1024 pixels with three gain ranges (Jungfrau::ConfigV4, Jungfrau::ElementV2).

Pixel words: bits 14-15 the range (0 high, 1 medium, 3 low), bits 0-13 the digitized value.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.simulate.assemble import TICKS
from monitor.simulate.contribution import Contribution, Source, contribution
from monitor.simulate.devices.payload import configuration
from monitor.simulate.timeline import Shots
from monitor.xtc.write import type_word

JUNGFRAU_CONFIG, JUNGFRAU_DATA = 107, 108
PANELS = (2, 512, 1024)

NORMAL, FORCED_MEDIUM, FORCED_LOW = 0, 3, 4
"""Gain modes: switching by itself, or held in one range."""

MODULE = np.dtype(
    [
        ("timestamp", "<u8"),
        ("exposureTime", "<u4"),
        ("moduleID", "<u2"),
        ("xCoord", "<u2"),
        ("yCoord", "<u2"),
        ("zCoord", "<u2"),
    ]
)
ELEMENT = np.dtype(
    [
        ("frameNumber", "<u8"),
        ("ticks", "<u4"),
        ("fiducials", "<u4"),
        ("moduleInfo", MODULE, (PANELS[0],)),
        ("frame", "<u2", PANELS),
    ]
)


def jungfrau_configuration(source: Source, gain_mode: int = NORMAL) -> Contribution:
    """Two modules in this gain mode."""
    modules = [{"serialNumber": 500 + i, "moduleVersion": 2, "firmwareVersion": 0x181206} for i in range(PANELS[0])]
    blank = [{"serialNumber": 0, "moduleVersion": 0, "firmwareVersion": 0}] * (32 - len(modules))
    values = {
        "numberOfModules": PANELS[0],
        "numberOfRowsPerModule": PANELS[1],
        "numberOfColumnsPerModule": PANELS[2],
        "biasVoltage": 200,
        "gainMode": gain_mode,
        "speedMode": 1,
        "triggerDelay": 0.000238,
        "exposureTime": 1e-5,
        "exposurePeriod": 0.2,
        "moduleConfig": modules + blank,
    }
    return configuration(source, JUNGFRAU_CONFIG, 4, values)


def jungfrau_payloads(shots: Shots) -> NDArray[Any]:
    """Payloads without pixels: dtype ``ELEMENT``, shape (events,)."""
    payload = np.zeros(len(shots), ELEMENT)
    payload["frameNumber"] = shots.numbers + 1
    payload["ticks"] = TICKS
    payload["fiducials"] = shots.fiducials
    payload["moduleInfo"]["timestamp"] = (shots.time_ns // 100)[:, None]
    payload["moduleInfo"]["exposureTime"] = 100
    payload["moduleInfo"]["moduleID"] = np.arange(PANELS[0])
    return payload


def jungfrau_data(source: Source, payloads: NDArray[Any]) -> Contribution:
    """The column of these payloads."""
    return contribution(source, type_word(JUNGFRAU_DATA, 2), payloads)
