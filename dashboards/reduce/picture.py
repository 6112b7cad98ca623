"""An image as the screen can show it, and the limits of its colours."""

import numpy as np
from numpy.typing import NDArray


def reduced(image: NDArray[np.floating], most: int) -> tuple[NDArray[np.float32], int]:
    """Means of square blocks, so that no side exceeds ``most``.

    Parameters
    ----------
    image
        Shape (rows, columns); NaN = masked.
    most
        Most rows and columns wanted.

    Returns
    -------
    tuple
        Image, float32, NaN where a block has no valid pixel, and the side of a block in pixels; blocks at the far edges may be
        cut. A view if nothing had to be done.
    """
    side = -(-max(image.shape) // most)
    whole = image.astype(np.float32, copy=False)
    if side == 1:
        return whole, 1
    valid = np.isfinite(whole)
    count = _block_sums(valid.astype(np.float32), side)
    total = _block_sums(np.where(valid, whole, np.float32(0)), side)
    return np.divide(total, count, out=np.full_like(total, np.nan), where=count > 0), side


def _block_sums(values: NDArray[np.float32], side: int) -> NDArray[np.float32]:
    """Sums of blocks; rows first, because their memory lies side by side."""
    by_row = np.add.reduceat(values, np.arange(0, values.shape[0], side), axis=0)
    total: NDArray[np.float32] = np.add.reduceat(by_row, np.arange(0, values.shape[1], side), axis=1)
    return total


def percentile_limits(image: NDArray[np.floating], low: float, high: float) -> tuple[float, float]:
    """Colour limits at two percentiles of the valid pixels; never empty, (0, 1) without valid pixels."""
    good = image[np.isfinite(image)]
    if not len(good):
        return 0.0, 1.0
    first, last = (float(value) for value in np.percentile(good, (low, high)))
    return (first, last) if last > first else (first, first + max(abs(first) * 1e-3, 1e-6))


def log_limits(low: float, high: float) -> tuple[float, float]:
    """Limits a logarithmic scale can use: positive, at most six decades."""
    high = high if high > 0 else 1.0
    low = max(low, high * 1e-6)
    return (low, high) if low < high else (high * 1e-3, high)
