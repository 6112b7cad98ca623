"""Timing block of 2019 (algorithm ts, one array of bytes): the same columns as its successor gives.

Layout: facility's psana2, ts_ts_1_2_3.
"""

from collections.abc import Iterable

import numpy as np

from monitor.model.column import Column
from monitor.model.field import Field
from monitor.xtc2.columns import ABSENT, gather
from workers.trouble import Trouble
from workers.xtc2.detectors.timing import SEQUENCES, SHAPES, codes
from workers.xtc2.family import FAMILIES, Family, Setting
from workers.xtc2.payloads import Group

BLOCK = np.dtype(
    [
        ("pulseId", "<u8"),
        ("timeStamp", "<u8"),
        ("rates", "<u2"),
        ("slot", "<u2"),
        ("beam", "<u2"),
        ("ebeamCharge", "<u2"),
        ("ebeamEnergy", "<u2", 4),
        ("xWavelength", "<u2", 2),
        ("dmod5", "<u2"),
        ("mpsLimits", "<u2"),
        ("mpsPowerClass", "<u8"),
        (SEQUENCES, "<u2", SHAPES[SEQUENCES]),
    ]
)
AS_IT_IS = ("pulseId", "timeStamp", "ebeamCharge", "ebeamEnergy", "xWavelength", "dmod5", SEQUENCES)
BITS = {
    "fixedRates": ("rates", 0, 10),
    "acRates": ("rates", 10, 6),
    "mpsLimits": ("mpsLimits", 0, 16),
}
"""Flags that later versions send as a byte each: word, first bit, number."""
NUMBERS = {
    "timeSlot": ("slot", 0, 3),
    "timeSlotPhase": ("slot", 3, 13),
    "ebeamPresent": ("beam", 0, 1),
    "ebeamDestn": ("beam", 4, 4),
}
"""Numbers packed into words: word, first bit, bits."""


def block(group: Group, setting: Setting, count: int, trouble: Trouble) -> Iterable[Column]:
    """Every field of the block, event codes and light."""
    number = next((i for i, field in enumerate(group.names.fields) if field.name == "data" and field.rank == 1), None)
    if number is None:
        return
    table, present = np.zeros(count, BLOCK), np.zeros(count, bool)
    for part in group.parts:
        located = part.located
        whole = (located.offsets[number] != ABSENT) & (part.damage == 0)
        rows = np.flatnonzero(whole & (located.sizes[number] >= BLOCK.itemsize))[::-1]
        trouble.note(f"{group.names.det_name}: block is too short", int(whole.sum()) - len(rows))
        raw = gather(located.buffer, located.offsets[number, rows], BLOCK.itemsize)
        table[part.events[rows]] = raw.view(BLOCK).reshape(-1)
        present[part.events[rows]] = True
    values = {name: np.ascontiguousarray(table[name]) for name in AS_IT_IS}
    for name, (word, first, bits) in BITS.items():
        values[name] = (table[word][:, None] >> np.arange(first, first + bits, dtype=np.uint16) & 1).astype(np.uint8)
    for name, (word, first, bits) in NUMBERS.items():
        values[name] = (table[word] >> np.uint16(first)) & np.uint16((1 << bits) - 1)
    found = {
        name: Column(Field(name=f"{setting.group}/{name}", dtype=array.dtype, shape=array.shape[1:]), array, present)
        for name, array in values.items()
    }
    yield from found.values()
    yield from codes(found, setting)


FAMILIES.add("old_timing", Family(det_types=frozenset({"ts"}), algorithm="ts", read=block))
