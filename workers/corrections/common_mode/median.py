"""The median of each tile of a panel, taken off its pixels: the step that most algorithms are made of.

Tiles are rows, columns, banks or whole panels; which pixels count, how large a median is believed and how many pixels it needs
are a ``Rule``.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from workers.kernel import kernel

COLUMN_BLOCK = 16
"""Columns that are gathered at once, so that each line of the processor's cache is read once."""
LARGEST_NUMBER = float(np.finfo(np.float32).max)
LARGEST_KEY = 0x7FFFFFFF
"""Key of a pixel that does not count; keys are the bits of a float32, changed so that they have the order of the values."""
FOUND, TAKEN, COUNT = range(3)
"""What a record holds of each tile: its median (NaN = nothing counted), what was taken off, how many pixels counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """Size of a tile in pixels; with a ``stride`` of 2 each tile takes every second column of twice its width."""

    rows: int
    columns: int
    stride: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """When a median counts.

    Attributes
    ----------
    lowest, highest
        Values outside do not count, both limits do.
    largest
        A median with a greater absolute value is not believed.
    least
        Fewest pixels that must count.
    everywhere
        Taken off all pixels of the tile, or only off those that are good (inside the limits or not).
    whole_numbers
        The lower of two middle values, cut to a whole number (the facility's histogram), instead of their mean.
    """

    lowest: float = -LARGEST_NUMBER
    highest: float = LARGEST_NUMBER
    largest: float = np.inf
    least: int = 1
    everywhere: bool = True
    whole_numbers: bool = False


class Scratch:
    """Memory for the pixels of a tile, kept from event to event."""

    def __init__(self, tile: Tile) -> None:
        side_by_side = COLUMN_BLOCK if tile.columns == 1 and tile.stride == 1 else 1
        self.keys = np.empty((side_by_side, tile.rows * tile.columns), np.int32)
        self.counts = np.empty(side_by_side, np.int64)
        self.shifts = np.empty(side_by_side, np.float32)


def below(limit: float) -> float:
    """The largest number below a limit, for rules that say "less than"."""
    return float(np.nextafter(limit, -np.inf))


def record_shape(tile: Tile, rows: int, columns: int) -> tuple[int, int, int]:
    """Shape of the record of one panel: tiles down, tiles across, and ``FOUND``, ``TAKEN``, ``COUNT``."""
    return -(-rows // tile.rows), -(-columns // (tile.columns * tile.stride)) * tile.stride, 3


NO_RECORD = np.empty((0, 0, 0, 0, 0), np.float32)


def subtract_medians(
    values: NDArray[np.float32],
    good: NDArray[np.bool_],
    tile: Tile,
    rule: Rule,
    scratch: Scratch,
    record: NDArray[np.float32] = NO_RECORD,
) -> None:
    """Take the median of each tile off its pixels, in place.

    Parameters
    ----------
    values
        Shape (events, panels, rows, columns), ADU; NaN = absent.
    good
        Pixels that count, shape (events or 1, panels, rows, columns).
    tile, rule
        What is one tile, and when its median counts. Tiles at the lower and right edge may be cut.
    scratch
        Made for this tile.
    record
        Filled with what was found, shape (events, panels, \\*record_shape); none is kept if empty.
    """
    limits = (max(rule.lowest, -LARGEST_NUMBER), min(rule.highest, LARGEST_NUMBER), rule.largest)
    how = (rule.everywhere, rule.whole_numbers)
    _subtract_medians(
        values,
        values.view(np.int32),
        good,
        (tile.rows, tile.columns, tile.stride),
        limits,
        rule.least,
        how,
        (scratch.keys, scratch.counts, scratch.shifts),
        record,
    )


@kernel
def _subtract_medians(
    values: NDArray[np.float32],
    bits: NDArray[np.int32],
    good: NDArray[np.bool_],
    tile: tuple[int, int, int],
    limits: tuple[float, float, float],
    least: int,
    how: tuple[bool, bool],
    scratch: tuple[NDArray[np.int32], NDArray[np.int64], NDArray[np.float32]],
    record: NDArray[np.float32],
) -> None:
    events, panels, rows, columns = values.shape
    height, width, stride = tile
    keys, counts, shifts = scratch
    range_of_keys = (_key_of(limits[0]), _key_of(limits[1]))
    together = len(keys)
    for event in range(events):
        marks = good[min(event, len(good) - 1)]
        for panel in range(panels):
            frame, raw, mark = values[event, panel], bits[event, panel], marks[panel]
            for top in range(0, rows, height):
                bottom = min(top + height, rows)
                for left in range(0, columns, width * stride * together):
                    stop = min(left + width * stride * together, columns)
                    for phase in range(stride):
                        area = (top, bottom, left + phase, stop)
                        across = (stop - left - phase + stride - 1) // stride
                        used = across if together > 1 else 1
                        if together > 1:
                            _gather_columns(raw, mark, area, range_of_keys, keys, counts)
                        else:
                            counts[0] = _gather(raw, mark, area, stride, range_of_keys, keys)
                        size = (bottom - top) * (across // used)
                        for i in range(used):
                            found = _median(keys, i, size, counts[i], how[1])
                            shifts[i] = found if counts[i] >= least and abs(found) <= limits[2] else np.float32(0)
                            if len(record):
                                place = record[event, panel, top // height, (left // (width * stride)) * stride + phase + i]
                                place[FOUND], place[TAKEN], place[COUNT] = found, shifts[i], counts[i]
                        if together > 1:
                            _shift_columns(frame, mark, area, shifts, how[0])
                        else:
                            _shift(frame, mark, area, stride, shifts[0], how[0])


@kernel
def _gather(
    raw: NDArray[np.int32],
    mark: NDArray[np.bool_],
    area: tuple[int, int, int, int],
    stride: int,
    limits: tuple[np.int32, np.int32],
    keys: NDArray[np.int32],
) -> int:
    """Keys of one tile's pixels in the first line of keys; how many count.

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
                keys[0, at + i] = key if counts else np.int32(LARGEST_KEY)
                count += np.int32(counts)
        else:
            for i in range(across):
                key = _key(raw[row, np.uint64(first) + i * step])
                counts = mark[row, np.uint64(first) + i * step] & (key >= lowest) & (key <= highest)
                keys[0, at + i] = key if counts else np.int32(LARGEST_KEY)
                count += np.int32(counts)
        at += across
    return int(count)


@kernel
def _key(bits: np.int32) -> np.int32:
    """Key of the bits of a float32; the step is its own inverse."""
    return np.int32(bits ^ np.int32(np.int32(bits >> np.int32(31)) & np.int32(LARGEST_KEY)))


@kernel
def _gather_columns(
    raw: NDArray[np.int32],
    mark: NDArray[np.bool_],
    area: tuple[int, int, int, int],
    limits: tuple[np.int32, np.int32],
    keys: NDArray[np.int32],
    counts: NDArray[np.int64],
) -> None:
    """As ``_gather`` for tiles that are columns side by side, one line each."""
    top, bottom, first, stop = area
    lowest, highest = limits
    counts[:] = 0
    across = np.uint64(stop - first)
    for r in range(top, bottom):
        row, at = np.uint64(r), np.uint64(r - top)
        for i in range(across):
            key = _key(raw[row, np.uint64(first) + i])
            good = mark[row, np.uint64(first) + i] & (key >= lowest) & (key <= highest)
            keys[i, at] = key if good else np.int32(LARGEST_KEY)
            counts[i] += np.int64(good)


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
def _shift_columns(
    frame: NDArray[np.float32],
    mark: NDArray[np.bool_],
    area: tuple[int, int, int, int],
    shifts: NDArray[np.float32],
    everywhere: bool,
) -> None:
    top, bottom, first, stop = area
    for r in range(top, bottom):
        row = np.uint64(r)
        for i in range(np.uint64(stop - first)):
            column = np.uint64(first) + i
            frame[row, column] -= shifts[i] if mark[row, column] | everywhere else np.float32(0)


@kernel
def _key_of(value: float | np.float32) -> np.int32:
    bits = np.float32(value).view(np.int32)
    return _key(bits)


@kernel
def _value_of(key: np.int32) -> np.float32:
    bits = np.int32(_key(key))
    return bits.view(np.float32)


@kernel
def _median(keys: NDArray[np.int32], line: int, size: int, count: int, whole_numbers: bool) -> np.float32:
    """Median of the entries of a line that count; NaN if none does."""
    if count == 0:
        return np.float32(np.nan)
    lower, following, up_to = _selected(keys, np.uint64(line), np.uint64(size), (count - 1) // 2)
    if whole_numbers:
        return np.float32(min(max(np.trunc(_value_of(lower)), -16384.0), 16383.0))
    if count % 2 or up_to > count // 2:
        return _value_of(lower)
    return np.float32(0.5) * _value_of(lower) + np.float32(0.5) * _value_of(following)


@kernel
def _selected(keys: NDArray[np.int32], line: np.uint64, size: np.uint64, rank: int) -> tuple[np.int32, np.int32, np.int32]:
    """The key of this rank (0 = smallest), the next larger key, and how many are not larger than it.

    Narrows the interval between two values until one is left. A pass over the whole line vectorizes, because keys are whole
    numbers; the branches of a quickselect would not.
    """
    low, high = np.int32(LARGEST_KEY), np.int32(-LARGEST_KEY - 1)
    for i in range(size):
        key = keys[line, i]
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
            key = keys[line, i]
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
        key = keys[line, i]
        inside = key <= low
        count += np.int32(inside)
        over = min(over, np.int32(LARGEST_KEY) if inside else key)
    return low, over, count
