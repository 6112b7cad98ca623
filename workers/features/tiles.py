"""Frames as kernels of pixels and their neighbours take them: tiles that have nothing to do with one another."""

import math

import numpy as np
from numpy.typing import NDArray

from workers.features.data import Data


def tiles_of(data: Data, good: NDArray[np.bool_] | None = None) -> NDArray[np.floating]:
    """Frames of shape (events, tiles, rows, columns), float32 or float64, contiguous; a view if they are so already.

    Parameters
    ----------
    data
        Shape (events, ..., columns); NaN = bad.
    good
        Pixels outside are made NaN, in a copy; None = the frames say it all.
    """
    frames = np.asarray(data)
    if frames.dtype.kind != "f" or frames.dtype.itemsize < 4:
        frames = frames.astype(np.float32)
    if good is not None:
        frames = np.where(good, frames, frames.dtype.type(np.nan))
    return np.ascontiguousarray(frames.reshape(len(frames), *tile_shape(frames.shape[1:])))


def tile_shape(shape: tuple[int, ...]) -> tuple[int, int, int]:
    """(tiles, rows, columns) of an event's array; a single line is a tile of one row.

    >>> tile_shape((4, 2, 10, 20)), tile_shape((10, 20)), tile_shape((20,))
    ((8, 10, 20), (1, 10, 20), (1, 1, 20))
    """
    rows, columns = (1, *shape)[-2:]
    return math.prod(shape[:-2]), rows, columns
