"""Hundreds of scalar columns as a few matrices: on the way from a worker they cost a batch what one column would.

What the fields are is packed once and known again by its bytes, so that neither side takes it apart for every batch.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import msgpack
import numpy as np
from numpy.typing import NDArray

from monitor.errors import ProtocolError
from monitor.model.column import Column
from monitor.model.field import Field
from monitor.wire.message import Message

LAYOUTS_KEPT = 64

Fields = tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class _Packed:
    """Fields of each matrix as bytes; the fields themselves are held, because they are known by their identity."""

    fields: tuple[Fields, ...]
    data: bytes


_PACKED: dict[tuple[int, ...], _Packed] = {}


def put_side_by_side(columns: Iterable[Column]) -> tuple[bytes, dict[str, NDArray[Any]]]:
    """Columns as matrices, one per dtype.

    Parameters
    ----------
    columns
        Scalar columns (``fits``) of the same events.

    Returns
    -------
    layout
        What the rows of the matrices are, for the header.
    matrices
        ``b/<number>`` to values, shape (fields, events).
    """
    by_type: dict[str, list[Column]] = {}
    for column in columns:
        by_type.setdefault(column.values.dtype.str, []).append(column)
    matrices = {f"b/{n}": np.array([column.values for column in some]) for n, some in enumerate(by_type.values())}
    fields = tuple(tuple(column.field for column in some) for some in by_type.values())
    key = tuple(id(field) for some in fields for field in some)
    packed = _PACKED.get(key)
    if packed is None:
        while len(_PACKED) >= LAYOUTS_KEPT:
            del _PACKED[next(iter(_PACKED))]
        data = msgpack.packb([[[field.name, field.unit, field.description] for field in some] for some in fields])
        packed = _PACKED[key] = _Packed(fields, data)
    return packed.data, matrices


def fits(column: Column) -> bool:
    """Whether a column can lie beside others: one number for every event, in a row for every event."""
    field = column.field
    if field.shape or field.ragged or field.aligned or field.dtype.kind not in "biuf":
        return False
    return column.present is None or bool(column.present.all())


def take_apart(message: Message, count: int) -> dict[str, Column]:
    """Columns of the matrices of a message, by path; views.

    Raises
    ------
    ProtocolError
        If the layout cannot be read, or a matrix does not have a row per field and a value per event.
    """
    layout = message.header.get("layout", b"")
    if not isinstance(layout, bytes):
        raise ProtocolError("the layout of the columns is no bytes")
    columns: dict[str, Column] = {}
    for n, known in enumerate(_layout(layout) if layout else ()):
        matrix = message.arrays.get(f"b/{n}")
        if matrix is None or matrix.dtype.kind not in "biuf" or matrix.shape != (len(known), count):
            raise ProtocolError(f"the columns of matrix {n} do not have one value for each of {count} events")
        for field, values in zip(_typed(known, matrix.dtype), matrix, strict=True):
            columns[field.name] = Column(field, values)
    return columns


@lru_cache(maxsize=LAYOUTS_KEPT)
def _layout(data: bytes) -> tuple[tuple[tuple[str, str, str], ...], ...]:
    """Name, unit and description of each row of each matrix."""
    try:
        found = msgpack.unpackb(data, use_list=False, max_ext_len=0, max_map_len=0)
    except (ValueError, TypeError, RecursionError, msgpack.exceptions.UnpackException) as error:
        raise ProtocolError("the layout of the columns cannot be read") from error
    if not isinstance(found, tuple) or not all(isinstance(some, tuple) and all(map(_is_entry, some)) for some in found):
        raise ProtocolError("the layout of the columns is not name, unit and description for each of them")
    names = [entry[0] for some in found for entry in some]
    if len(set(names)) != len(names):
        raise ProtocolError("the layout of the columns names one of them twice")
    return found


def _is_entry(entry: object) -> bool:
    return isinstance(entry, tuple) and len(entry) == 3 and all(isinstance(text, str) for text in entry)


@lru_cache(maxsize=4 * LAYOUTS_KEPT)
def _typed(known: tuple[tuple[str, str, str], ...], dtype: np.dtype[Any]) -> Fields:
    """The fields of a matrix: the same objects for every batch."""
    return tuple(Field(name=name, dtype=dtype, unit=unit, description=description) for name, unit, description in known)
