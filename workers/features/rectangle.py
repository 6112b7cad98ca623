"""Moments of the good pixels of a rectangle, in one pass over the memory."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.kernel import Number
from workers.kernel import kernel, summing_kernel

TOTAL, COUNT, LARGEST, SMALLEST, SPREAD, ROW, COLUMN, IMAGE_ROW, IMAGE_COLUMN, ABOVE = range(10)
NUMBERS = 10
STRETCH = 1024
"""Pixels that are worked on together, so that they stay in the first cache."""
LEFT = 1e-6
"""Share of the sum of squares: what is left of it without the mean has too few digits below that, and distances are squared."""


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
    contiguous, together, whole
        The numbers of each row follow one another; those of each panel do; no pixel is left out. Worked out here.
    line
        Image row and column of a panel's first pixel, and what they grow by from row to row and from column to column, float64,
        shape (panels, 2, 3). Worked out here.
    off
        How far each pixel is from there, shape (2, panels, rows, columns), of no length if none is. Worked out here.
    """

    grid: NDArray[np.int32]
    keep: NDArray[np.bool_]
    image_row: NDArray[np.float32]
    image_column: NDArray[np.float32]
    low: float
    high: float
    limit: float
    contiguous: bool = field(init=False)
    together: bool = field(init=False)
    whole: bool = field(init=False)
    line: NDArray[np.float64] = field(init=False)
    off: NDArray[Any] = field(init=False)

    def __post_init__(self) -> None:
        panels = self.grid.reshape(len(self.grid), -1)
        together = (panels[:, :1] >= 0).all() and (np.diff(panels, axis=1) == 1).all()
        contiguous = (self.grid[:, :, 0] >= 0).all() and (np.diff(self.grid, axis=2) == 1).all()
        object.__setattr__(self, "contiguous", bool(contiguous))
        object.__setattr__(self, "together", bool(together))
        object.__setattr__(self, "whole", bool(self.keep.all()))
        line, off = _straight(np.stack([self.image_row, self.image_column]))
        object.__setattr__(self, "line", line)
        object.__setattr__(self, "off", off)

    def numbers(self, flat: NDArray[np.floating]) -> NDArray[np.float64]:
        """Numbers of each panel, shape (events, panels, 10), of frames of shape (events, pixels); NaN = bad.

        Sum, count, largest, smallest (NaN without good pixels), sum of squared distances from the mean, sum of value x row and
        x column in the rectangle, the same with rows and columns of the image, and the count of saturated pixels.
        """
        found = np.zeros((len(flat), len(self.grid), NUMBERS))
        kind = flat.dtype.type
        # Rounded like the pixels, as NumPy compares: a pixel that was given the limit's value is at the limit.
        limits = kind(self.low), kind(self.high), kind(self.limit)
        as_they_are = self.whole and self.low == -np.inf and self.high == np.inf
        bits = flat.view(f"i{flat.dtype.itemsize}")
        how = (self.together, self.contiguous, as_they_are)
        _numbers(flat, bits, self.grid, self.keep, how, limits, self.off, found)
        if len(self.line):
            found[..., [IMAGE_ROW, IMAGE_COLUMN]] += np.einsum("epk,pik->epi", found[..., [TOTAL, ROW, COLUMN]], self.line)
        return found


def _straight(places: NDArray[np.float32]) -> tuple[NDArray[np.float64], NDArray[Any]]:
    """Places in the image, shape (2, panels, rows, columns), as ``Rectangle.line`` and ``Rectangle.off``.

    Panels that lie straight need no place of each pixel, which would be twice the memory of the pixels themselves; of the others
    a byte each is enough, unless pixels have no place.
    """
    _, panels, rows, columns = places.shape
    if not places.size:
        return np.empty((0, 2, 3)), np.empty((2, 0, 0, 0), np.int8)
    origin = places[:, :, 0, 0].astype(np.float64)
    down = np.rint((places[:, :, -1, 0] - origin) / max(rows - 1, 1))
    across = np.rint((places[:, :, 0, -1] - origin) / max(columns - 1, 1))
    line = np.stack([origin, down, across], axis=-1)
    row, column = np.arange(rows)[:, None], np.arange(columns)
    off = places - sum(
        part[..., None, None] * factor for part, factor in zip((origin, down, across), (1, row, column), strict=True)
    )
    if not (np.abs(off) <= np.iinfo(np.int8).max).all():
        return np.zeros((panels, 2, 3)), places
    return line.swapaxes(0, 1), off.astype(np.int8) if off.any() else np.empty((2, 0, 0, 0), np.int8)


@kernel
def _numbers(
    flat: NDArray[np.floating],
    bits: NDArray[np.signedinteger],
    grid: NDArray[np.int32],
    keep: NDArray[np.bool_],
    how: tuple[bool, bool, bool],
    limits: tuple[Number, Number, Number],
    off: NDArray[Any],
    found: NDArray[np.float64],
) -> None:
    panels, rows, columns = grid.shape
    (together, contiguous, as_they_are), (low, high, limit) = how, limits
    sign, most = np.iinfo(bits.dtype).bits - 1, np.iinfo(bits.dtype).max
    stretch = min(rows, max(1, STRETCH // columns))
    place = np.arange(stretch * columns)
    down, across = (place // columns).astype(np.float64), (place % columns).astype(np.float64)
    gathered, line = np.empty(stretch * columns, flat.dtype), np.empty(stretch * columns, flat.dtype)
    gathered_bits, line_bits = gathered.view(bits.dtype), line.view(bits.dtype)
    best = np.empty(2, bits.dtype)
    extremes = best.view(flat.dtype)
    for panel in range(panels):
        chosen = keep[panel].reshape(-1)
        for event in range(len(flat)):
            numbers = found[event, panel]
            count, mean, spread = 0.0, 0.0, 0.0
            best[0], best[1] = ~most, most
            for first in range(0, rows, stretch):
                last = min(rows, first + stretch)
                size = (last - first) * columns
                if together:
                    start = grid[panel, first, 0]
                    values, values_bits = flat[event, start : start + size], bits[event, start : start + size]
                else:
                    values, values_bits = gathered[:size], gathered_bits[:size]
                    _gather(flat[event], grid[panel, first:last], contiguous, values)
                if not as_they_are:
                    _select(values, chosen[first * columns :], low, high, line)
                    values, values_bits = line[:size], line_bits[:size]
                n, total, square, row_moment, column_moment, top, bottom = _sums(values, values_bits, down, across)
                if n == 0:
                    continue
                own = square - total * total / n
                if own < LEFT * square:
                    own = _distances(values, total / n)
                numbers[TOTAL] += total
                numbers[ROW] += total * first + row_moment
                numbers[COLUMN] += column_moment
                best[0], best[1] = max(best[0], top), min(best[1], bottom)
                if limit < np.inf:
                    numbers[ABOVE] += _above(values, limit)
                if off.size:
                    _add_aside(values, off[0, panel, first:last], off[1, panel, first:last], numbers)
                # Sums of squared distances join as in Chan, Golub and LeVeque (1979).
                apart, joint = total / n - mean, count + n
                spread += own + apart * apart * count * n / joint
                mean += apart * n / joint
                count = joint
            numbers[COUNT], numbers[SPREAD] = count, spread
            for which in range(2):
                best[which] ^= (best[which] >> sign) & most
            numbers[LARGEST], numbers[SMALLEST] = (extremes[0], extremes[1]) if count else (np.nan, np.nan)


@kernel
def _gather(frame: NDArray[np.floating], grid: NDArray[np.int32], contiguous: bool, line: NDArray[np.floating]) -> None:
    """Pixels of some rows, one row after another; NaN where there is none."""
    rows, columns = grid.shape
    for row in range(rows):
        pixels, part = grid[row], line[row * columns : (row + 1) * columns]
        if contiguous:
            part[:] = frame[pixels[0] : pixels[0] + columns]
        else:
            for column in range(columns):
                part[column] = frame[pixels[column]] if pixels[column] >= 0 else np.nan


@kernel
def _select(values: NDArray[np.floating], keep: NDArray[np.bool_], low: Number, high: Number, line: NDArray[np.floating]) -> None:
    """Pixels with zero for those beyond the thresholds and NaN for those left out."""
    bad, zero = values.dtype.type(np.nan), values.dtype.type(0)
    # Two loops: in one, the compiler loads only kept pixels, one by one, which takes three times as long from memory.
    for i in range(len(values)):
        line[i] = zero if (values[i] < low) | (values[i] > high) else values[i]
    for i in range(len(values)):
        line[i] = line[i] if keep[i] else bad


@summing_kernel
def _sums(
    values: NDArray[np.floating],
    bits: NDArray[np.signedinteger],
    down: NDArray[np.float64],
    across: NDArray[np.float64],
) -> Any:
    """Count, sum, sum of squares, moments by row and column, largest and smallest key of the good pixels."""
    total: Number = 0.0
    square, row_moment, column_moment, count = 0.0, 0.0, 0.0, np.int32(0)
    whole, most = bits.dtype.type, bits.dtype.type(np.iinfo(bits.dtype).max)
    sign, least = whole(np.iinfo(bits.dtype).bits - 1), whole(np.iinfo(bits.dtype).min)
    top, bottom = least, most
    for i in range(len(values)):
        good = values[i] == values[i]
        kept = values[i] if good else values.dtype.type(0)
        total += kept
        row_moment += kept * down[i]
        column_moment += kept * across[i]
        count += np.int32(good)
        square += np.float64(kept) * np.float64(kept)
        # Bits, the negative ones turned round, have the order of the floats, and the largest of whole numbers is vectorized.
        key = whole(bits[i] ^ ((bits[i] >> sign) & most))
        top, bottom = max(top, key if good else least), min(bottom, key if good else most)
    return count, total, square, row_moment, column_moment, top, bottom


@summing_kernel
def _distances(values: NDArray[np.floating], mean: float) -> Any:
    """Sum of the squared distances of the good pixels from the mean."""
    total: Number = 0.0
    for i in range(len(values)):
        # A product, because the compiler would make a choice a branch and not vectorize the loop.
        good = values[i] == values[i]
        distance = ((values[i] if good else values.dtype.type(0)) - mean) * np.float64(good)
        total += distance * distance
    return total


@kernel
def _add_aside(
    values: NDArray[np.floating], row_off: NDArray[Any], column_off: NDArray[Any], numbers: NDArray[np.float64]
) -> None:
    """Add what the pixels of a stretch contribute by lying beside their panel's straight lines."""
    columns, all_placed = row_off.shape[1], row_off.itemsize == 1
    by_row, by_column = row_off.reshape(-1), column_off.reshape(-1)
    # Where pixels have no place, row by row: one without good pixels spoils nothing.
    step = len(values) if all_placed else columns
    for begin in range(0, len(values), step):
        part = slice(begin, begin + step)
        count, row_moment, column_moment = _aside(values[part], by_row[part], by_column[part])
        if count:
            numbers[IMAGE_ROW] += row_moment
            numbers[IMAGE_COLUMN] += column_moment


@summing_kernel
def _aside(values: NDArray[np.floating], row_off: NDArray[Any], column_off: NDArray[Any]) -> Any:
    """Count of the good pixels, and their sums of value x distance by image row and column."""
    row_moment, column_moment, count = 0.0, 0.0, np.int32(0)
    for i in range(len(values)):
        good = values[i] == values[i]
        kept = np.float64(values[i] if good else values.dtype.type(0))
        row_moment += kept * row_off[i]
        column_moment += kept * column_off[i]
        count += np.int32(good)
    return count, row_moment, column_moment


@summing_kernel
def _above(values: NDArray[np.floating], limit: Number) -> Any:
    count = np.int32(0)
    for i in range(len(values)):
        count += np.int32(values[i] >= limit)
    return count


def warm() -> None:
    """Compile the kernel for float32 frames, whether every pixel has a place in the image or not."""
    grid = np.zeros((1, 1, 1), np.int32)
    for place in (0, np.nan):
        places = np.full(grid.shape, place, np.float32)
        Rectangle(grid, grid == 0, places, places, -np.inf, np.inf, np.inf).numbers(np.zeros((1, 1), np.float32))
