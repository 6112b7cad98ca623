"""Panels as one picture, from where their pixels are; for runs in files, whose service is gone."""

import numpy as np
from numpy.typing import NDArray

LONGEST_SIDE = 20_000


def assemble(values: NDArray[np.float64], x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float32] | None:
    """The image of panels.

    Parameters
    ----------
    values
        One value per pixel, shape (..., rows, columns); NaN = masked.
    x, y
        Where the pixels are, in any one unit of length, same shape.

    Returns
    -------
    numpy.ndarray or None
        Shape (rows along x, columns along y), NaN where no pixel is; of pixels that fall on one place the last. ``None`` if the
        places make no picture.
    """
    index = image_index(x, y) if values.shape == x.shape else None
    if index is None:
        return None
    return np.where(index >= 0, values.ravel()[index], np.nan).astype(np.float32)


def image_index(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.int32] | None:
    """Number of the frame's pixel at each place of the image, -1 = none; of pixels that fall on one place the last.

    Parameters
    ----------
    x, y
        Where the pixels are, in any one unit of length, shape (..., rows, columns).

    Returns
    -------
    numpy.ndarray or None
        int32, shape (rows along x, columns along y); ``None`` if the places make no picture.
    """
    if x.shape != y.shape or x.shape[-1] < 2 or not np.isfinite(x).all() or not np.isfinite(y).all():
        return None
    side = float(np.median(np.hypot(np.diff(x, axis=-1), np.diff(y, axis=-1))))
    if not side > 0:
        return None
    rows, columns = (np.rint((place - place.min()) / side).astype(np.int64).ravel() for place in (x, y))
    if max(rows.max(), columns.max()) >= LONGEST_SIDE:
        return None
    index = np.full((rows.max() + 1, columns.max() + 1), -1, np.int32)
    index[rows, columns] = np.arange(rows.size, dtype=np.int32)
    return index
