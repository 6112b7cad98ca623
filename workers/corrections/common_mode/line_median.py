"""Medians of rows or columns of pixels, many lines at a time: each line is a lane, and all go through one sorting network.

A pixel that does not count becomes alternately plus and minus infinity, so that the median stays in the middle.
"""

import numpy as np
from numpy.typing import NDArray

from workers.corrections.common_mode.network import median_network
from workers.corrections.common_mode.rule import COUNT, FOUND, TAKEN
from workers.kernel import kernel

LANES = 64
"""Lines that go through the network side by side; a constant, so that the compiler knows that no remainder is left."""
LONGEST = 512
"""Pixels of a line; the work per pixel grows with the square of its logarithm."""
Numbers = tuple[NDArray[np.int64], NDArray[np.float32], NDArray[np.float32]]


class Lines:
    """Network and memory for lines of some length, kept from event to event."""

    def __init__(self, length: int) -> None:
        size = max(2, length + length % 2)
        self.network = median_network(size)
        self.keys = np.zeros((size, LANES), np.float32)
        self.lines = np.zeros((LANES, size), np.float32)
        self.numbers: Numbers = (np.zeros(LANES, np.int64), np.zeros(LANES, np.float32), np.zeros(LANES, np.float32))
        """Of each lane: pixels that count, median, what is taken off."""


@kernel
def subtract_row_medians(
    values: NDArray[np.float32],
    good: NDArray[np.bool_],
    tile: tuple[int, int],
    limits: tuple[float, float, float],
    least: int,
    how: tuple[bool, bool],
    memory: tuple[NDArray[np.int64], NDArray[np.float32], NDArray[np.float32]],
    numbers: Numbers,
    record: NDArray[np.float32],
) -> None:
    """Take the median of each piece of a row off its pixels, in place.

    Parameters
    ----------
    values, good, record
        As for ``subtract_medians``.
    tile
        Pixels of a piece, and the step from one to the next.
    limits
        Smallest and largest value that counts, greatest median that is believed.
    least
        Fewest pixels that must count.
    how
        ``everywhere`` and ``whole_numbers`` of a ``Rule``.
    memory, numbers
        ``Lines``: network, keys, lines; numbers.
    """
    events, panels, rows, columns = values.shape
    width, stride = tile
    network, keys, lines = memory
    for event in range(events):
        for panel in range(panels):
            frame, mark = values[event, panel], good[min(event, len(good) - 1), panel]
            for left in range(0, columns, width * stride):
                stop = min(left + width * stride, columns)
                for phase in range(stride):
                    first = left + phase
                    for top in range(0, rows, LANES):
                        lanes = min(LANES, rows - top)
                        _gather_rows(frame, mark, (top, lanes, first, stop, stride), limits, lines, numbers[0])
                        _turn(lines, keys)
                        _sort(keys.reshape(keys.size), network)
                        _middle(keys, lanes, limits[2], least, how[1], numbers)
                        if len(record):
                            place = record[event, panel, top : top + lanes, (left // (width * stride)) * stride + phase]
                            _note(numbers, place)
                        _shift_rows(frame, mark, (top, lanes, first, stop, stride), numbers[2], how[0])


@kernel
def subtract_column_medians(
    values: NDArray[np.float32],
    good: NDArray[np.bool_],
    height: int,
    limits: tuple[float, float, float],
    least: int,
    how: tuple[bool, bool],
    memory: tuple[NDArray[np.int64], NDArray[np.float32], NDArray[np.float32]],
    numbers: Numbers,
    record: NDArray[np.float32],
) -> None:
    """Take the median of each piece of a column, of ``height`` pixels, off them; other arguments as for rows."""
    events, panels, rows, columns = values.shape
    network, keys, _ = memory
    for event in range(events):
        for panel in range(panels):
            frame, mark = values[event, panel], good[min(event, len(good) - 1), panel]
            for top in range(0, rows, height):
                bottom = min(top + height, rows)
                for first in range(0, columns, LANES):
                    lanes = min(LANES, columns - first)
                    _gather_columns(frame, mark, (top, bottom, first, lanes), limits, keys, numbers)
                    _sort(keys.reshape(keys.size), network)
                    _middle(keys, lanes, limits[2], least, how[1], numbers)
                    if len(record):
                        _note(numbers, record[event, panel, top // height, first : first + lanes])
                    _shift_columns(frame, mark, (top, bottom, first, lanes), numbers[2], how[0])


@kernel
def _gather_rows(
    frame: NDArray[np.float32],
    mark: NDArray[np.bool_],
    area: tuple[int, int, int, int, int],
    limits: tuple[float, float, float],
    lines: NDArray[np.float32],
    counts: NDArray[np.int64],
) -> None:
    """Pixels of lines, infinite where they do not count; how many count in each.

    Indices are unsigned and no row is cut out as an array of its own: so the loop vectorizes and counts no references.
    """
    top, lanes, first, stop, stride = area
    lowest, highest, outside = np.float32(limits[0]), np.float32(limits[1]), np.float32(np.inf)
    start, step, size = np.uint64(first), np.uint64(stride), np.uint64(lines.shape[1])
    across = np.uint64((stop - first + stride - 1) // stride)
    for number in range(lanes):
        lane, row, count = np.uint64(number), np.uint64(top + number), np.int32(0)
        if stride == 1:
            for i in range(across):
                value = frame[row, start + i]
                counts_here = mark[row, start + i] & (value >= lowest) & (value <= highest)
                lines[lane, i] = value if counts_here else outside
                count += np.int32(counts_here)
        else:
            for i in range(across):
                value = frame[row, start + i * step]
                counts_here = mark[row, start + i * step] & (value >= lowest) & (value <= highest)
                lines[lane, i] = value if counts_here else outside
                count += np.int32(counts_here)
        for i in range(across, size):
            lines[lane, i] = outside
        counts[lane] = count
        low = (np.int64(size) - count) // 2
        if low:
            _lower(lines[lane], int(low))


@kernel
def _turn(lines: NDArray[np.float32], keys: NDArray[np.float32]) -> None:
    """Lines as lanes."""
    for i in range(np.uint64(lines.shape[1])):
        for lane in range(np.uint64(LANES)):
            keys[i, lane] = lines[lane, i]


@kernel
def _lower(line: NDArray[np.float32], how_many: int) -> None:
    """Turn so many of the infinities of a line to the negative side."""
    for i in range(len(line)):
        if line[i] == np.inf:
            line[i] = -line[i]
            how_many -= 1
            if how_many == 0:
                return


@kernel
def _gather_columns(
    frame: NDArray[np.float32],
    mark: NDArray[np.bool_],
    area: tuple[int, int, int, int],
    limits: tuple[float, float, float],
    keys: NDArray[np.float32],
    numbers: Numbers,
) -> None:
    """As ``_gather_rows``, where neighbours in memory are in different lanes."""
    top, bottom, first, lanes = area
    counts, side, _ = numbers
    lowest, highest = np.float32(limits[0]), np.float32(limits[1])
    counts[:], side[:] = 0, np.inf
    start, across = np.uint64(first), np.uint64(lanes)
    for r in range(top, bottom):
        row, at = np.uint64(r), np.uint64(r - top)
        for i in range(across):
            value = frame[row, start + i]
            counts_here = mark[row, start + i] & (value >= lowest) & (value <= highest)
            keys[at, i] = value if counts_here else side[i]
            side[i] = side[i] if counts_here else -side[i]
            counts[i] += np.int64(counts_here)
    for line in range(bottom - top, len(keys)):
        for i in range(len(side)):
            keys[line, i] = side[i]
            side[i] = -side[i]


@kernel
def _sort(keys: NDArray[np.float32], network: NDArray[np.int64]) -> None:
    """Send all lanes through the network."""
    for run in range(len(network)):
        first, second = np.uint64(network[run, 0] * LANES), np.uint64(network[run, 1] * LANES)
        length = np.uint64(network[run, 2] * LANES)
        for i in range(length):
            one, other = keys[first + i], keys[second + i]
            keys[first + i] = min(one, other)
            keys[second + i] = max(one, other)


@kernel
def _middle(keys: NDArray[np.float32], lanes: int, largest: float, least: int, whole_numbers: bool, numbers: Numbers) -> None:
    """Median of each lane, and what is taken off."""
    counts, medians, shifts = numbers
    upper = len(keys) // 2
    for lane in range(lanes):
        # Of an odd number of infinities one more is positive, so that an odd count has its middle at the lower place.
        middle = keys[upper - 1, lane]
        if whole_numbers:
            middle = np.float32(min(max(np.trunc(middle), -16384.0), 16383.0))
        elif counts[lane] % 2 == 0 and keys[upper, lane] != middle:
            middle = np.float32(0.5) * middle + np.float32(0.5) * keys[upper, lane]
        medians[lane] = middle if counts[lane] else np.float32(np.nan)
        shifts[lane] = medians[lane] if counts[lane] >= max(1, least) and abs(middle) <= largest else np.float32(0)


@kernel
def _note(numbers: Numbers, place: NDArray[np.float32]) -> None:
    for lane in range(len(place)):
        place[lane, FOUND], place[lane, TAKEN], place[lane, COUNT] = numbers[1][lane], numbers[2][lane], numbers[0][lane]


@kernel
def _shift_rows(
    frame: NDArray[np.float32],
    mark: NDArray[np.bool_],
    area: tuple[int, int, int, int, int],
    shifts: NDArray[np.float32],
    everywhere: bool,
) -> None:
    top, lanes, first, stop, stride = area
    start, step = np.uint64(first), np.uint64(stride)
    across = np.uint64((stop - first + stride - 1) // stride)
    for lane in range(lanes):
        row, shift = np.uint64(top + lane), shifts[lane]
        if stride == 1:
            for i in range(across):
                frame[row, start + i] -= shift if mark[row, start + i] | everywhere else np.float32(0)
        else:
            for i in range(across):
                column = start + i * step
                frame[row, column] -= shift if mark[row, column] | everywhere else np.float32(0)


@kernel
def _shift_columns(
    frame: NDArray[np.float32],
    mark: NDArray[np.bool_],
    area: tuple[int, int, int, int],
    shifts: NDArray[np.float32],
    everywhere: bool,
) -> None:
    top, bottom, first, lanes = area
    for r in range(top, bottom):
        row = np.uint64(r)
        for i in range(np.uint64(lanes)):
            column = np.uint64(first) + i
            frame[row, column] -= shifts[i] if mark[row, column] | everywhere else np.float32(0)
