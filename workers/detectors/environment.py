"""What a detector tells besides its pixels: temperatures, currents, counters, as columns ``<detector>_env/<name>``.

Names and conversions are those of smalldata_tools where it has the value, else those of the facility's data description.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.model.column import Column
from monitor.model.field import Field
from monitor.xtc.layout import Struct
from monitor.xtc.types import PayloadType
from workers.detectors.area import OpenEnvironment
from workers.detectors.family import Read
from workers.detectors.sized import payload_dtype
from workers.detectors.table import stored_dtype
from workers.payloads import Payloads
from workers.run_view import RunView, Source


def as_stored(values: NDArray[Any]) -> NDArray[Any]:
    """For values that need no conversion."""
    return values


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One environment value.

    Attributes
    ----------
    name
        Of the column, without the detector.
    path
        Field of the payload, ``a`` or ``a.b`` for a field of embedded structures.
    unit
        After the conversion; empty for that of the data description.
    take
        Picks and converts: values with a leading event axis in, the same out.
    """

    name: str
    path: str
    unit: str = ""
    take: Callable[[NDArray[Any]], NDArray[Any]] = as_stored


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a field lies: first byte of each of its copies, dtype of one copy, and the shape of the copies."""

    starts: tuple[int, ...]
    dtype: np.dtype[Any]
    copies: tuple[int, ...]


def as_is(*names: str) -> tuple[Reading, ...]:
    """Readings of fields under their own names; those that a version of the payload does not have are left out."""
    return tuple(Reading(name=name.rpartition(".")[2], path=name) for name in names)


def environment(*readings: Reading) -> OpenEnvironment:
    """Reader of these values; one that a version or a configuration of the payload has no room for is left out."""

    def open_environment(source: Source, kind: PayloadType, run: RunView, detector: str) -> Read | None:
        dtype = payload_dtype(source, kind, run)
        found = [
            (place, reading, field)
            for reading in readings
            if (place := _place(dtype, reading.path)) is not None
            and (field := _field(kind.struct, place, reading, detector)) is not None
        ]
        return _reader(found) if found else None

    return open_environment


def _reader(found: Sequence[tuple[_Place, Reading, Field]]) -> Read:
    def read(payloads: Payloads) -> Iterable[Column]:
        gathered: dict[_Place, tuple[NDArray[Any], NDArray[np.bool_] | None]] = {}
        for place, reading, field in found:
            if place not in gathered:
                gathered[place] = _gather(payloads, place)
            values, present = gathered[place]
            yield Column(field, reading.take(values).astype(field.dtype), present)

    return read


def _place(dtype: np.dtype[Any], path: str) -> _Place | None:
    """Place of a field in a payload; None if the payload has none of this name."""
    head, _, rest = path.partition(".")
    if dtype.fields is None or head not in dtype.fields:
        return None
    outer, start = dtype.fields[head][:2]
    if not rest:
        return _Place((start,), outer, ())
    record, copies = outer.subdtype or (outer, ())
    inner = _place(record, rest)
    if inner is None:
        return None
    steps = range(int(np.prod(copies)))
    return _Place(tuple(start + step * record.itemsize + inner.starts[0] for step in steps), inner.dtype, copies)


def _field(struct: Struct, place: _Place, reading: Reading, detector: str) -> Field | None:
    """Field of a reading; None if the detector is too small to have it."""
    base, shape = place.dtype.subdtype or (place.dtype, ())
    try:
        example = reading.take(np.zeros((0, *place.copies, *shape), base))
    except IndexError:
        return None
    described = struct
    for name in reading.path.split("."):
        item = described.field(name)
        described = item.type if isinstance(item.type, Struct) else described
    return Field(
        name=f"{detector}_env/{reading.name}",
        dtype=stored_dtype(example.dtype, example.shape[1:]),
        shape=example.shape[1:],
        unit=reading.unit or item.unit or ("1" if example.dtype.kind in "iu" else ""),
        description=item.doc,
    )


def _gather(payloads: Payloads, place: _Place) -> tuple[NDArray[Any], NDArray[np.bool_] | None]:
    """Values of a field, shape (events, *copies, *shape), and which events have them."""
    base = payloads.entries["offset"]
    parts = [values_at(payloads, base + start, place.dtype) for start in place.starts]
    present = parts[-1][1]
    if not place.copies:
        return parts[0][0], present
    values = np.stack([values for values, _ in parts], axis=1)
    return values.reshape(len(values), *place.copies, *values.shape[2:]), present


def values_at(
    payloads: Payloads, offsets: NDArray[np.int64], dtype: np.dtype[Any]
) -> tuple[NDArray[Any], NDArray[np.bool_] | None]:
    """Values at one place of each payload.

    Parameters
    ----------
    offsets
        First byte in the payload's buffer, shape (payloads,); -1 = absent.

    Returns
    -------
    values, present
        Shape (events, *shape of the dtype), and True for events whose payload reaches that far; None = all.
    """
    entries = payloads.entries.copy()
    stops = entries["offset"] + entries["size"]
    entries["offset"], entries["size"] = offsets, stops - offsets
    inside = (offsets >= 0) & (entries["size"] >= dtype.itemsize)
    part = Payloads(entries[inside], payloads.buffers, payloads.count)
    return part.table(np.dtype([("value", dtype)]))["value"], part.present
