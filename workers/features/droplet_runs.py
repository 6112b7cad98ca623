"""Kernels of the droplets: runs of pixels above a threshold, and which of them hang together.

A run is a stretch of neighbouring pixels of one row. Runs that touch are joined (union-find, the earlier one leads), so that no
image of labels is needed and droplets are numbered in the order of their first pixels, as scipy.ndimage.label does.
"""

import numpy as np
from numpy.typing import NDArray

from monitor.kernel import Number, kernel

EIGHT = 8
START, LENGTH, DROPLET = range(3)
"""Columns of a run: first pixel in the event's frame, pixels, number of its droplet from 1."""
ADU, PIXELS, ROW, COLUMN, TILE, TOP, BOTTOM, LEFT, RIGHT = range(9)
"""Columns of a droplet: sum, pixels, sums of value times row and column, tile, and the box, its last row and column included."""


@kernel
def mark_high(tile: NDArray[np.floating], level: NDArray[np.floating], marks: NDArray[np.uint8]) -> None:
    """Mark the pixels that are at least at their level; a loop of its own, so that the compiler vectorizes it."""
    for place in range(len(tile)):
        marks[place] = tile[place] >= level[place]


@kernel
def find_runs(
    tile: NDArray[np.floating],
    columns: Number,
    level: NDArray[np.floating],
    most: Number,
    marks: NDArray[np.uint8],
    runs: NDArray[np.int32],
) -> int:
    """Runs of marked pixels that are at least at their level, not above ``most`` and not 0; returns how many.

    Parameters
    ----------
    tile, level
        Values and thresholds, shape (pixels,); a NaN is in no run.
    marks
        Pixels to look at, which are wiped; of a length that eight divides, zero behind the pixels.
    runs
        Result; see ``room_for``.
    """
    count, end = 0, -1
    # Eight marks are looked at together: hardly any pixel is above its threshold.
    words = marks.view(np.uint64)
    for word in range(len(words)):
        if words[word] == 0:
            continue
        for place in range(EIGHT * word, EIGHT * word + EIGHT):
            if marks[place] == 0:
                continue
            if not (tile[place] >= level[place] and tile[place] <= most and tile[place] != 0):
                continue
            if place == end and place % columns != 0:
                runs[count - 1, LENGTH] += 1
            else:
                runs[count, START], runs[count, LENGTH] = place, 1
                count += 1
            end = place + 1
        words[word] = 0
    return count


@kernel
def mark_around(runs: NDArray[np.int32], count: Number, columns: Number, size: Number, marks: NDArray[np.uint8]) -> None:
    """Mark the pixels of runs and the four neighbours of each, in the same tile of ``size`` pixels."""
    for run in range(count):
        start, stop = np.int64(runs[run, START]), np.int64(runs[run, START]) + runs[run, LENGTH]
        row_start = start // columns * columns
        marks[max(start - 1, row_start) : min(stop + 1, row_start + columns)] = 1
        if row_start > 0:
            marks[start - columns : stop - columns] = 1
        if row_start + columns < size:
            marks[start + columns : stop + columns] = 1


@kernel
def leader(parents: NDArray[np.int32], run: Number) -> Number:
    """First run of the droplet that a run belongs to."""
    while parents[run] != run:
        parents[run] = parents[parents[run]]
        run = parents[run]
    return run


@kernel
def join_runs(runs: NDArray[np.int32], count: Number, columns: Number, parents: NDArray[np.int32]) -> int:
    """Number the droplets of one tile from 1, in the order of their first pixels; returns how many there are."""
    above, droplets = 0, 0
    for run in range(count):
        parents[run] = run
        start, stop = runs[run, START] - columns, runs[run, START] + runs[run, LENGTH] - columns
        while above < run and runs[above, START] + runs[above, LENGTH] <= start:
            above += 1
        other = above
        # A run that reaches beyond this one may touch the next one too: ``above`` stays on it.
        while other < run and runs[other, START] < stop:
            a, b = leader(parents, other), leader(parents, run)
            parents[max(a, b)] = min(a, b)
            other += 1
    for run in range(count):
        first = leader(parents, run)
        if first == run:
            droplets += 1
            runs[run, DROPLET] = droplets
        else:
            runs[run, DROPLET] = runs[first, DROPLET]
    return droplets


@kernel
def spread_runs(
    tile: NDArray[np.floating],
    columns: Number,
    level: NDArray[np.floating],
    most: Number,
    runs: NDArray[np.int32],
    count: Number,
    labels: NDArray[np.int32],
    found: NDArray[np.int32],
) -> int:
    """Runs of numbered droplets and of their neighbours above a lower level, droplets that touch kept apart; returns how many.

    A pixel belongs to the droplet of the highest number among itself and its four neighbours. ``labels``, shape (pixels,), is
    zero before and after.
    """
    for run in range(count):
        labels[runs[run, START] : runs[run, START] + runs[run, LENGTH]] = runs[run, DROPLET]
    made = 0
    for row_start in range(0, len(tile), columns):
        before = 0
        for place in range(row_start, row_start + columns):
            droplet = labels[place]
            if place > row_start:
                droplet = max(droplet, labels[place - 1])
            if place + 1 < row_start + columns:
                droplet = max(droplet, labels[place + 1])
            if row_start > 0:
                droplet = max(droplet, labels[place - columns])
            if row_start + columns < len(tile):
                droplet = max(droplet, labels[place + columns])
            if droplet and not (tile[place] >= level[place] and tile[place] <= most and tile[place] != 0):
                droplet = 0
            if droplet and droplet == before:
                found[made - 1, LENGTH] += 1
            elif droplet:
                found[made, START], found[made, LENGTH], found[made, DROPLET] = place, 1, droplet
                made += 1
            before = droplet
    for run in range(count):
        labels[runs[run, START] : runs[run, START] + runs[run, LENGTH]] = 0
    return made


@kernel
def measure(
    tile: NDArray[np.floating],
    columns: Number,
    number: Number,
    runs: NDArray[np.int32],
    count: Number,
    drops: NDArray[np.float64],
) -> None:
    """Add the runs of one tile to its droplets, shape (droplets, 9), which are zero before."""
    for run in range(count):
        start, stop = np.int64(runs[run, START]), np.int64(runs[run, START]) + runs[run, LENGTH]
        row, first = start // columns, start % columns
        drop = drops[runs[run, DROPLET] - 1]
        if drop[PIXELS] == 0:
            drop[TILE], drop[TOP], drop[LEFT] = number, row, first
        # Pixel by pixel as the original adds: a centre that is a whole number there must not come out a rounding error below.
        total, along, across = drop[ADU], drop[ROW], drop[COLUMN]
        for place in range(start, stop):
            value = np.float64(tile[place])
            total += value
            along += value * row
            across += value * (first + place - start)
        drop[ADU], drop[ROW], drop[COLUMN] = total, along, across
        drop[PIXELS] += stop - start
        drop[BOTTOM] = row
        drop[LEFT] = min(drop[LEFT], first)
        drop[RIGHT] = max(drop[RIGHT], first + stop - start - 1)


@kernel
def keep_bright(
    drops: NDArray[np.float64],
    droplets: Number,
    least: Number,
    first: Number,
    runs: NDArray[np.int32],
    count: Number,
    numbers: NDArray[np.int32],
) -> tuple[int, int]:
    """Drop the droplets of a tile whose sum is below ``least``, and their runs; the others are numbered from ``first`` + 1.

    Returns how many droplets and runs are left.
    """
    kept, left = 0, 0
    for droplet in range(droplets):
        numbers[droplet] = -1
        if drops[droplet, PIXELS] > 0 and not drops[droplet, ADU] < least:
            drops[kept] = drops[droplet]
            numbers[droplet] = first + kept + 1
            kept += 1
    for run in range(count):
        number = numbers[runs[run, DROPLET] - 1]
        if number > 0:
            runs[left] = runs[run]
            runs[left, DROPLET] = number
            left += 1
    return kept, left


@kernel
def room_for(rows: Number, columns: Number, relabel: Number) -> Number:
    """Most runs that a tile can have: where droplets that touch are kept apart, each pixel may be one."""
    return rows * ((columns + 1) // 2) if relabel else rows * columns


@kernel
def find_droplets(
    frames: NDArray[np.floating],
    high: NDArray[np.floating],
    low: NDArray[np.floating],
    two: bool,
    relabel: bool,
    most: Number,
    least: Number,
    counts: NDArray[np.int64],
    drops: NDArray[np.float64],
    runs: NDArray[np.int32],
) -> None:
    """Droplets of each event, tile by tile.

    Parameters
    ----------
    frames
        Shape (events, tiles, rows, columns), contiguous; NaN = bad.
    high, low
        Thresholds of the pixels, shape (tiles, rows * columns); ``low`` only counts if ``two``, for the four neighbours of the
        pixels above ``high``.
    two, relabel
        Two thresholds; droplets that touch at the lower one become one.
    most
        Pixels above are not looked at.
    least
        Droplets of a smaller sum are left out.
    counts
        Result, shape (events, 3): droplets, those that were kept, and runs of these.
    drops, runs
        Results of all events in a row, shape (?, 9) and (?, 3); what ``room_for`` says always fits.
    """
    events, tiles, rows, columns = frames.shape
    size, room = rows * columns, room_for(rows, columns, relabel)
    parents, numbers = np.empty(room, np.int32), np.empty(room, np.int32)
    seeds = np.empty((room if two else 0, 3), np.int32)
    marks = np.zeros((size + EIGHT - 1) // EIGHT * EIGHT, np.uint8)
    labels = np.zeros(size if two and not relabel else 0, np.int32)
    drop_end, run_end = 0, 0
    for event in range(events):
        counts[event] = 0
        for tile in range(tiles):
            flat, mine = frames[event, tile].reshape(size), runs[run_end:]
            mark_high(flat, high[tile], marks)
            if not two:
                count = find_runs(flat, columns, high[tile], most, marks, mine)
                droplets = join_runs(mine, count, columns, parents)
            else:
                seeded = find_runs(flat, columns, high[tile], most, marks, seeds)
                if relabel:
                    mark_around(seeds, seeded, columns, size, marks)
                    count = find_runs(flat, columns, low[tile], most, marks, mine)
                    droplets = join_runs(mine, count, columns, parents)
                else:
                    droplets = join_runs(seeds, seeded, columns, parents)
                    count = spread_runs(flat, columns, low[tile], most, seeds, seeded, labels, mine) if seeded else 0
            found = drops[drop_end:]
            found[:droplets] = 0
            measure(flat, columns, tile, mine, count, found)
            kept, left = keep_bright(found, droplets, least, counts[event, 1], mine, count, numbers)
            mine[:left, START] += tile * size
            counts[event, 0] += droplets
            counts[event, 1] += kept
            counts[event, 2] += left
            drop_end, run_end = drop_end + kept, run_end + left
