"""What is known of the shape of each droplet: central moments, and its first pixels (as skimage's region properties have them)."""

import numpy as np
from numpy.typing import NDArray

from workers.kernel import kernel

MOMENTS = 4
"""Orders 0 to 3 along each axis."""
PIXELS_KEPT = 15


@kernel
def describe_regions(
    frames: NDArray[np.floating],
    rows: int,
    columns: int,
    runs: NDArray[np.int32],
    counts: NDArray[np.int64],
    boxes: NDArray[np.float64],
    centers: NDArray[np.float64],
    moments: NDArray[np.float64],
    pixels: NDArray[np.float64],
) -> None:
    """Fill moments and pixels, which are zeros before.

    Parameters
    ----------
    frames
        Shape (events, pixels).
    rows, columns
        Of a tile.
    runs, counts
        As ``find_droplets`` gives them: start, length and droplet; droplets of the event, those kept, runs.
    boxes, centers
        (row, column, row, column) and (row, column) of each droplet within its tile.
    moments
        Sum of value x (row - centre) ** i x (column - centre) ** j, shape (droplets, 4, 4).
    pixels
        Values of the box row by row, 0 outside the droplet, shape (droplets, 15).
    """
    run, first = 0, 0
    for event in range(len(frames)):
        for _ in range(counts[event, 2]):
            drop = first + runs[run, 2] - 1
            top, left, width = boxes[drop, 0], boxes[drop, 1], boxes[drop, 3] - boxes[drop, 1]
            for place in range(runs[run, 0], runs[run, 0] + runs[run, 1]):
                row, column, value = place // columns % rows, place % columns, np.float64(frames[event, place])
                at = np.int64((row - top) * width + column - left)
                if 0 <= at < PIXELS_KEPT:
                    pixels[drop, at] = value
                along_rows = value
                for i in range(MOMENTS):
                    term = along_rows
                    for j in range(MOMENTS):
                        moments[drop, i, j] += term
                        term *= column - centers[drop, 1]
                    along_rows *= row - centers[drop, 0]
            run += 1
        first += counts[event, 1]
