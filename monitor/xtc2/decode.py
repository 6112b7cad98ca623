"""Payloads to values: what one datagram says about each detector, segment and algorithm."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.xtc2.fields import FieldPlace, labels_of, places, value
from monitor.xtc2.header import Kind
from monitor.xtc2.names import Field, Identity, Names, NamesTable


@dataclass(frozen=True, slots=True, eq=False)
class Contribution:
    """What a datagram holds of one detector, segment and algorithm.

    Attributes
    ----------
    damage
        Of the first payload, as psana2 reports it.
    data_damage
        Of the Data of all its payloads together; some detectors say there what is wrong.
    values
        Field name to value (text, ``EnumValue``, numpy scalar, or an array that is a view of the bytes).
    fields
        Field name to what the block of names says of it.
    missing
        Fields whose bytes are not all there.
    """

    damage: int
    data_damage: int
    values: dict[str, Any]
    fields: dict[str, Field]
    missing: list[Field] = field(default_factory=list)


@dataclass(frozen=True, slots=True, eq=False)
class Decoded:
    """What a datagram holds.

    Attributes
    ----------
    data
        By detector name, segment and algorithm.
    unknown
        Keys of payloads without a block of names; they cannot be read.
    """

    data: Mapping[Identity, Contribution]
    unknown: tuple[int, ...]


def decode(buffer: NDArray[np.uint8], index: NDArray[Any], table: NamesTable) -> Decoded:
    """Values of all payloads of one datagram; several of the same detector, segment and algorithm are merged, the later win.

    Parameters
    ----------
    buffer
        Bytes that the index counts in.
    index
        Entries of the datagram, of dtype ``INDEX``.
    table
        The blocks of names in force; of a Configure, its own.
    """
    data: dict[Identity, Contribution] = {}
    unknown: list[int] = []
    for entry in index[index["kind"] == Kind.SHAPES_DATA]:
        names = table.blocks.get(int(entry["names"]))
        if names is None:
            unknown.append(int(entry["names"]))
            continue
        found = decode_payload(buffer, entry, names)
        known = data.get(names.identity)
        data[names.identity] = found if known is None else _merged(known, found)
    return Decoded(data, tuple(unknown))


def decode_payload(buffer: NDArray[np.uint8], entry: Any, names: Names) -> Contribution:
    """Values of one payload; see ``decode``."""
    at, shapes_at = int(entry["data"]), int(entry["shapes"])
    data = np.asarray(buffer[at : at + int(entry["data_size"])])
    shapes = np.asarray(buffer[shapes_at : shapes_at + int(entry["shapes_size"])])
    found, missing = places(names, len(data), shapes)
    labels = labels_of(found, data)
    shown: list[FieldPlace] = [place for place in found if not place.field.is_label]
    return Contribution(
        int(entry["damage"]),
        int(entry["data_damage"]),
        {place.field.shown: value(place, data, labels) for place in shown},
        {place.field.shown: place.field for place in shown},
        missing,
    )


def _merged(known: Contribution, later: Contribution) -> Contribution:
    """Both together; fields of the later one win."""
    return Contribution(
        known.damage,
        known.data_damage | later.data_damage,
        {**known.values, **later.values},
        {**known.fields, **later.fields},
        [*known.missing, *later.missing],
    )
