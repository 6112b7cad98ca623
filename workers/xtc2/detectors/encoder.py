"""Position encoder: the reading scaled to a position.

From version 3 on fields are numbers, before that arrays of which the first element counts. Where the denominator is 0 the reading
stands for itself, and before version 3 in millionths with the scale (facility's psana2, encoder_raw).
"""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from monitor.model.column import Column
from monitor.model.field import Field
from monitor.xtc2.columns import ABSENT, gather
from workers.trouble import Trouble
from workers.xtc2.family import FAMILIES, Family, Setting
from workers.xtc2.payloads import Group

SCALARS = (3, 0, 0)
MILLIONTH = 1e-6


def position(group: Group, setting: Setting, count: int, trouble: Trouble) -> Iterable[Column]:
    """``value``: the position, float64; ``interpolated_value`` of the algorithm of this name."""
    reading, scale = first(group, "encoderValue", count), first(group, "scale", count)
    if reading is None or scale is None:
        return
    below = first(group, "scaleDenom", count) or (np.zeros(count), np.ones(count, bool))
    values, denominator = reading[0], below[0]
    plain = values.copy() if group.names.version >= SCALARS else values * MILLIONTH * scale[0]
    scaled = np.divide(values * scale[0], denominator, out=plain, where=denominator > 0)
    prefix = "" if group.names.algorithm == "raw" else f"{group.names.algorithm}_"
    field = Field(name=f"{setting.group}/{prefix}value", dtype=np.dtype(np.float64), unit="")
    yield Column(field, scaled, reading[1] & scale[1] & below[1])


def first(group: Group, name: str, count: int) -> tuple[NDArray[np.float64], NDArray[np.bool_]] | None:
    """First element of a field in each event, and where there is one, shape (count,); None if there is no such field."""
    number = next((i for i, field in enumerate(group.names.fields) if field.name == name), None)
    if number is None:
        return None
    dtype = group.names.fields[number].dtype
    values, present = np.zeros(count), np.zeros(count, bool)
    for part in group.parts:
        located = part.located
        whole = (located.offsets[number] != ABSENT) & (located.sizes[number] >= dtype.itemsize) & (part.damage == 0)
        # Two payloads in one event: the first counts, so that it has to be written last.
        rows = np.flatnonzero(whole)[::-1]
        values[part.events[rows]] = gather(located.buffer, located.offsets[number, rows], dtype.itemsize).view(dtype).reshape(-1)
        present[part.events[rows]] = True
    return values, present


FAMILIES.add("encoder", Family(det_types=frozenset({"encoder"}), read=position, loose=True))
FAMILIES.add(
    "encoder_interpolated",
    Family(det_types=frozenset({"encoder"}), algorithm="interpolated", prefix="interpolated_", read=position, loose=True),
)
