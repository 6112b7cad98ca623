"""An image as the screen can show it, and the limits of its colours."""

import numpy as np
from numba import njit
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
    small = np.empty((-(-whole.shape[0] // side), -(-whole.shape[1] // side)), np.float32)
    block_means(whole, side, small)
    return small, side


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]  # numba has no types
def block_means(image: NDArray[np.float32], side: int, small: NDArray[np.float32]) -> None:
    """Fill ``small`` with the means of the finite pixels of square blocks, NaN where there are none.

    Row by row through the image, so that memory is read once and in order: 3 Mpx take a few ms, whole-array operations 100.
    """
    rows, columns = image.shape
    total, count = np.empty(small.shape[1]), np.empty(small.shape[1])
    for i in range(small.shape[0]):
        total[:] = 0.0
        count[:] = 0.0
        for row in range(i * side, min(rows, (i + 1) * side)):
            for j in range(small.shape[1]):
                for column in range(j * side, min(columns, (j + 1) * side)):
                    value = image[row, column]
                    if np.isfinite(value):
                        total[j] += value
                        count[j] += 1.0
        for j in range(small.shape[1]):
            small[i, j] = total[j] / count[j] if count[j] else np.nan


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
