"""Timing system: pulse, rates and beam destination as recorded, and which event codes came."""

from collections.abc import Iterable

import numpy as np

from monitor.model.column import Column
from monitor.model.field import Field
from workers.detectors.light import light_codes, light_status
from workers.xtc2.family import FAMILIES, Columns, Family, Setting, flags

CODES = 288
SEQUENCES = "sequenceValues"

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
    """``eventcodes``, 0 or 1 for each code from 0, and ``lightStatus`` by the same rule of codes as in LCLS-I."""
    column = columns.get(SEQUENCES)
    if column is None:
        return
    seen = flags(column.values)
    name, description = f"{setting.group}/eventcodes", "event code n came with this event"
    yield Column(
        Field(name=name, dtype=np.dtype(np.uint8), shape=(CODES,), unit="1", description=description), seen, column.present
    )
    xray, laser = light_codes(setting.light, setting.experiment, range(CODES))
    for what, rule in (("xray", xray), ("laser", laser)):
        status = light_status(seen.T.astype(bool), column.mask, range(CODES), rule)
        yield Column(Field(name=f"lightStatus/{what}", dtype=np.dtype(np.int64), unit="1"), status)


FAMILIES.add("timing", Family(det_types=frozenset({"ts"}), shapes=SHAPES, more=codes))
