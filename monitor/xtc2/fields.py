"""Where the fields of one payload lie, by its block of names and its shapes; nothing outside of it is believed."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.xtc2.header import EXTENT_LIMIT
from monitor.xtc2.names import RANK_LIMIT, Field, FieldType, Names, text

SHAPE_SIZE = 4 * RANK_LIMIT
"""Bytes of one shape: five words, of which as many count as the field has dimensions."""


@dataclass(frozen=True, slots=True)
class EnumValue:
    """The value of an enumeration.

    Attributes
    ----------
    value
        The number.
    names
        What the numbers mean, as far as known.
    """

    value: int
    names: dict[int, str]

    @property
    def label(self) -> str | None:
        """What the value means; None if nothing says so."""
        return self.names.get(self.value)


@dataclass(frozen=True, slots=True)
class FieldPlace:
    """Where one field lies.

    Attributes
    ----------
    field
        Which one.
    offset, size
        First byte in the payload, and number of bytes.
    shape
        Its dimensions, slowest first; empty for a scalar.
    """

    field: Field
    offset: int
    size: int
    shape: tuple[int, ...]


def places(names: Names, data_size: int, shapes: NDArray[np.uint8]) -> tuple[list[FieldPlace], list[Field]]:
    """Places of the fields that are whole inside the payload, and the fields that are not.

    Parameters
    ----------
    names
        What the payload holds.
    data_size
        Its length in bytes; it may be longer than its fields.
    shapes
        Bytes of the shapes; may be longer than needed.
    """
    found: list[FieldPlace] = []
    at, shape_at = 0, 0
    for number, field in enumerate(names.fields):
        shape: tuple[int, ...] = ()
        if field.rank:
            if shape_at + SHAPE_SIZE > len(shapes):
                return found, list(names.fields[number:])
            shape = tuple(shapes[shape_at : shape_at + 4 * field.rank].view("<u4").tolist())
            shape_at += SHAPE_SIZE
        size = math.prod(shape) * field.dtype.itemsize
        if at + size > data_size or not _is_possible(shape):
            return found, list(names.fields[number:])
        found.append(FieldPlace(field, at, size, shape))
        at += size
    return found, []


def _is_possible(shape: tuple[int, ...]) -> bool:
    """Whether an array can have this shape; one with a dimension of 0 has no bytes that would tell."""
    return math.prod(max(1, n) for n in shape) <= EXTENT_LIMIT


def value(place: FieldPlace, data: NDArray[np.uint8], labels: dict[str, dict[int, str]]) -> Any:
    """Value of a field: text, an ``EnumValue``, a numpy scalar, or an array that is a view of the payload.

    Parameters
    ----------
    place
        Where it lies, from ``places``.
    data
        The payload.
    labels
        Dictionaries of enumerations, by name.
    """
    field, raw = place.field, data[place.offset : place.offset + place.size]
    if field.type == FieldType.CHARSTR and field.rank == 1:
        return text(raw)
    array: NDArray[Any] = raw.view(field.dtype).reshape(place.shape)
    if field.rank:
        return array
    if field.is_enum:
        return EnumValue(int(array[()]), labels.get(field.dictionary, {}))
    return array[()]


def labels_of(found: list[FieldPlace], data: NDArray[np.uint8]) -> dict[str, dict[int, str]]:
    """Dictionaries of enumerations in a payload: by name, number to label."""
    labels: dict[str, dict[int, str]] = {}
    for place in found:
        if place.field.is_label and place.size == place.field.dtype.itemsize:
            label = place.field.name.split(":", 1)[0]
            number = int(data[place.offset : place.offset + place.size].view("<i4")[0])
            labels.setdefault(place.field.dictionary, {})[number] = label
    return labels
