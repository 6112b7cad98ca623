"""The median of each of some large tiles of a panel, by narrowing an interval of values: banks, regions, blocks.

Short lines go through a sorting network instead (``line_median.py``).
"""

import numpy as np
from numpy.typing import NDArray

from workers.corrections.common_mode.rule import COUNT, FOUND, TAKEN
from workers.kernel import kernel

LARGEST_KEY = 0x7FFFFFFF
"""Key of a pixel that does not count; keys are the bits of a float32, changed so that they have the order of the values."""


@kernel
def subtract_area_medians(
    values: NDArray[np.float32],
    bits: NDArray[np.int32],
    good: NDArray[np.bool_],
    tile: tuple[int, int, int],
    limits: tuple[float, float, float],
    least: int,
    how: tuple[bool, bool],
    keys: NDArray[np.int32],
    record: NDArray[np.float32],
) -> None:
    """Take the median of each tile off its pixels, in place.

    Parameters
    ----------
    values, good, record
        As for ``subtract_medians``.
    bits
        The values as they are stored.
    tile
        Rows, columns and stride of a tile.
    limits
        Smallest and largest value that counts, greatest median that is believed.
    least
        Fewest pixels that must count.
    how
        ``everywhere`` and ``whole_numbers`` of a ``Rule``.
    keys
        Memory for the pixels of a tile.
    """
    events, panels, rows, columns = values.shape
    height, width, stride = tile
    range_of_keys = (_key_of(limits[0]), _key_of(limits[1]))
    for event in range(events):
        marks = good[min(event, len(good) - 1)]
        for panel in range(panels):
            frame, raw, mark = values[event, panel], bits[event, panel], marks[panel]
            for top in range(0, rows, height):
                bottom = min(top + height, rows)
                for left in range(0, columns, width * stride):
                    stop = min(left + width * stride, columns)
                    for phase in range(stride):
                        area = (top, bottom, left + phase, stop)
                        size = (bottom - top) * ((stop - left - phase + stride - 1) // stride)
                        count = _gather(raw, mark, area, stride, range_of_keys, keys)
                        found = _median(keys, size, count, how[1])
                        shift = found if count >= least and abs(found) <= limits[2] else np.float32(0)
                        if len(record):
                            place = record[event, panel, top // height, (left // (width * stride)) * stride + phase]
                            place[FOUND], place[TAKEN], place[COUNT] = found, shift, count
                        _shift(frame, mark, area, stride, shift, how[0])


@kernel
def _gather(
    raw: NDArray[np.int32],
    mark: NDArray[np.bool_],
    area: tuple[int, int, int, int],
    stride: int,
    limits: tuple[np.int32, np.int32],
    keys: NDArray[np.int32],
) -> int:
    """Keys of one tile's pixels; how many count.

    Indices are unsigned and no row is cut out as an array of its own: so the loop vectorizes and counts no references.
    """
    top, bottom, first, stop = area
    lowest, highest = limits
    count, at = np.int32(0), np.uint64(0)
    step, across = np.uint64(stride), np.uint64((stop - first + stride - 1) // stride)
    for r in range(top, bottom):
        row = np.uint64(r)
        if stride == 1:
            for i in range(across):
                key = _key(raw[row, np.uint64(first) + i])
                counts = mark[row, np.uint64(first) + i] & (key >= lowest) & (key <= highest)
                keys[at + i] = key if counts else np.int32(LARGEST_KEY)
                count += np.int32(counts)
        else:
            for i in range(across):
                key = _key(raw[row, np.uint64(first) + i * step])
                counts = mark[row, np.uint64(first) + i * step] & (key >= lowest) & (key <= highest)
                keys[at + i] = key if counts else np.int32(LARGEST_KEY)
                count += np.int32(counts)
        at += across
    return int(count)


@kernel
def _key(bits: np.int32) -> np.int32:
    """Key of the bits of a float32; the step is its own inverse."""
    return np.int32(bits ^ np.int32(np.int32(bits >> np.int32(31)) & np.int32(LARGEST_KEY)))


@kernel
def _shift(
    frame: NDArray[np.float32],
    mark: NDArray[np.bool_],
    area: tuple[int, int, int, int],
    stride: int,
    shift: np.float32,
    everywhere: bool,
) -> None:
    top, bottom, first, stop = area
    if shift == 0:
        return
    step, across = np.uint64(stride), np.uint64((stop - first + stride - 1) // stride)
    for r in range(top, bottom):
        row = np.uint64(r)
        if stride == 1:
            for i in range(across):
                column = np.uint64(first) + i
                frame[row, column] -= shift if mark[row, column] | everywhere else np.float32(0)
        else:
            for i in range(across):
                column = np.uint64(first) + i * step
                frame[row, column] -= shift if mark[row, column] | everywhere else np.float32(0)


@kernel
def _key_of(value: float | np.float32) -> np.int32:
    bits = np.float32(value).view(np.int32)
    return _key(bits)


@kernel
def _value_of(key: np.int32) -> np.float32:
    bits = np.int32(_key(key))
    return bits.view(np.float32)


@kernel
def _median(keys: NDArray[np.int32], size: int, count: int, whole_numbers: bool) -> np.float32:
    """Median of the keys that count; NaN if none does."""
    if count == 0:
        return np.float32(np.nan)
    lower, following, up_to = _selected(keys, np.uint64(size), (count - 1) // 2)
    if whole_numbers:
        return np.float32(min(max(np.trunc(_value_of(lower)), -16384.0), 16383.0))
    if count % 2 or up_to > count // 2:
        return _value_of(lower)
    return np.float32(0.5) * _value_of(lower) + np.float32(0.5) * _value_of(following)


@kernel
def _selected(keys: NDArray[np.int32], size: np.uint64, rank: int) -> tuple[np.int32, np.int32, np.int32]:
    """The key of this rank (0 = smallest), the next larger key, and how many are not larger than it.

    Narrows the interval between two values until one is left. A pass over all keys vectorizes, because keys are whole
    numbers; the branches of a quickselect would not.
    """
    low, high = np.int32(LARGEST_KEY), np.int32(-LARGEST_KEY - 1)
    for i in range(size):
        key = keys[i]
        low = min(low, key)
        high = max(high, np.int32(-LARGEST_KEY - 1) if key == np.int32(LARGEST_KEY) else key)
    before, up_to, turn = 0, int(size), 0
    while low < high:
        # By rank where the values lie evenly, which is close for noise; every third time in the middle, whatever the values.
        turn += 1
        share = np.float32(0.5 if turn % 3 == 1 else (rank - before + 0.5) / (up_to - before))
        middle = _key_of((np.float32(1) - share) * _value_of(low) + share * _value_of(high))
        if middle >= high or middle < low:
            middle = low
        count, under, over = np.int32(0), low, high
        for i in range(size):
            key = keys[i]
            inside = key <= middle
            count += np.int32(inside)
            under = max(under, key if inside else low)
            over = min(over, high if inside else key)
        if count > rank:
            high, up_to = under, int(count)
        else:
            low, before = over, int(count)
    count, over = np.int32(0), np.int32(LARGEST_KEY)
    for i in range(size):
        key = keys[i]
        inside = key <= low
        count += np.int32(inside)
        over = min(over, np.int32(LARGEST_KEY) if inside else key)
    return low, over, count
