"""Columns of fixed-size payloads: the same structure of many events as one array, with no Python loop over events."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.errors import DamagedData
from monitor.kernel import kernel
from monitor.xtc.decode import Configs, config_scope
from monitor.xtc.fields import array_layout
from monitor.xtc.header import EXTENT_LIMIT
from monitor.xtc.layout import REST, Field, Struct
from monitor.xtc.scope import RecordScope
from monitor.xtc.types import PayloadType

COUNT_SIZE = 4
"""Bytes of the count in front of counted items."""


@kernel
def _copy(buffer: NDArray[np.uint8], offsets: NDArray[np.int64], out: NDArray[np.uint8]) -> int:
    """Copy ``out.shape[1]`` bytes from each offset; return the first row whose bytes are not all inside, or -1."""
    size = out.shape[1]
    last = buffer.shape[0] - size
    for row in range(offsets.shape[0]):
        start = offsets[row]
        if start < 0 or start > last:
            return row
        for byte in range(size):
            out[row, byte] = buffer[start + byte]
    return -1


def gather(buffer: NDArray[np.uint8], offsets: NDArray[np.int64], dtype: np.dtype[Any]) -> NDArray[Any]:
    """Fixed-size payloads at these offsets, as one structured array.

    Parameters
    ----------
    buffer
        Bytes, shape (size,); a memory map will do.
    offsets
        Where each payload begins, shape (n,). The caller has checked that each payload is at least as long as ``dtype``.
    dtype
        Packed dtype of the payload, from the table.

    Returns
    -------
    numpy.ndarray
        Shape (n,), a copy.

    Raises
    ------
    IndexError
        If a payload would reach outside of the buffer.

    Examples
    --------
    >>> data = np.arange(8, dtype=np.uint8)
    >>> gather(data, np.array([5, 0]), np.dtype([("low", "u1"), ("high", "<u2")]))["low"]
    array([5, 0], dtype=uint8)
    """
    out = np.empty((len(offsets), dtype.itemsize), np.uint8)
    wrong = _copy(np.asarray(buffer), np.asarray(offsets, np.int64), out)
    if wrong >= 0:
        raise IndexError(
            f"payload {wrong} at offset {offsets[wrong]} with {dtype.itemsize} bytes is not inside {len(buffer)} bytes"
        )
    return out.reshape(-1).view(dtype) if dtype.itemsize else np.empty(len(offsets), dtype)


@kernel
def _count(buffer: NDArray[np.uint8], offsets: NDArray[np.int64], sizes: NDArray[np.int64], per: int) -> NDArray[np.int64]:
    """The u4 at the start of each payload, or -1 where the payload cannot hold so many items."""
    counts = np.full(offsets.shape[0], -1, np.int64)
    for row in range(offsets.shape[0]):
        start, size = offsets[row], min(sizes[row], buffer.shape[0] - offsets[row])
        if start < 0 or size < COUNT_SIZE:
            continue
        count = np.int64(0)
        for byte in range(COUNT_SIZE):
            count |= np.int64(buffer[start + byte]) << (8 * byte)
        if COUNT_SIZE + count * per <= size:
            counts[row] = count
    return counts


def gather_counted(
    buffer: NDArray[np.uint8], offsets: NDArray[np.int64], sizes: NDArray[np.int64], item: np.dtype[Any]
) -> tuple[NDArray[np.int64], NDArray[Any]]:
    """Payloads that are a u4 count and as many items (the codes of an event receiver), as counts and one array of all items.

    Parameters
    ----------
    buffer
        Bytes, shape (size,).
    offsets, sizes
        Where each payload begins and how long it is, shape (n,).
    item
        Packed dtype of one item.

    Returns
    -------
    counts, items
        Shape (n,) and (total,); a count is -1 where the payload is too short for it, and then it has no items.
    """
    where = np.asarray(offsets, np.int64)
    counts = _count(np.asarray(buffer), where, np.asarray(sizes, np.int64), item.itemsize)
    held = np.maximum(counts, 0)
    within = np.arange(held.sum()) - np.repeat(np.cumsum(held) - held, held)
    return counts, gather(buffer, np.repeat(where + COUNT_SIZE, held) + within * item.itemsize, item)


def config_dtype(kind: PayloadType, configs: Configs) -> np.dtype[Any] | None:
    """Packed dtype of a payload whose size depends on nothing but the configuration of its source.

    Returns
    -------
    numpy.dtype or None
        None if the size depends on the payload itself (a CsPad, a frame) or the configuration gives no believable size.

    Raises
    ------
    DamagedData
        If the configuration is missing.
    """
    return _sized(kind.struct, RecordScope(kind.struct, {}, config_scope(kind, configs)))


def _sized(struct: Struct, scope: RecordScope) -> np.dtype[Any] | None:
    entries: list[tuple[str, np.dtype[Any], tuple[int, ...]]] = []
    for item in struct.fields:
        try:
            if isinstance(item.type, Struct):
                dtype, shape = _sized(item.type, RecordScope(item.type, {}, scope.config)), scope.dimensions(item.formulas, 0, 1)
            else:
                dtype, shape = array_layout(item, scope, EXTENT_LIMIT)
        except DamagedData:
            return None
        if dtype is None or REST in item.shape or _is_padded(item, dtype):
            return None
        entries.append((item.name, dtype, shape))
    size = sum(dtype.itemsize * math.prod(shape) for _, dtype, shape in entries)
    return np.dtype(entries) if size <= EXTENT_LIMIT else None


def _is_padded(item: Field, dtype: np.dtype[Any]) -> bool:
    """Whether structures of this field have padding between them, which a packed dtype cannot say."""
    return isinstance(item.type, Struct) and item.type.padded(dtype.itemsize) != dtype.itemsize


def column(rows: NDArray[Any], struct: Struct, name: str) -> NDArray[Any]:
    """One field of gathered payloads: a plain field as a view, a bit field extracted, ``a.b`` for an embedded structure.

    Parameters
    ----------
    rows
        From ``gather`` with ``struct.dtype``.
    name
        Field or bit field of the structure.

    Raises
    ------
    KeyError
        If the structure has no such field.
    """
    head, _, rest = name.partition(".")
    for item in struct.fields:
        if item.name == head:
            inner = rows[head]
            return column(inner, item.type, rest) if rest and isinstance(item.type, Struct) else inner
        for part in item.bits:
            if part.name == head:
                word: NDArray[Any] = rows[item.name]
                value: NDArray[Any] = (word >> word.dtype.type(part.first)) & word.dtype.type(part.mask)
                return value
    raise KeyError(f"{struct.name} has no field {name!r}")
