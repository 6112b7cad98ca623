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
    if values.shape != x.shape or x.shape != y.shape or x.shape[-1] < 2 or not np.isfinite(x).all() or not np.isfinite(y).all():
        return None
    side = float(np.median(np.hypot(np.diff(x, axis=-1), np.diff(y, axis=-1))))
    if not side > 0:
        return None
    rows, columns = (np.rint((place - place.min()) / side).astype(np.int64).ravel() for place in (x, y))
    if max(rows.max(), columns.max()) >= LONGEST_SIDE:
        return None
    image = np.full((rows.max() + 1, columns.max() + 1), np.nan, np.float32)
    image[rows, columns] = values.ravel()
    return image
