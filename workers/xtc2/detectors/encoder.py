"""Position encoder: the reading scaled to a position."""

from collections.abc import Iterable

import numpy as np

from monitor.model.column import Column
from monitor.model.field import Field
from workers.xtc2.family import FAMILIES, Columns, Family, Setting

NEEDED = ("encoderValue", "scale", "scaleDenom")


def position(columns: Columns, setting: Setting) -> Iterable[Column]:
    """``value`` = reading * scale / denominator, or the reading where the denominator is 0; versions 3 and later."""
    if not all(name in columns for name in NEEDED):
        return
    reading, scale, denominator = (columns[name].values.astype(np.float64) for name in NEEDED)
    present = np.logical_and.reduce([columns[name].mask for name in NEEDED])
    scaled = np.divide(reading * scale, denominator, out=reading.copy(), where=denominator != 0)
    yield Column(Field(name=f"{setting.group}/value", dtype=np.dtype(np.float64), unit=""), scaled, present)


FAMILIES.add("encoder", Family(det_types=frozenset({"encoder"}), more=position))
