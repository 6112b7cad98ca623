"""Records as JSON-ready values: numbers with the digits they have, arrays as shape, sum, extremes and check sum."""

import math
import zlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.xtc.layout import Struct
from monitor.xtc.scope import Record

FIRST = 8
"""How many values of an array are shown."""


def plain_record(record: Record, struct: Struct) -> dict[str, Any]:
    """A decoded record without its raw fields, arrays summarised."""
    raw = {item.name for item in struct.fields if item.raw} | {
        part.name for item in struct.fields for part in item.bits if part.raw
    }
    inner = {item.name: item.type for item in struct.fields if isinstance(item.type, Struct)}
    result: dict[str, Any] = {}
    for name, value in record.items():
        if name in raw:
            continue
        if name not in inner:
            result[name] = plain(value)
        elif isinstance(value, list):
            result[name] = [plain_record(item, inner[name]) for item in value]
        else:
            result[name] = plain_record(value, inner[name])
    return result


def plain(value: Any) -> Any:
    """One value: numbers and text as they are, infinities and not-a-number as words, arrays summarised."""
    if isinstance(value, np.ndarray):
        return array_summary(value)
    if isinstance(value, dict):
        return {name: plain(item) for name, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, np.float32):
        return plain(float(f"{value:.9g}"))
    if isinstance(value, float) and not math.isfinite(value):
        return "nan" if math.isnan(value) else "inf" if value > 0 else "-inf"
    return value


def array_summary(array: NDArray[Any]) -> dict[str, Any]:
    """Shape, dtype, sum, extremes, CRC-32 of the little-endian bytes and the first values of an array."""
    flat = array.ravel()
    return {
        "shape": list(array.shape),
        "dtype": f"{array.dtype.kind}{array.dtype.itemsize}",
        "sum": plain(_total(flat)),
        "min": plain(_item(flat.min())) if flat.size else None,
        "max": plain(_item(flat.max())) if flat.size else None,
        "crc32": f"{zlib.crc32(flat.astype(flat.dtype.newbyteorder('<'), copy=False).tobytes()):08x}",
        "first": [plain(_item(value)) for value in flat[:FIRST]],
    }


def _total(flat: NDArray[Any]) -> int | float:
    """Integers summed exactly, floats one by one in double precision."""
    if not flat.size:
        return 0
    if flat.dtype.kind == "f":
        with np.errstate(over="ignore", invalid="ignore"):
            return float(np.cumsum(flat, dtype=np.float64)[-1])
    if flat.dtype.itemsize == 8:
        return int(sum(flat.tolist()))
    return int(flat.sum(dtype=np.int64))


def _item(value: Any) -> Any:
    return value if isinstance(value, np.float32) else value.item()
