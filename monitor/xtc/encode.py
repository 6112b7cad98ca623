"""Records to payload bytes, by the same table that decodes them."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from monitor.xtc.decode import Configs, config_scope
from monitor.xtc.fields import array_layout, embedded_config
from monitor.xtc.layout import REST, Field, Struct
from monitor.xtc.scope import RecordScope
from monitor.xtc.types import EPICS_LAYOUTS, PayloadType

PADDING = 4
"""Every payload in a file is a multiple of this long."""

NO_LIMIT = 1 << 30
"""Stands for what the payload still holds where there is no payload yet."""


def encode(kind: PayloadType, values: Mapping[str, Any], configs: Configs = {}) -> bytes:  # noqa: B006  # never written
    """Bytes of a payload, padded to a multiple of 4: what ``decode`` reads back as ``values``.

    Parameters
    ----------
    values
        As in a decoded record; accessors are ignored. What is missing is zero, and a missing count is the length of the array it
        counts.
    configs
        Decoded configuration of the same source; needed if ``kind.config`` is not empty.

    Raises
    ------
    ValueError
        If an array does not have the shape that the counts or the configuration demand.
    """
    return _padded(_struct(kind.struct, values, config_scope(kind, configs)))


def encode_epics(dbr_type: int, values: Mapping[str, Any]) -> bytes:
    """Bytes of an EPICS value of this DBR type, padded to a multiple of 4; a missing ``numElements`` is counted."""
    return _padded(_struct(EPICS_LAYOUTS[dbr_type], {**values, "dbrType": dbr_type}, None))


def _padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % PADDING)


def _struct(struct: Struct, values: Mapping[str, Any], config: RecordScope | None) -> bytes:
    scope = RecordScope(struct, _counted(struct, values), config)
    data = b"".join(_field(item, scope) for item in struct.fields)
    return data + bytes(struct.padded(len(data)) - len(data))


def _counted(struct: Struct, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values, with missing counts taken from the arrays they count and missing fields set to zero or empty."""
    known = {name: value for name, value in values.items() if name != "derived"}
    for item in struct.fields:
        for axis, count in enumerate(item.shape):
            if isinstance(count, str) and count.isidentifier() and item.name in known and count not in known:
                known[count] = len(known[item.name]) if axis == 0 else np.shape(known[item.name])[axis]
    for item in struct.fields:
        for part in item.bits:
            known.setdefault(part.name, part.value(int(known.get(item.name, 0))))
        if not item.shape and not isinstance(item.type, Struct) and not item.bits:
            known.setdefault(item.name, b"" if item.type == "S1" else 0)
    return known


def _field(item: Field, scope: RecordScope) -> bytes:
    given = scope.record.get(item.name)
    if isinstance(item.type, Struct):
        return _records(item, item.type, given, scope)
    if item.bits:
        given = sum((int(scope.record[part.name]) & part.mask) << part.first for part in item.bits) | _rest(item, given)
    dtype, shape = array_layout(item, scope, _free(item, given))
    if given is None:
        return bytes(math.prod(shape) * dtype.itemsize)
    array = np.asarray(_as_bytes(given), dtype if dtype.kind != "S" else None)
    if dtype.kind == "S" and array.dtype.itemsize > dtype.itemsize:
        raise ValueError(f"{scope.struct.name}: {item.name} has room for {dtype.itemsize} characters, not {array.dtype.itemsize}")
    array = array.astype(dtype, copy=False)
    if array.shape != shape:
        raise ValueError(f"{scope.struct.name}: {item.name} has shape {array.shape} instead of {shape}")
    return array.tobytes()


def _records(item: Field, struct: Struct, given: Any, scope: RecordScope) -> bytes:
    config = embedded_config(struct, scope)
    records = [given or {}] if not item.shape else given
    shape = scope.dimensions(item.formulas, _free(item, given), 1)
    if records is None:
        records = [{}] * math.prod(shape)
    if len(records) != math.prod(shape):
        raise ValueError(f"{scope.struct.name}: {item.name} has {len(records)} records instead of {math.prod(shape)}")
    return b"".join(_struct(struct, record, config) for record in records)


def _free(item: Field, given: Any) -> int:
    """How many elements "the rest" is: as many as are given; the writer decides about all other lengths."""
    return len(given or ()) if REST in item.shape else NO_LIMIT


def _rest(item: Field, given: Any) -> int:
    """The bits of a word that belong to none of its parts."""
    return int(given or 0) & ~sum(part.mask << part.first for part in item.bits)


def _as_bytes(text: Any) -> Any:
    """Text as the file holds it, one byte per character."""
    if isinstance(text, list | tuple):
        return [_as_bytes(item) for item in text]
    return text.encode("latin-1") if isinstance(text, str) else text
