"""Kernels of the photon map: whole photons, and leftovers of two neighbours put together.

Source: the photon map of psana's C++ (golden data of small data). A pixel is looked at if its leftover is a maximum of its row
and of its column, as a scan with jumps finds them: with equal neighbours only every second one counts.
"""

import numpy as np
from numpy.typing import NDArray

from monitor.kernel import Number, kernel

EIGHT = 8
MOST = 65535
"""Largest number a map holds."""
GROUPS = 9
"""Inside, left, right, top, bottom, and the four corners: the order in which pixels are looked at."""


@kernel
def left_over(value: Number, adu: Number, low: Number) -> Number:
    """Part of a photon beyond the whole ones, float32; 0 for bad values and those below the threshold."""
    if not value > 0 or value < low:
        return np.float32(0)
    photons = value / adu
    return np.float32(photons - np.floor(photons))


@kernel
def is_maximum(
    tile: NDArray[np.floating], start: Number, stride: Number, count: Number, at: Number, adu: Number, low: Number
) -> Number:
    """Whether the scan of one line stops at an element and finds it a maximum.

    Parameters
    ----------
    tile
        Pixels, shape (pixels,).
    start, stride, count
        The line: ``count`` elements from ``start``.
    at
        Which of them; its leftover is above 0.
    """
    if count == 1:
        return True
    here = left_over(tile[start + at * stride], adu, low)
    if at == 0:
        return here > left_over(tile[start + stride], adu, low)
    before = left_over(tile[start + (at - 1) * stride], adu, low)
    if at == count - 1:
        return here > before
    if before > here or left_over(tile[start + (at + 1) * stride], adu, low) > here:
        return False
    if before < here:
        return True
    # Among equal ones: the scan stops at the first element of a falling stretch, and from there at every second.
    first, value = at - 1, here
    while first > 0:
        earlier = left_over(tile[start + (first - 1) * stride], adu, low)
        if earlier < value:
            break
        first, value = first - 1, earlier
    if first == 0 and left_over(tile[start + stride], adu, low) == value:
        first = 1
    return (at - first) % 2 == 0


@kernel
def group_of(row: Number, column: Number, rows: Number, columns: Number) -> Number:
    """When a pixel's turn is; see ``GROUPS``."""
    top, bottom, left, right = row == 0, row == rows - 1, column == 0, column == columns - 1
    if left:
        return 5 if bottom and not top else 7 if top else 1
    if right:
        return 6 if bottom and not top else 8 if top else 2
    return 3 if top else 4 if bottom else 0


@kernel
def shared(
    tile: NDArray[np.floating],
    place: Number,
    rows: Number,
    columns: Number,
    adu: Number,
    low: Number,
    fraction: Number,
    used: NDArray[np.uint8],
) -> Number:
    """Whether a leftover and the largest unused one beside it make a photon; if so both are marked as used."""
    row, column = place // columns, place % columns
    best, partner = np.float32(0), -1
    for side in range(4):
        if side == 0 and row > 0:
            other = place - columns
        elif side == 1 and row < rows - 1:
            other = place + columns
        elif side == 2 and column > 0:
            other = place - 1
        elif side == 3 and column < columns - 1:
            other = place + 1
        else:
            continue
        value = left_over(tile[other], adu, low)
        if used[other] == 0 and value >= best:
            best, partner = value, other
    if left_over(tile[place], adu, low) + best < fraction:
        return False
    used[place] = 1
    if partner >= 0:
        used[partner] = 1
    return True


@kernel
def mark_high(tile: NDArray[np.floating], least: Number, marks: NDArray[np.uint8]) -> None:
    """Mark the pixels that are at least so large; a loop of its own, so that the compiler vectorizes it."""
    for place in range(len(tile)):
        marks[place] = tile[place] >= least


@kernel
def candidates(
    tile: NDArray[np.floating],
    rows: Number,
    columns: Number,
    adu: Number,
    low: Number,
    touched: NDArray[np.int32],
    numbers: NDArray[np.uint16],
    turns: NDArray[np.uint8],
    marks: NDArray[np.uint8],
) -> Number:
    """Pixels of a tile that may have photons, row by row: their places, whole photons and turns; returns how many there are.

    A turn is one more than the group; 0 = nothing left over that could make a photon. ``marks`` is room for as many pixels, of a
    length that eight divides, zero behind them.
    """
    least, most, count = max(low, adu * tile.dtype.type(0.499)), tile.dtype.type(MOST), 0
    mark_high(tile, least, marks)
    # Eight marks are looked at together: with few photons hardly any pixel is.
    words = marks.view(np.uint64)
    for word in range(len(words)):
        if words[word] == 0:
            continue
        for place in range(EIGHT * word, EIGHT * word + EIGHT):
            if marks[place] == 0 or not tile[place] > 0:
                continue
            value, turn = tile[place], 0
            row, column = place // columns, place % columns
            if (
                left_over(value, adu, low) >= 0.5
                and is_maximum(tile, row * columns, 1, columns, column, adu, low)
                and is_maximum(tile, column, columns, rows, row, adu, low)
            ):
                turn = 1 + group_of(row, column, rows, columns)
            whole = min(np.floor(value / adu), most)
            if whole > 0 or turn > 0:
                touched[count], numbers[count], turns[count] = place, np.uint16(whole), turn
                count += 1
    return count


@kernel
def split_tile(
    tile: NDArray[np.floating],
    rows: Number,
    columns: Number,
    adu: Number,
    low: Number,
    fraction: Number,
    touched: NDArray[np.int32],
    numbers: NDArray[np.uint16],
    turns: NDArray[np.uint8],
    used: NDArray[np.uint8],
    marks: NDArray[np.uint8],
) -> Number:
    """Photons of one tile: as ``candidates``, with the leftovers added. ``used``, shape (pixels,), is zero before and after."""
    count, last = candidates(tile, rows, columns, adu, low, touched, numbers, turns, marks), 0
    for i in range(count):
        last = max(last, turns[i])
    for turn in range(1, last + 1):
        for i in range(count):
            if turns[i] == turn and shared(tile, touched[i], rows, columns, adu, low, fraction, used):
                numbers[i] += numbers[i] < MOST
    for i in range(count):
        place = np.int64(touched[i])
        for other in (place, place - columns, place + columns, place - 1, place + 1):
            if 0 <= other < rows * columns:
                used[other] = 0
    return count


@kernel
def split_photons(
    frames: NDArray[np.floating],
    adu: Number,
    low: Number,
    fraction: Number,
    places: NDArray[np.int32],
    counts: NDArray[np.uint16],
    lengths: NDArray[np.int64],
    photons: NDArray[np.int64],
) -> None:
    """Pixels with photons of each event, tile by tile and row by row.

    Parameters
    ----------
    frames
        Shape (events, tiles, rows, columns), contiguous; NaN = bad.
    adu, low, fraction
        One photon, threshold, and what two leftovers need together; the first two of the frames' dtype.
    places, counts
        Results: number of the pixel in its event's frame, and its photons; as many as there are pixels would fit.
    lengths, photons
        Results: pixels with photons, and photons of each event, shape (events,).
    """
    events, tiles, rows, columns = frames.shape
    size = rows * columns
    touched, numbers, turns = np.empty(size, np.int32), np.empty(size, np.uint16), np.empty(size, np.uint8)
    used, marks, end = np.zeros(size, np.uint8), np.zeros((size + EIGHT - 1) // EIGHT * EIGHT, np.uint8), 0
    for event in range(events):
        begin, total = end, 0
        for tile in range(tiles):
            flat = frames[event, tile].reshape(size)
            count = split_tile(flat, rows, columns, adu, low, fraction, touched, numbers, turns, used, marks)
            for i in range(count):
                if numbers[i] > 0:
                    places[end], counts[end] = tile * size + touched[i], numbers[i]
                    total += numbers[i]
                    end += 1
        lengths[event], photons[event] = end - begin, total


@kernel
def photon_map(
    frames: NDArray[np.floating],
    places: NDArray[np.int32],
    counts: NDArray[np.uint16],
    lengths: NDArray[np.int64],
    found: NDArray[np.float32],
) -> None:
    """Write the photons of each event into its map, shape (events, pixels): 0 where there are none, NaN where it is bad."""
    start = 0
    for event in range(len(frames)):
        for pixel in range(frames.shape[1]):
            found[event, pixel] = 0 if frames[event, pixel] == frames[event, pixel] else np.nan
        for i in range(start, start + lengths[event]):
            found[event, places[i]] = counts[i]
        start += lengths[event]
