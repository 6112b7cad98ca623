"""Compressed chunks made beside the HDF5 library, which would do it on one core and hold up every other thread meanwhile."""

import zlib
from collections.abc import Iterator
from concurrent.futures import Executor
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

LEVEL = 1
FILTERS: dict[str, Any] = {"shuffle": True, "compression": "gzip", "compression_opts": LEVEL}
"""What the chunks declare; every HDF5 library has these filters."""


def write_rows(dataset: h5py.Dataset, first: int, rows: NDArray[Any], pool: Executor) -> None:
    """Write rows from ``first`` on, a multiple of the chunk length, into a dataset with ``FILTERS``.

    Parameters
    ----------
    dataset
        Long enough for the rows; they must end at its end or at the end of a chunk.
    first
        Row number of the first.
    rows
        Shape (rows, ...), dtype of the dataset.
    pool
        Threads that compress.
    """
    length = dataset.chunks[0]
    starts = range(first, first + len(rows), length)
    origin = (0,) * (rows.ndim - 1)
    for start, packed in zip(starts, pool.map(pack, _chunks(rows, length, dataset.fillvalue)), strict=True):
        dataset.id.write_direct_chunk((start, *origin), packed)


def append_rows(dataset: h5py.Dataset, first: int, rows: NDArray[Any]) -> None:
    """Write rows from ``first`` on, to the end of a dataset without filters that is long enough for them.

    Whole chunks go into the file directly, past the library's cache of chunks: a third of the time. The low-level calls for the
    others save half of it.

    Parameters
    ----------
    dataset
        One chunk wide.
    first
        Row number of the first.
    rows
        Shape (rows, ...), dtype of the dataset, contiguous.
    """
    length, stop = dataset.chunks[0], first + len(rows)
    origin = (0,) * (rows.ndim - 1)
    begin = min(stop, -(-first // length) * length)
    end = max(begin, stop // length * length)
    for start in range(begin, end, length):
        dataset.id.write_direct_chunk((start, *origin), rows[start - first : start - first + length])
    for low, high in ((first, begin), (end, stop)):
        if low < high:
            where = h5py.h5s.create_simple((stop, *rows.shape[1:]))
            where.select_hyperslab((low, *origin), (high - low, *rows.shape[1:]))
            part = rows[low - first : high - first]
            dataset.id.write(h5py.h5s.create_simple(part.shape), where, part)


def pack(chunk: NDArray[Any]) -> bytes:
    """One chunk as the file holds it: first bytes of all elements, second bytes of all ..., then deflated."""
    elements = np.ascontiguousarray(chunk).reshape(-1)
    planes = elements.view(np.uint8).reshape(len(elements), elements.itemsize).T
    return zlib.compress(np.ascontiguousarray(planes).data, LEVEL)


def _chunks(rows: NDArray[Any], length: int, fill: Any) -> Iterator[NDArray[Any]]:
    """Pieces of the length of a chunk; the last one filled up."""
    for start in range(0, len(rows), length):
        piece = rows[start : start + length]
        if len(piece) < length:
            whole = np.full((length, *rows.shape[1:]), fill, rows.dtype)
            whole[: len(piece)] = piece
            piece = whole
        yield piece
