"""Reading of fixed layouts: fields of a structure to columns, named by a table."""

import math
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.model.column import Column
from monitor.model.field import Field
from monitor.xtc.layout import Field as Place
from monitor.xtc.layout import Struct
from workers.detectors.family import Read
from workers.payloads import Payloads

LARGEST_ARRAY = 64
"""Elements of an array that still counts as a small one and is recorded for every event."""


def stored_dtype(dtype: np.dtype[Any], shape: tuple[int, ...]) -> np.dtype[Any]:
    """Dtype in the file (small-data convention): scalars become int64 or float64, unsigned 64-bit and arrays stay as they are."""
    if shape or dtype == np.dtype("<u8"):
        return dtype
    return np.dtype(np.float64) if dtype.kind == "f" else np.dtype(np.int64)


def field_of(struct: Struct, path: str, name: str) -> Field:
    """Field that holds what a structure has at ``a.b``; unit and description from the structure."""
    head, _, rest = path.partition(".")
    place = struct.field(head)
    if rest and isinstance(place.type, Struct):
        return field_of(place.type, rest, name)
    dtype = place.dtype
    if dtype is None:
        raise ValueError(f"{struct.name}.{path} has no fixed size")
    shape = tuple(int(n) for n in place.shape)
    unit = place.unit or ("1" if dtype.kind in "iu" else "")
    return Field(name=name, dtype=stored_dtype(dtype, shape), shape=shape, unit=unit, description=place.doc)


def pick(rows: NDArray[Any], path: str) -> NDArray[Any]:
    """Values at ``a.b`` of a structured array, a view."""
    for part in path.split("."):
        rows = rows[part]
    return rows


def table_reader(struct: Struct, fields: Mapping[str, Field]) -> Read:
    """Reader of a fixed layout: the values at each path become the field beside it."""
    dtype = struct.dtype
    if dtype is None:
        raise ValueError(f"{struct.name} has no fixed size")

    def read(payloads: Payloads) -> Iterable[Column]:
        rows, present = payloads.table(dtype), payloads.present
        return [Column(field, pick(rows, path).astype(field.dtype), present) for path, field in fields.items()]

    return read


def named(struct: Struct, group: str, names: Mapping[str, str]) -> dict[str, Field]:
    """Fields ``group/name`` for the paths that the structure has."""
    return {path: field_of(struct, path, f"{group}/{name}") for path, name in names.items() if has(struct, path)}


def has(struct: Struct, path: str) -> bool:
    """Whether a structure has a field at ``a.b``."""
    head, _, rest = path.partition(".")
    place = next((item for item in struct.fields if item.name == head), None)
    return place is not None and (not rest or (isinstance(place.type, Struct) and has(place.type, rest)))


def numbers_in(struct: Struct, prefix: str = "") -> list[str]:
    """Paths of all numbers and small arrays of numbers of a fixed layout that need no conversion."""
    paths = []
    for place in struct.fields:
        if _is_number(place):
            paths.append(prefix + place.name)
        elif isinstance(place.type, Struct) and not place.shape and not place.hidden:
            paths += numbers_in(place.type, f"{prefix}{place.name}.")
    return paths


def _is_number(place: Place) -> bool:
    if place.hidden or place.raw or place.bits or isinstance(place.type, Struct) or place.type == "S1":
        return False
    lengths = [n for n in place.shape if isinstance(n, int)]
    return len(lengths) == len(place.shape) and math.prod(lengths) <= LARGEST_ARRAY
