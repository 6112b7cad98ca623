"""Beam-line data with a severity for each field (scbld): two bits each, in the order of the fields."""

from collections.abc import Iterable

import numpy as np

from monitor.model.column import Column
from monitor.model.field import Field
from workers.run_view import safe_name
from workers.trouble import Trouble
from workers.xtc2.family import FAMILIES, Family, Setting
from workers.xtc2.payloads import Group

SEVERITY = "severity"
FIELDS = 32


def severities(group: Group, setting: Setting, count: int, trouble: Trouble) -> Iterable[Column]:
    """``<field>_sevr`` of each field, 0 (good) to 3, named as in psana2."""
    fields = group.names.fields
    number = next((i for i, field in enumerate(fields) if field.name == SEVERITY and field.rank == 0), None)
    if number is None or fields[number].dtype.kind != "u":
        return
    words, present, _ = group.column(number, (), count)
    others = [field.shown for field in fields if field.name != SEVERITY]
    for place, name in enumerate(others[:FIELDS]):
        said = Field(name=f"{setting.group}/{safe_name(name)}_sevr", dtype=np.dtype(np.uint8), unit="1")
        yield Column(said, (words.astype(np.uint64) >> np.uint64(2 * place) & np.uint64(3)).astype(np.uint8), present)


FAMILIES.add("severity", Family(det_types=frozenset({"scbld"}), read=severities, loose=True))
