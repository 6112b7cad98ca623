"""Fields as JSON-ready values: numbers with the digits they have, arrays as shape, sum, extremes and check sum."""

import math
import zlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.xtc2.fields import EnumValue
from monitor.xtc2.names import Field

FIRST = 8
"""How many values of an array are shown."""


def field_summary(name: str, field: Field, value: Any) -> dict[str, Any]:
    """One field of a dump.

    Parameters
    ----------
    name
        Under which it is shown.
    field
        What its block of names says.
    value
        From ``monitor.xtc2.decode``.
    """
    line: dict[str, Any] = {"name": name, "type": field.type.name, "shape": []}
    if isinstance(value, str):
        return {**line, "value": value, "crc32": zlib.crc32(value.encode())}
    if isinstance(value, EnumValue):
        names = {str(number): label for number, label in value.names.items()}
        crc32 = zlib.crc32(value.value.to_bytes(4, "little", signed=True))
        return {**line, "value": value.value, "label": value.label, "enum": names, "crc32": crc32}
    if isinstance(value, np.ndarray):
        return {**line, **array_summary(value)}
    return {**line, "value": plain(value.item()), "crc32": zlib.crc32(value.tobytes())}


def array_summary(array: NDArray[Any]) -> dict[str, Any]:
    """Shape, sum, extremes, CRC-32 of the bytes and the first values of an array."""
    flat = array.ravel()
    return {
        "shape": list(array.shape),
        "sum": plain(_total(flat)),
        "min": plain(flat.min().item()) if flat.size else None,
        "max": plain(flat.max().item()) if flat.size else None,
        "crc32": zlib.crc32(flat.tobytes()),
        "first": [plain(item) for item in flat[:FIRST].tolist()],
    }


def plain(value: Any) -> Any:
    """A number as it is; infinities and not-a-number, which JSON has not, as words."""
    if isinstance(value, float) and not math.isfinite(value):
        return "nan" if math.isnan(value) else "inf" if value > 0 else "-inf"
    return value


def _total(flat: NDArray[Any]) -> int | float:
    """Exact sum of integers, which may need more than 64 bits; correctly rounded sum of floats."""
    if flat.dtype.kind != "f":
        return _exact(flat)
    finite = flat[np.isfinite(flat)]
    if len(finite) < len(flat):
        with np.errstate(invalid="ignore"):
            return float(flat[~np.isfinite(flat)].astype(np.float64).sum())
    try:
        return math.fsum(flat.tolist())
    except OverflowError:
        return math.inf


def _exact(flat: NDArray[Any]) -> int:
    """Sum of integers without overflow: high and low halves apart."""
    if flat.dtype.itemsize < 8:
        return int(flat.sum(dtype=np.int64 if flat.dtype.kind == "i" else np.uint64))
    low = int((flat & flat.dtype.type(0xFFFF_FFFF)).sum(dtype=np.uint64))
    high = int((flat >> flat.dtype.type(32)).sum(dtype=np.int64 if flat.dtype.kind == "i" else np.uint64))
    return (high << 32) + low
