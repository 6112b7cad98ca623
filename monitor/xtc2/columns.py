"""Columns of a batch: one field of many payloads as one array, with no Python loop over events."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from monitor.xtc2.fields import SHAPE_SIZE
from monitor.xtc2.header import EXTENT_LIMIT
from monitor.xtc2.names import RANK_LIMIT, Names
from monitor.xtc2.words import plain, word

ABSENT = -1


@dataclass(frozen=True, slots=True, eq=False)
class Located:
    """Where the fields of many payloads of one block of names lie.

    Attributes
    ----------
    names
        The block.
    buffer
        Bytes that the offsets count in, uint8.
    offsets, sizes
        First byte and number of bytes, int64, shape (fields, payloads); -1 and 0 where the field is not whole.
    shapes
        Dimensions in the first payload that has the field, int64, shape (fields, 5).
    fixed
        Whether all payloads that have the field agree in its dimensions, bool, shape (fields,).
    shapes_at
        First byte of the shapes of each payload, int64, shape (payloads,).
    """

    names: Names
    buffer: NDArray[np.uint8]
    offsets: NDArray[np.int64]
    sizes: NDArray[np.int64]
    shapes: NDArray[np.int64]
    fixed: NDArray[np.bool_]
    shapes_at: NDArray[np.int64]

    def dimensions(self, number: int) -> NDArray[np.int64]:
        """Dimensions of a field in each payload, shape (payloads, rank); -1 where the payload does not have it."""
        rank, before = self.names.fields[number].rank, sum(field.rank > 0 for field in self.names.fields[:number])
        found = np.full((len(self.shapes_at), rank), ABSENT, np.int64)
        rows = np.flatnonzero(self.offsets[number] != ABSENT)
        raw = gather(self.buffer, self.shapes_at[rows] + SHAPE_SIZE * before, 4 * rank if len(rows) else 0)
        found[rows] = raw.view("<u4").reshape(len(rows), rank) if rank and len(rows) else 0
        return found

    def having(self, number: int, shape: tuple[int, ...]) -> NDArray[np.bool_]:
        """Payloads that have a field with these dimensions, shape (payloads,)."""
        whole: NDArray[np.bool_] = self.offsets[number] != ABSENT
        if self.shape(number) == shape or not whole.any():
            return whole
        fits: NDArray[np.bool_] = whole & (self.dimensions(number) == np.array(shape, np.int64)).all(axis=1)
        return fits

    def values(self, number: int, rows: NDArray[np.int64], shape: tuple[int, ...]) -> NDArray[Any]:
        """Values of a field in payloads that have it with these dimensions, a copy of shape (rows, \\*shape)."""
        field = self.names.fields[number]
        size = math.prod(shape) * field.dtype.itemsize
        if not size:
            return np.empty((len(rows), *shape), field.dtype)
        return gather(self.buffer, self.offsets[number, rows], size).view(field.dtype).reshape(len(rows), *shape)

    def shape(self, number: int) -> tuple[int, ...] | None:
        """Dimensions of a field, which is counted from 0; None if they differ between payloads."""
        if not self.fixed[number]:
            return None
        return tuple(self.shapes[number, : self.names.fields[number].rank].tolist())

    def column(self, number: int) -> tuple[NDArray[np.int64], NDArray[Any]]:
        """Values of a field with fixed dimensions.

        Returns
        -------
        rows, values
            Payloads that have the field, shape (n,), and their values, a copy of shape (n, *dimensions).

        Raises
        ------
        ValueError
            If the dimensions differ between payloads.
        """
        field, shape = self.names.fields[number], self.shape(number)
        if shape is None:
            raise ValueError(f"{field.name} has different shapes")
        rows = np.flatnonzero(self.offsets[number] != ABSENT)
        size = int(self.sizes[number, rows[0]]) if len(rows) else 0
        raw = gather(self.buffer, self.offsets[number, rows], size)
        return rows, raw.view(field.dtype).reshape(len(rows), *shape) if size else np.empty((len(rows), *shape), field.dtype)

    def payload(self, number: int, row: int) -> NDArray[Any] | None:
        """Elements of a field in one payload as a flat view; None if it is not there."""
        at, size = int(self.offsets[number, row]), int(self.sizes[number, row])
        return None if at == ABSENT else self.buffer[at : at + size].view(self.names.fields[number].dtype)


def locate(buffer: NDArray[np.uint8], entries: NDArray[Any], names: Names) -> Located:
    """Find the fields of payloads of one block of names.

    Parameters
    ----------
    buffer
        Bytes, uint8.
    entries
        Payloads, of dtype ``INDEX``; all of this block.
    names
        The block.
    """
    fields, count = len(names.fields), len(entries)
    found = Located(
        names,
        plain(buffer),
        np.full((fields, count), ABSENT, np.int64),
        np.zeros((fields, count), np.int64),
        np.zeros((fields, RANK_LIMIT), np.int64),
        np.ones(fields, np.bool_),
        np.ascontiguousarray(entries["shapes"]).astype(np.int64),
    )
    ranks = np.array([field.rank for field in names.fields], np.int64)
    widths = np.array([field.dtype.itemsize for field in names.fields], np.int64)
    places = [np.ascontiguousarray(entries[name]).astype(np.int64) for name in ("data", "data_size", "shapes", "shapes_size")]
    _locate(found.buffer, *places, ranks, widths, found.offsets, found.sizes, found.shapes, found.fixed)
    return found


@njit(cache=True, nogil=True)
def _locate(  # type: ignore[no-untyped-def]
    buffer, data, data_size, shapes, shapes_size, ranks, widths, offsets, sizes, first, fixed
):
    """Fill places, sizes and first dimensions; a field that is not whole ends its payload."""
    end = len(buffer)
    seen = np.zeros(len(ranks), np.bool_)
    dimensions = np.zeros(RANK_LIMIT, np.int64)
    for row in range(len(data)):
        at, stop = data[row], data[row] + data_size[row]
        shape_at, shape_stop = shapes[row], shapes[row] + shapes_size[row]
        if at < 0 or stop > end or at > stop or shape_at < 0 or shape_stop > end:
            continue
        for number in range(len(ranks)):
            rank, size, possible = ranks[number], widths[number], np.int64(1)
            if rank:
                if shape_at + SHAPE_SIZE > shape_stop:
                    break
                for axis in range(rank):
                    length = word(buffer, shape_at + 4 * axis)
                    dimensions[axis] = length
                    # Both factors are below 2^32 here, so that the products stay inside 63 bits.
                    possible *= max(length, np.int64(1))
                    if possible > EXTENT_LIMIT:
                        break
                    size *= length
                shape_at += SHAPE_SIZE
            if possible > EXTENT_LIMIT or size > stop - at:
                break
            offsets[number, row], sizes[number, row] = at, size
            at += size
            for axis in range(rank):
                if not seen[number]:
                    first[number, axis] = dimensions[axis]
                elif first[number, axis] != dimensions[axis]:
                    fixed[number] = False
            seen[number] = True


def gather(buffer: NDArray[np.uint8], offsets: NDArray[np.int64], size: int) -> NDArray[np.uint8]:
    """So many bytes from each of these offsets.

    Returns
    -------
    numpy.ndarray
        Shape (n, size), a copy.

    Raises
    ------
    IndexError
        If they are not all inside of the buffer.
    """
    if len(offsets) and (offsets.min() < 0 or offsets.max() > len(buffer) - size):
        raise IndexError(f"{size} bytes at {offsets.min()} to {offsets.max()} are not inside {len(buffer)} bytes")
    out = np.empty((len(offsets), size), np.uint8)
    _copy(plain(buffer), np.ascontiguousarray(offsets), out)
    return out


@njit(cache=True, nogil=True)
def _copy(buffer, offsets, out):  # type: ignore[no-untyped-def]
    """Copy rows of bytes."""
    for row in range(len(offsets)):
        start = offsets[row]
        for byte in range(out.shape[1]):
            out[row, byte] = buffer[start + byte]
