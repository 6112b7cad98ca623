"""An image as the screen can show it: means of blocks, limits of colours, small integers."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from monitor.kernel import kernel

Scale = Literal["linear", "log"]

LEVELS = 255
"""Colours; 0 stands for no value."""

SAMPLE = 1 << 16
"""Pixels from which percentiles are taken: enough for a tenth of a percent, and a tenth of the time."""

DECADES = 6
"""Most decades of a logarithmic scale."""


@dataclass(frozen=True, slots=True, eq=False)
class Window:
    """A part of an image as means of square blocks.

    Attributes
    ----------
    values
        Float32, shape (rows, columns) of blocks; NaN where a block has no valid pixel.
    row, column
        First pixel of the image in it.
    side
        Side of a block in pixels; those at the far edges of the image may be cut.
    """

    values: NDArray[np.float32]
    row: int
    column: int
    side: int


def windowed(image: NDArray[np.number], part: tuple[float, float, float, float] | None, most: tuple[int, int]) -> Window:
    """The visible part of an image with no more points than the screen has; exact if its pixels are not more.

    Blocks begin at multiples of their side, so that they stay the same while the part moves.

    Parameters
    ----------
    image
        Shape (rows, columns); NaN = masked.
    part
        First and last row, first and last column that are visible, in any order, also outside; ``None`` = all.
    most
        Rows and columns of the screen's place for it, at least 1.
    """
    top, bottom, left, right = (0, image.shape[0], 0, image.shape[1]) if part is None else _inside(part, image.shape)
    side = max(1, -(-(bottom - top) // most[0]), -(-(right - left) // most[1]))
    top, left = top // side * side, left // side * side
    bottom, right = min(image.shape[0], -(-bottom // side) * side), min(image.shape[1], -(-right // side) * side)
    # One kernel for one kind of array: C order, float32; a live frame is that already.
    pixels = np.ascontiguousarray(image, np.float32)
    values = np.empty((-(-(bottom - top) // side), -(-(right - left) // side)), np.float32)
    block_means(pixels, top, left, bottom, right, side, values)
    return Window(values, top, left, side)


def _inside(part: tuple[float, float, float, float], shape: tuple[int, ...]) -> tuple[int, int, int, int]:
    """Whole pixels of a part, cut at the image's borders; at least one pixel."""
    top, bottom = _touched(part[0], part[1], shape[0])
    left, right = _touched(part[2], part[3], shape[1])
    return top, bottom, left, right


def _touched(one: float, other: float, length: int) -> tuple[int, int]:
    low, high = (min(max(value, 0.0), float(length)) for value in (min(one, other), max(one, other)))
    first = min(int(low), length - 1)
    return first, max(first + 1, int(np.ceil(high)))


@kernel
def block_means(
    image: NDArray[np.float32], top: int, left: int, bottom: int, right: int, side: int, means: NDArray[np.float32]
) -> None:
    """Fill ``means`` with the means of the finite pixels of square blocks, NaN where there are none."""
    if side == 1:
        _pixels(image, top, left, means)
    elif side == 2:
        _pairs(image, top, left, bottom, right, means)
    else:
        _sums_of_rows(image, top, left, bottom, right, side, means)


@kernel
def _pixels(image: NDArray[np.float32], top: int, left: int, out: NDArray[np.float32]) -> None:
    """The pixels themselves, NaN for what is not finite."""
    rows, columns = out.shape
    for i in range(rows):
        line = image[top + i, left : left + columns]
        for j in range(columns):
            out[i, j] = line[j] if abs(line[j]) < np.float32(np.inf) else np.float32(np.nan)


@kernel
def _pairs(image: NDArray[np.float32], top: int, left: int, bottom: int, right: int, means: NDArray[np.float32]) -> None:
    """Blocks of 2 x 2, most detectors on most screens: read once and written once, half the time of sums of rows."""
    nothing, one, infinite = np.float32(0), np.float32(1), np.float32(np.inf)
    rows, columns = (bottom - top) // 2, (right - left) // 2
    for i in range(rows):
        upper, lower = image[top + 2 * i, left : left + 2 * columns], image[top + 2 * i + 1, left : left + 2 * columns]
        for j in range(columns):
            a, b, c, d = upper[2 * j], upper[2 * j + 1], lower[2 * j], lower[2 * j + 1]
            good_a, good_b, good_c, good_d = abs(a) < infinite, abs(b) < infinite, abs(c) < infinite, abs(d) < infinite
            total = (
                (a if good_a else nothing) + (b if good_b else nothing) + (c if good_c else nothing) + (d if good_d else nothing)
            )
            count = (one if good_a else nothing) + (one if good_b else nothing)
            count += (one if good_c else nothing) + (one if good_d else nothing)
            means[i, j] = total / (count if count > nothing else np.float32(np.nan))
    # Blocks that the image's borders cut.
    for i in range(rows, means.shape[0]):
        for j in range(means.shape[1]):
            means[i, j] = _cut_block(image, top + 2 * i, left + 2 * j, bottom, right)
    for i in range(rows):
        for j in range(columns, means.shape[1]):
            means[i, j] = _cut_block(image, top + 2 * i, left + 2 * j, bottom, right)


@kernel
def _cut_block(image: NDArray[np.float32], row: int, column: int, bottom: int, right: int) -> np.float32:
    """Mean of the finite pixels of one block of 2 x 2 at a border."""
    total, count = np.float32(0), np.float32(0)
    for i in range(row, min(row + 2, bottom)):
        for j in range(column, min(column + 2, right)):
            if abs(image[i, j]) < np.float32(np.inf):
                total += image[i, j]
                count += np.float32(1)
    return total / (count if count > np.float32(0) else np.float32(np.nan))


@kernel
def _sums_of_rows(
    image: NDArray[np.float32], top: int, left: int, bottom: int, right: int, side: int, means: NDArray[np.float32]
) -> None:
    """Blocks of any side.

    Whole rows are added up first: that runs through the memory once, in order, several pixels at a time.
    """
    width = right - left
    total = np.empty(width, np.float32)
    count = np.empty(width, np.float32)
    for i in range(means.shape[0]):
        first = top + i * side
        total[:] = np.float32(0)
        count[:] = np.float32(0)
        for row in range(first, min(bottom, first + side)):
            line = image[row, left:right]
            for j in range(width):
                good = abs(line[j]) < np.float32(np.inf)
                total[j] += line[j] if good else np.float32(0)
                count[j] += np.float32(1) if good else np.float32(0)
        _across(total, count, side, means[i])


@kernel
def _across(total: NDArray[np.float32], count: NDArray[np.float32], side: int, out: NDArray[np.float32]) -> None:
    """Means of neighbours in a row of sums.

    The usual sides are written out, for only loops of a known length are vectorized.
    """
    nothing = np.float32(np.nan)
    done = len(total) // side if side <= 4 else 0
    if side == 3:
        for j in range(done):
            n = count[3 * j] + count[3 * j + 1] + count[3 * j + 2]
            out[j] = (total[3 * j] + total[3 * j + 1] + total[3 * j + 2]) / (n if n > 0 else nothing)
    elif side == 4:
        for j in range(done):
            n = count[4 * j] + count[4 * j + 1] + count[4 * j + 2] + count[4 * j + 3]
            sums = total[4 * j] + total[4 * j + 1] + total[4 * j + 2] + total[4 * j + 3]
            out[j] = sums / (n if n > 0 else nothing)
    for j in range(done, len(out)):
        added, several = 0.0, 0.0
        for k in range(j * side, min(len(total), (j + 1) * side)):
            added += total[k]
            several += count[k]
        out[j] = added / several if several else np.nan


def levels(values: NDArray[np.float32], low: float, high: float, scale: Scale) -> NDArray[np.uint8]:
    """Values as colours: 1 at ``low`` or below to 255 at ``high`` or above, 0 where there is no value.

    Parameters
    ----------
    values
        Shape (rows, columns), NaN = no value. On a logarithmic scale values up to 0 get the lowest colour.
    low, high
        Limits, ``low`` below ``high``; for a logarithmic scale both above 0.
    """
    out = np.empty(values.shape, np.uint8)
    if scale == "log":
        log_levels(values, np.float32(np.log(low)), np.float32((LEVELS - 1) / (np.log(high) - np.log(low))), out)
    else:
        linear_levels(values, np.float32(low), np.float32((LEVELS - 1) / (high - low)), out)
    return out


@kernel
def linear_levels(values: NDArray[np.float32], low: np.float32, factor: np.float32, out: NDArray[np.uint8]) -> None:
    """Fill ``out``; see ``levels``."""
    for i in range(values.shape[0]):
        for j in range(values.shape[1]):
            value = values[i, j]
            place = min(max((value - low) * factor, np.float32(0)), np.float32(254))
            out[i, j] = np.uint8(np.int32(place + np.float32(1.5))) if value == value else np.uint8(0)


@kernel
def log_levels(values: NDArray[np.float32], low: np.float32, factor: np.float32, out: NDArray[np.uint8]) -> None:
    """Fill ``out``; ``low`` is the logarithm; see ``levels``."""
    for i in range(values.shape[0]):
        for j in range(values.shape[1]):
            value = values[i, j]
            if value > 0:
                place = min(max((np.log(value) - low) * factor, np.float32(0)), np.float32(254))
                out[i, j] = np.uint8(np.int32(place + np.float32(1.5)))
            else:
                out[i, j] = np.uint8(1) if value == value else np.uint8(0)


def percentile_limits(image: NDArray[np.floating], low: float, high: float, *, above: float = -np.inf) -> tuple[float, float]:
    """Colour limits at two percentiles of the valid pixels; never empty, (0, 1) without valid pixels.

    The smallest and the largest (0 and 100) are exact; others are taken from every n-th pixel of a large image.

    Parameters
    ----------
    image
        Any shape; what is not finite is not valid.
    low, high
        Percentiles.
    above
        Only pixels above this are valid.
    """
    flat = image.reshape(-1)
    if low <= 0 and high >= 100:
        least, most = extent(flat, above)
        return wider(float(least), float(most)) if least <= most else (0.0, 1.0)
    step = max(1, flat.size // SAMPLE)
    # A step that divides the width would look at a few columns only.
    step += 1 - step % 2
    sample = np.empty(-(-flat.size // step), flat.dtype)
    good = np.sort(sample[: sampled(flat, step, above, sample)])
    if not len(good):
        return 0.0, 1.0
    return wider(_rank(good, low), _rank(good, high))


def _rank(ordered: NDArray[np.floating], percent: float) -> float:
    """A percentile of numbers in order, linear between two of them; ``np.percentile`` would put them in order once more."""
    place = (len(ordered) - 1) * percent / 100
    below = int(place)
    one, other = float(ordered[below]), float(ordered[min(below + 1, len(ordered) - 1)])
    return one + (other - one) * (place - below)


@kernel
def sampled(values: NDArray[np.floating], step: int, above: float, out: NDArray[np.floating]) -> int:
    """Put every ``step``-th value that is finite and above a limit into ``out``; how many there are."""
    count = 0
    for i in range(0, len(values), step):
        value = values[i]
        # Written in any case: a branch that is guessed wrong at every border of a panel takes longer.
        out[count] = value
        count += 1 if (abs(value) < np.inf) & (value > above) else 0
    return count


@kernel
def extent(values: NDArray[np.floating], above: float) -> tuple[np.floating, np.floating]:
    """The smallest and the largest value that is finite and above a limit; (inf, -inf) if there is none."""
    least, most = values.dtype.type(np.inf), values.dtype.type(-np.inf)
    for i in range(len(values)):
        value = values[i]
        good = (abs(value) < np.inf) & (value > above)
        least = min(least, value if good else least)
        most = max(most, value if good else most)
    return least, most


def wider(low: float, high: float) -> tuple[float, float]:
    """Limits between which there is something."""
    return (low, high) if high > low else (low, low + max(abs(low) * 1e-3, 1e-6))


def log_limits(low: float, high: float) -> tuple[float, float]:
    """Limits a logarithmic scale can use: positive, at most six decades."""
    high = high if high > 0 else 1.0
    low = max(low, high * 10.0**-DECADES)
    return (low, high) if low < high else (high * 1e-3, high)
