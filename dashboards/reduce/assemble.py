"""Panels as one picture, from where their pixels are; for runs in files, whose service is gone."""

import numpy as np
from numpy.typing import NDArray

LONGEST_SIDE = 20_000


def placed(values: NDArray[np.float64], index: NDArray[np.int32]) -> NDArray[np.float32]:
    """The image of a frame, shape of ``index``; NaN where no pixel is.

    Parameters
    ----------
    values
        One value per pixel of the frame; NaN = masked.
    index
        Number of the frame's pixel at each place, -1 = none (``image_index``).
    """
    return np.where(index >= 0, values.ravel()[np.maximum(index, 0)], np.nan).astype(np.float32)


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
