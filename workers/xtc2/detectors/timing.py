"""Timing system: pulse, rates and beam destination as recorded, and which event codes came."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from monitor.model.column import Column
from monitor.model.field import Field
from workers.detectors.light import light_codes, light_status
from workers.xtc2.family import FAMILIES, Columns, Family, Setting, flags

CODES = 288
SEQUENCES = "sequenceValues"

OLD_STYLE_BIT = 63
"""Of the pulse number; set for pulses of the normal-conducting accelerator."""
SOFT_XRAYS, HARD_XRAYS = 4, 3
DESTINATIONS = {"rix": SOFT_XRAYS, "tmo": SOFT_XRAYS}
"""Where the beam must go for X-rays in a hutch (smalldata_tools); else the line of the hard X-rays."""
LASER_CODES: dict[str, tuple[int, ...]] = {"rix": (273,), "mfx": (-203,), "xpp": (89,)}
"""Positive = drops, negative = required (smalldata_tools)."""

SHAPES = {
    "fixedRates": (10,),
    "acRates": (6,),
    "ebeamEnergy": (4,),
    "xWavelength": (2,),
    "mpsLimits": (16,),
    "mpsPowerClass": (16,),
    SEQUENCES: (CODES // 16,),
    "inhibitCounts": (8,),
}


def codes(columns: Columns, setting: Setting) -> Iterable[Column]:
    """``eventcodes``, 0 or 1 for each code from 0, and ``lightStatus``."""
    column = columns.get(SEQUENCES)
    if column is None:
        return
    seen = flags(column.values)
    name, description = f"{setting.group}/eventcodes", "event code n came with this event"
    yield Column(
        Field(name=name, dtype=np.dtype(np.uint8), shape=(CODES,), unit="1", description=description), seen, column.present
    )
    yield from light(seen.T.astype(bool), column.mask, columns, setting)


def light(seen: NDArray[np.bool_], came: NDArray[np.bool_], columns: Columns, setting: Setting) -> Iterable[Column]:
    """``lightStatus/xray`` and ``laser``: 1 on, 0 off, -1 no timing.

    Of pulses of the superconducting accelerator the destination tells the X-rays, unless the settings name codes.

    Parameters
    ----------
    seen
        Which codes each event has, shape (codes, events).
    came
        Events with timing, shape (events,).
    """
    hutch = setting.experiment[:3].lower()
    usual_xray, usual_laser = light_codes(setting.light, setting.experiment, range(CODES))
    named = setting.light
    if named.laser is None and hutch in LASER_CODES:
        usual_laser = LASER_CODES[hutch]
    xray = light_status(seen, came, range(CODES), usual_xray)
    pulse, destination = columns.get("pulseId"), columns.get("ebeamDestn")
    if named.xray is None and pulse is not None and destination is not None:
        new = came & pulse.mask & destination.mask & (pulse.values >> np.uint64(OLD_STYLE_BIT) == 0)
        xray = np.where(new, destination.values == DESTINATIONS.get(hutch, HARD_XRAYS), xray).astype(np.int64)
    laser = light_status(seen, came, range(CODES), usual_laser)
    for what, status in (("xray", xray), ("laser", laser)):
        yield Column(Field(name=f"lightStatus/{what}", dtype=np.dtype(np.int64), unit="1"), status)


FAMILIES.add("timing", Family(det_types=frozenset({"ts"}), shapes=SHAPES, more=codes))
