"""Numbers of a rectangle of a frame, and which pixels have no bright neighbour, in memory that is kept from event to event."""

import numpy as np
from numpy.typing import NDArray

from workers.kernel import kernel


@kernel
def region_numbers(region: NDArray[np.float32], scratch: NDArray[np.float32]) -> tuple[float, float, float]:
    """Median, mean and standard deviation of the pixels that are there, ADU; NaN if there is none.

    Parameters
    ----------
    region
        Shape (rows, columns); NaN = absent.
    scratch
        Memory for all of its pixels.
    """
    count, total = 0, 0.0
    for row in range(region.shape[0]):
        for column in range(region.shape[1]):
            value = region[row, column]
            if value == value:
                scratch[count] = value
                count += 1
                total += value
    if count == 0:
        return np.nan, np.nan, np.nan
    used = scratch[:count]
    used.sort()
    mean, squares = total / count, 0.0
    for i in range(count):
        squares += (used[i] - mean) ** 2
    median = 0.5 * (float(used[(count - 1) // 2]) + float(used[count // 2]))
    return median, mean, np.sqrt(squares / count)


@kernel
def mark_without_bright_neighbours(frame: NDArray[np.float32], threshold: float, counts: NDArray[np.bool_]) -> None:
    """Fill ``counts`` (rows, columns): False where one of the four neighbours is above the threshold."""
    rows, columns = frame.shape
    counts[:] = True
    for row in range(rows):
        for column in range(columns):
            if frame[row, column] > threshold:
                for down, across in ((-1, 0), (1, 0), (0, -1), (0, 1)):
                    r, c = row + down, column + across
                    if 0 <= r < rows and 0 <= c < columns:
                        counts[r, c] = False


@kernel
def note_rows(
    seen: NDArray[np.float32],
    largest: float,
    group: int,
    medians: NDArray[np.float32],
    believed: NDArray[np.float32],
    taken: NDArray[np.float32],
    left_out: NDArray[np.float32],
) -> None:
    """What was found in each group of a row: even columns of all rows first, then the odd ones.

    Parameters
    ----------
    seen
        Record of the medians, shape (rows, 2, 3): median, taken off, pixels that counted.
    largest
        A greater median is not believed.
    group
        Pixels of a group.
    medians, believed, taken, left_out
        Filled, shape (2 * rows,): the median, 0 where nothing counted; the same, 0 where it is not believed; what was taken
        off; pixels that did not count.
    """
    rows = len(seen)
    for odd in range(2):
        for row in range(rows):
            found, shift, count = seen[row, odd]
            at = odd * rows + row
            medians[at] = found if found == found else np.float32(0)
            believed[at] = medians[at] if abs(medians[at]) <= largest else np.float32(0)
            taken[at] = shift
            left_out[at] = np.float32(group) - count
