"""Moments of the good pixels of a rectangle, in one pass over the memory."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from monitor.kernel import Number
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
    contiguous, whole
        The numbers of each row follow one another; no pixel is left out. Worked out here.
    """

    grid: NDArray[np.int32]
    keep: NDArray[np.bool_]
    image_row: NDArray[np.float32]
    image_column: NDArray[np.float32]
    low: float
    high: float
    limit: float
    contiguous: bool = field(init=False)
    whole: bool = field(init=False)

    def __post_init__(self) -> None:
        contiguous = (self.grid[:, :, 0] >= 0).all() and (np.diff(self.grid, axis=2) == 1).all()
        object.__setattr__(self, "contiguous", bool(contiguous))
        object.__setattr__(self, "whole", bool(self.keep.all()))

    def numbers(self, flat: NDArray[np.floating]) -> NDArray[np.float64]:
        """Numbers of each panel, shape (events, panels, 10), of frames of shape (events, pixels); NaN = bad.

        Sum, count, largest, smallest (NaN without good pixels), sum of squared distances from the mean, sum of value x row and
        x column in the rectangle, the same with rows and columns of the image, and the count of saturated pixels.
        """
        found = np.zeros((len(flat), len(self.grid), NUMBERS))
        places = (self.image_row, self.image_column)
        kind = flat.dtype.type
        # Rounded like the pixels, as NumPy compares: a pixel that was given the limit's value is at the limit.
        thresholds = (kind(self.low), kind(self.high), kind(self.limit))
        _numbers(flat, self.grid, self.keep, self.contiguous, self.whole, *places, *thresholds, found)
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
    low: Number,
    high: Number,
    limit: Number,
    found: NDArray[np.float64],
) -> None:
    panels, rows, columns = grid.shape
    bad = flat.dtype.type(np.nan)
    zero, most = flat.dtype.type(0), flat.dtype.type(np.inf)
    # Through buffers of one row, and with & where Python would say "and": a branch keeps the compiler from vectorizing.
    line, value = np.empty(columns, flat.dtype), np.empty(columns, flat.dtype)
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
                    line[:] = flat[event, pixels[0] : pixels[0] + columns]
                else:
                    for column in range(columns):
                        line[column] = flat[event, pixels[column]] if pixels[column] >= 0 else bad
                if not whole:
                    for column in range(columns):
                        line[column] = line[column] if keep[panel, row, column] else bad
                row_total, row_count = 0.0, np.int32(0)
                for column in range(columns):
                    v = line[column]
                    kept: Number = v if (v >= low) & (v <= high) else zero
                    value[column] = kept
                    row_total += kept
                    row_count += np.int32(v == v)
                if row_count == 0:
                    continue
                row_mean, row_spread, row_moment = row_total / row_count, 0.0, 0.0
                for column in range(columns):
                    kept, ok = value[column], line[column] == line[column]
                    distance = kept - row_mean
                    row_spread += distance * distance if ok else 0.0
                    row_moment += kept * np.float64(column)
                for column in range(columns):
                    kept, ok = value[column], line[column] == line[column]
                    top[column] = kept if ok & (kept > top[column]) else top[column]
                    bottom[column] = kept if ok & (kept < bottom[column]) else bottom[column]
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
                        above += np.int32((line[column] == line[column]) & (value[column] >= limit))
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
