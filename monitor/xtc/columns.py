"""Columns of fixed-size payloads: the same structure of many events as one array, with no Python loop over events."""

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from monitor.xtc.layout import Struct


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]  # numba has no types
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
