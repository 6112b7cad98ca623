"""Structures and fields out of bytes; every count that comes from bytes is checked against the payload before it is used."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.errors import DamagedData
from monitor.xtc.layout import Field, Struct
from monitor.xtc.scope import NO_VALUE, Record, RecordScope

Payload = NDArray[np.uint8]


def decode_struct(struct: Struct, payload: Payload, config: RecordScope | None = None, offset: int = 0) -> tuple[Record, int]:
    """Record of the structure at ``offset``, and the offset behind it and its padding."""
    scope, start = RecordScope(struct, {}, config), offset
    for item in struct.fields:
        offset = read_field(item, scope, payload, offset)
    derived = {}
    for rule in struct.derived:
        if rule.arguments:
            continue
        try:
            derived[rule.name] = scope.accessor(rule)
        except NO_VALUE:
            continue
    if derived:
        scope.record["derived"] = derived
    return scope.record, start + struct.padded(offset - start)


def read_field(item: Field, scope: RecordScope, payload: Payload, offset: int) -> int:
    """Put one field into the scope's record (or among its hidden values); return the offset behind it."""
    if isinstance(item.type, Struct):
        return _read_records(item, item.type, scope, payload, offset)
    dtype, shape = array_layout(item, scope, len(payload) - offset)
    end = offset + math.prod(shape) * dtype.itemsize
    if end > len(payload):
        raise too_short(scope.struct, item, end, payload)
    array = payload[offset:end].view(dtype).reshape(shape) if dtype.itemsize else np.zeros(shape, dtype)
    value: Any = _text(array) if dtype.kind == "S" else array if item.shape else _scalar(array)
    for part in item.bits:
        scope.record[part.name] = part.value(value)
    (scope.hidden if item.hidden else scope.record)[item.name] = value
    return end


def array_layout(item: Field, scope: RecordScope, remaining: int) -> tuple[np.dtype[Any], tuple[int, ...]]:
    """Dtype of an element and shape of a field that is not a structure; a text is one element."""
    if item.type != "S1":
        dtype = np.dtype(f"<{item.type}")
        return dtype, scope.dimensions(item.formulas, remaining, dtype.itemsize)
    *shape, length = scope.dimensions(item.formulas or (1,), remaining, 1)
    return np.dtype(f"S{min(length, remaining + 1)}"), tuple(shape)


def _read_records(item: Field, struct: Struct, scope: RecordScope, payload: Payload, offset: int) -> int:
    config = embedded_config(struct, scope)
    shape = record_shape(item, struct, scope, payload, offset)
    records = []
    for _ in range(math.prod(shape)):
        record, offset = decode_struct(struct, payload, config, offset)
        records.append(record)
    (scope.hidden if item.hidden else scope.record)[item.name] = records if item.shape else records[0]
    return offset


def record_shape(item: Field, struct: Struct, scope: RecordScope, payload: Payload, offset: int) -> tuple[int, ...]:
    """Shape of a field of structures, checked to fit into what is left of the payload."""
    per = max(struct.smallest, 1)
    shape = scope.dimensions(item.formulas, len(payload) - offset, per)
    if offset + math.prod(shape) * per > len(payload) and struct.smallest:
        raise too_short(scope.struct, item, offset + math.prod(shape) * per, payload)
    return shape


def embedded_config(struct: Struct, scope: RecordScope) -> RecordScope | None:
    """Configuration of a structure inside another: that of the payload, else a field beside it (shared devices)."""
    if struct.config and scope.config is None:
        for item in scope.struct.fields:
            if isinstance(item.type, Struct) and item.type.name in struct.config and item.name in scope.record:
                return RecordScope(item.type, scope.record[item.name])
    return scope.config


def too_short(struct: Struct, item: Field, end: int, payload: Payload) -> DamagedData:
    """The error for a field that does not fit."""
    return DamagedData(f"{struct.name}: {item.name} ends at byte {end}, the payload has {len(payload)}", offset=len(payload))


def _scalar(array: NDArray[Any]) -> Any:
    """An int or a float; single precision stays ``numpy.float32``, so that nobody prints digits that were never measured."""
    return array[()] if array.dtype == np.float32 else array.item()


def _text(array: NDArray[np.bytes_]) -> Any:
    """Text up to the first NUL, one character per byte; a list for an array of texts."""
    texts = [text.split(b"\0", 1)[0].decode("latin-1") for text in array.ravel().tolist()]
    return texts if array.ndim else texts[0]
