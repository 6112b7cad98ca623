"""Moments of the good pixels of a rectangle, in one pass over the memory."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from workers.kernel import summing_kernel

TOTAL, COUNT, LARGEST, SMALLEST, SPREAD, ROW, COLUMN, IMAGE_ROW, IMAGE_COLUMN, ABOVE = range(10)
NUMBERS = 10


@dataclass(frozen=True, slots=True, eq=False)
class Rectangle:
    """Which pixels, panel by panel, and what is counted.

    Attributes
    ----------
    grid
        Number of the pixel in the flattened frame, int32, shape (panels, rows, columns); -1 = no pixel there.
    keep
        False = left out in every event, same shape.
    image_row, image_column
        Place of each pixel in the assembled image, float32, same shape; of no length if nobody asks.
    low, high
        Values outside count as zero.
    limit
        Good pixels from here on are counted as saturated.
    """

    grid: NDArray[np.int32]
    keep: NDArray[np.bool_]
    image_row: NDArray[np.float32]
    image_column: NDArray[np.float32]
    low: float
    high: float
    limit: float

    def numbers(self, flat: NDArray[np.floating]) -> NDArray[np.float64]:
        """Numbers of each panel, shape (events, panels, 10), of frames of shape (events, pixels); NaN = bad.

        Sum, count, largest, smallest (NaN without good pixels), sum of squared distances from the mean, sum of value x row and
        x column in the rectangle, the same with rows and columns of the image, and the count of saturated pixels.
        """
        found = np.zeros((len(flat), len(self.grid), NUMBERS))
        contiguous = bool((self.grid[:, :, 0] >= 0).all() and (np.diff(self.grid, axis=2) == 1).all())
        whole = bool(self.keep.all())
        _numbers(
            flat,
            self.grid,
            self.keep,
            contiguous,
            whole,
            self.image_row,
            self.image_column,
            self.low,
            self.high,
            self.limit,
            found,
        )
        return found


@summing_kernel
def _numbers(
    flat: NDArray[np.floating],
    grid: NDArray[np.int32],
    keep: NDArray[np.bool_],
    contiguous: bool,
    whole: bool,
    image_row: NDArray[np.float32],
    image_column: NDArray[np.float32],
    low: float,
    high: float,
    limit: float,
    found: NDArray[np.float64],
) -> None:
    panels, rows, columns = grid.shape
    bad = flat.dtype.type(np.nan)
    zero, most = flat.dtype.type(0), flat.dtype.type(np.inf)
    # Through buffers of one row, because the compiler vectorizes a choice and a sum, but not both in one loop.
    value, good = np.empty(columns, flat.dtype), np.empty(columns, np.int32)
    # The largest of each column, because a running largest value of a row is not vectorized (15 times slower).
    top, bottom = np.empty(columns, flat.dtype), np.empty(columns, flat.dtype)
    for panel in range(panels):
        for event in range(len(flat)):
            numbers = found[event, panel]
            total, count, mean, spread = 0.0, 0.0, 0.0, 0.0
            for column in range(columns):
                top[column], bottom[column] = -most, most
            for row in range(rows):
                pixels = grid[panel, row]
                if contiguous:
                    line = flat[event, pixels[0] : pixels[0] + columns]
                    for column in range(columns):
                        value[column] = line[column]
                else:
                    for column in range(columns):
                        value[column] = flat[event, pixels[column]] if pixels[column] >= 0 else bad
                if not whole:
                    for column in range(columns):
                        value[column] = value[column] if keep[panel, row, column] else bad
                row_total, row_moment, row_count = 0.0, 0.0, np.int32(0)
                for column in range(columns):
                    v = value[column]
                    good[column] = 1 if v == v else 0
                    value[column] = v if v >= low and v <= high else zero
                for column in range(columns):
                    row_total += value[column]
                    row_moment += value[column] * np.float64(column)
                    row_count += good[column]
                if row_count == 0:
                    continue
                row_mean, row_spread = row_total / row_count, 0.0
                for column in range(columns):
                    distance = (value[column] - row_mean) * good[column]
                    row_spread += distance * distance
                for column in range(columns):
                    v, ok = value[column], good[column] == 1
                    top[column] = v if ok and v > top[column] else top[column]
                    bottom[column] = v if ok and v < bottom[column] else bottom[column]
                if len(image_row):
                    image_moment_row, image_moment_column = 0.0, 0.0
                    for column in range(columns):
                        image_moment_row += value[column] * image_row[panel, row, column]
                        image_moment_column += value[column] * image_column[panel, row, column]
                    numbers[IMAGE_ROW] += image_moment_row
                    numbers[IMAGE_COLUMN] += image_moment_column
                if limit < np.inf:
                    above = np.int32(0)
                    for column in range(columns):
                        above += good[column] if value[column] >= limit else np.int32(0)
                    numbers[ABOVE] += above
                # Sums of squared distances join as in Chan, Golub and LeVeque (1979).
                apart, joint = row_mean - mean, count + row_count
                spread += row_spread + apart * apart * count * row_count / joint
                mean += apart * row_count / joint
                count = joint
                total += row_total
                numbers[ROW] += row_total * row
                numbers[COLUMN] += row_moment
            numbers[TOTAL], numbers[COUNT], numbers[SPREAD] = total, count, spread
            largest, smallest = -most, most
            for column in range(columns):
                largest, smallest = max(largest, top[column]), min(smallest, bottom[column])
            numbers[LARGEST] = largest if count else np.nan
            numbers[SMALLEST] = smallest if count else np.nan


def warm() -> None:
    """Compile the kernel for float32 frames."""
    grid = np.zeros((1, 1, 1), np.int32)
    none = np.zeros((0, 0, 0), np.float32)
    Rectangle(grid, grid == 0, none, none, -np.inf, np.inf, np.inf).numbers(np.zeros((1, 1), np.float32))
