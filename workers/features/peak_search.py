"""Kernels that find Bragg peaks: local maxima that stand out of a ring around them.

As the peak finders of psana (v3r3, v4r3) do it. Two tests that the compiler vectorizes leave few pixels for the rest: no
neighbour is larger, and the pixel is far above eight others on the ring, of which the largest is left out.
"""

import numpy as np
from numpy.typing import NDArray

from monitor.kernel import Number, kernel, summing_kernel

EIGHT = 8
LOOSE = 0.6
"""Part of the wanted height over the noise that the first looks ask for, at a few pixels of the ring. In Gaussian noise a peak
that is just high enough gets lost in the first one in 3 of 10 000 cases, one 1.2 times as high in less than 1 of 100 000."""
THINNED = 4
"""One in so many pixels of the ring is in the second look."""
CLIP = 3.0
"""Ring pixels higher than this above its mean, in its own noise, belong to another peak."""
FEWEST = 8
ROW, COLUMN, TILE, NPIX, AMP_MAX, AMP_TOT, SON, BACKGROUND, NOISE = range(9)
"""Columns of a peak."""
PIXELS_MIN, PIXELS_MAX, AMAX, ATOT, SON_MIN, HIGH, LOW, VALUE_HIGH, VALUE_LOW = range(9)
"""Limits: pixels, height, total, signal over noise; in noise and as values, those of the largest pixel and of the others."""


@kernel
def pad(tile: NDArray[np.floating], margin: Number, padded: NDArray[np.float32]) -> None:
    """Copy a tile into the middle of a larger one whose margin is NaN."""
    rows, columns = tile.shape
    for row in range(rows):
        for column in range(columns):
            padded[row + margin, column + margin] = tile[row, column]


@summing_kernel
def outstanding(
    flat: NDArray[np.float32],
    largest: NDArray[np.float32],
    start: Number,
    count: Number,
    width: Number,
    rank: Number,
    samples: NDArray[np.int64],
    factor: Number,
    hot: NDArray[np.uint8],
) -> None:
    """Which pixels of a row may be peaks; where a sample is bad all may.

    Parameters
    ----------
    flat, largest
        A padded tile and what ``widen`` makes of it, shape (pixels,).
    start, count, width
        First pixel of the row, pixels of it, and of the padded row.
    rank
        Rows above and below in which none may be larger; of its own row only the neighbours are looked at here.
    samples
        Distance of eight pixels on the ring.
    factor
        Square of the height over the noise that is asked for.
    hot
        Result, shape (count,).
    """
    center, left, right = flat[start:], flat[start - 1 :], flat[start + 1 :]
    # The first of equal ones counts, in the order of memory; a comparison with NaN is false.
    for i in range(count):
        hot[i] = np.uint8(0) if (left[i] >= center[i]) | (right[i] > center[i]) | (center[i] != center[i]) else np.uint8(1)
    for row in range(1, rank + 1):
        above, below = largest[start - row * width - rank :], largest[start + row * width - rank :]
        for i in range(count):
            hot[i] &= np.uint8(0) if (above[i] >= center[i]) | (below[i] > center[i]) else np.uint8(1)
    s0, s1, s2, s3 = (
        flat[start + samples[0] :],
        flat[start + samples[1] :],
        flat[start + samples[2] :],
        flat[start + samples[3] :],
    )
    s4, s5, s6, s7 = (
        flat[start + samples[4] :],
        flat[start + samples[5] :],
        flat[start + samples[6] :],
        flat[start + samples[7] :],
    )
    seventh = np.float32(1 / 7)
    for i in range(count):
        a, b, c, d, e, f, g, h = s0[i], s1[i], s2[i], s3[i], s4[i], s5[i], s6[i], s7[i]
        most = max(max(max(a, b), max(c, d)), max(max(e, f), max(g, h)))
        mean = (a + b + c + d + e + f + g + h - most) * seventh
        a, b, c, d, e, f, g, h, most = a - mean, b - mean, c - mean, d - mean, e - mean, f - mean, g - mean, h - mean, most - mean
        square = (a * a + b * b + c * c + d * d + e * e + f * f + g * g + h * h - most * most) * seventh
        height = center[i] - mean
        hot[i] &= np.uint8(0) if (height <= 0) | (height * height <= factor * square) else np.uint8(1)


@kernel
def lift(values: NDArray[np.float32], step: Number, found: NDArray[np.float32]) -> None:
    """Larger one of each value and that ``step`` behind it; at the end, where there is none, the value."""
    inside, ahead = len(values) - step, values[step:]
    for i in range(inside):
        found[i] = ahead[i] if ahead[i] > values[i] else values[i]
    for i in range(inside, len(values)):
        found[i] = values[i]


@kernel
def widen(padded: NDArray[np.float32], rank: Number, largest: NDArray[np.float32], room: NDArray[np.float32]) -> None:
    """Largest good value of each pixel and the 2 * ``rank`` to its right, by windows that grow.

    ``largest`` has the tile's shape (rows, columns); ``room`` is that of a row.
    """
    whole = 2 * rank + 1
    for row in range(len(padded)):
        values, most, span = padded[row], largest[row], 1
        for i in range(len(values)):
            most[i] = values[i] if values[i] == values[i] else np.float32(-np.inf)
        # From one buffer into the other and back: the compiler vectorizes nothing that it may overwrite.
        while span < whole:
            step = min(span, whole - span)
            lift(most, step, room)
            span += step
            step = min(span, whole - span)
            lift(room, step, most)
            span += step


@kernel
def is_first(flat: NDArray[np.float32], place: Number, rank: Number) -> bool:
    """Whether no pixel of its row within ``rank`` is larger, and none before it equal."""
    first, value = True, flat[place]
    for step in range(2, rank + 1):
        first &= not (flat[place - step] >= value or flat[place + step] > value)
    return first


@summing_kernel
def ring_level(
    flat: NDArray[np.float32], place: Number, ring: NDArray[np.int64], values: NDArray[np.float64]
) -> tuple[float, float]:
    """Mean and standard deviation of the good pixels of a ring without those of other peaks; NaN if there are too few.

    ``values`` is room for as many numbers as the ring has pixels.
    """
    base, length = np.float64(flat[place]), len(ring)
    for i in range(length):
        values[i] = np.float64(flat[place + ring[i]]) - base
    limit, mean, deviation = np.inf, np.nan, np.nan
    for again in range(2):
        count, total, squares, beyond = 0.0, 0.0, 0.0, np.int32(0)
        for i in range(length):
            beyond += np.int32(values[i] > limit)
        if again and not beyond:
            break
        for i in range(length):
            good = values[i] <= limit
            value = values[i] if good else 0.0
            count += 1.0 if good else 0.0
            total += value
            squares += value * value
        if count < FEWEST:
            return np.nan, np.nan
        mean = total / count
        deviation = np.sqrt(max(squares / count - mean * mean, 0.0))
        limit = mean + CLIP * deviation
    return mean + base, deviation


@kernel
def grow(
    flat: NDArray[np.float32],
    place: Number,
    width: Number,
    reach: Number,
    level: Number,
    most: Number,
    taken: NDArray[np.uint8],
    region: NDArray[np.int64],
) -> int:
    """Pixels above a level that hang together with one (four neighbours), within ``reach`` of it; stops above ``most``.

    They are marked in ``taken`` with 2; those of other peaks, marked with 1, are left out.
    """
    region[0], count, done = place, 1, 0
    taken[place] = 2
    row, column = place // width, place % width
    while done < count <= most:
        at = region[done]
        done += 1
        for step in (-width, width, np.int64(-1), np.int64(1)):
            other = at + step
            near = abs(other // width - row) <= reach and abs(other % width - column) <= reach
            if near and count <= most and taken[other] == 0 and flat[other] > level:
                taken[other] = 2
                region[count] = other
                count += 1
    return count


@kernel
def summarize(
    flat: NDArray[np.float32], region: NDArray[np.int64], count: Number, width: Number, peak: NDArray[np.float64]
) -> None:
    """Sums of a peak whose background and noise are known; positions in the padded tile."""
    total, rows, columns, largest = 0.0, 0.0, 0.0, 0.0
    for i in range(count):
        amplitude = flat[region[i]] - peak[BACKGROUND]
        total += amplitude
        rows += amplitude * (region[i] // width)
        columns += amplitude * (region[i] % width)
        largest = max(largest, amplitude)
    peak[NPIX], peak[AMP_MAX], peak[AMP_TOT] = count, largest, total
    peak[ROW], peak[COLUMN] = rows / total, columns / total
    peak[SON] = total / (peak[NOISE] * np.sqrt(count)) if peak[NOISE] > 0 else np.inf


@kernel
def good_enough(peak: NDArray[np.float64], limits: NDArray[np.float64]) -> Number:
    """Whether a peak is within the limits."""
    return (
        limits[PIXELS_MIN] <= peak[NPIX] <= limits[PIXELS_MAX]
        and peak[AMP_MAX] >= limits[AMAX]
        and peak[AMP_TOT] >= limits[ATOT]
        and peak[SON] >= limits[SON_MIN]
    )


@kernel
def search_tile(
    padded: NDArray[np.float32],
    margin: Number,
    rank: Number,
    reach: Number,
    ring: NDArray[np.int64],
    samples: NDArray[np.int64],
    limits: NDArray[np.float64],
    places: NDArray[np.int64],
    levels: NDArray[np.float64],
    taken: NDArray[np.uint8],
    region: NDArray[np.int64],
    hot: NDArray[np.uint8],
    largest: NDArray[np.float32],
    peaks: NDArray[np.float64],
) -> int:
    """Peaks of one padded tile, the highest first; returns how many. ``taken`` is zero before and after."""
    height, width = padded.shape
    flat, columns, count, found = padded.reshape(height * width), width - 2 * margin, 0, 0
    coarse, words = np.ascontiguousarray(ring[::THINNED]), hot.view(np.uint64)
    values, factor = np.empty(len(ring)), np.float32((LOOSE * limits[HIGH]) ** 2)
    widen(padded, rank, largest.reshape(height, width), np.empty(width, np.float32))
    for row in range(margin, height - margin):
        start = row * width + margin
        outstanding(flat, largest, start, columns, width, rank, samples, factor, hot)
        for word in range(len(words)):
            for i in range(EIGHT * word, EIGHT * word + EIGHT if words[word] else EIGHT * word):
                place = start + i
                if hot[i] and flat[place] > limits[VALUE_HIGH] and is_first(flat, place, rank):
                    mean, noise = ring_level(flat, place, coarse, values)
                    if flat[place] - mean <= LOOSE * limits[HIGH] * noise:
                        continue
                    mean, noise = ring_level(flat, place, ring, values)
                    if flat[place] - mean > limits[HIGH] * noise:
                        places[count], levels[count, 0], levels[count, 1] = place, mean, noise
                        count += 1
    heights = np.empty(count)
    for i in range(count):
        heights[i] = levels[i, 0] - flat[places[i]]
    for i in np.argsort(heights, kind="mergesort"):
        if taken[places[i]]:
            continue
        peak = peaks[found]
        peak[BACKGROUND], peak[NOISE] = levels[i]
        level = max(peak[BACKGROUND] + limits[LOW] * peak[NOISE], limits[VALUE_LOW])
        size = grow(flat, places[i], width, reach, level, limits[PIXELS_MAX], taken, region)
        summarize(flat, region, size, width, peak)
        good = good_enough(peak, limits)
        taken[region[:size]] = 1 if good else 0
        peak[ROW] -= margin
        peak[COLUMN] -= margin
        found += good
    if found:
        taken[:] = 0
    return found


@kernel
def search(
    frames: NDArray[np.floating],
    margin: Number,
    rank: Number,
    reach: Number,
    ring: NDArray[np.int64],
    samples: NDArray[np.int64],
    limits: NDArray[np.float64],
    lengths: NDArray[np.int64],
    peaks: NDArray[np.float64],
) -> None:
    """Peaks of each event, tile by tile.

    Parameters
    ----------
    frames
        Shape (events, tiles, rows, columns); NaN = bad.
    margin
        Rows and columns that are added around each tile: as far as the ring reaches, and at least ``rank`` and 1.
    rank, reach
        Rows and columns within which a peak is the largest, and within which its pixels lie.
    ring, samples
        Distances in the padded, flattened tile of all pixels of the ring, and of eight of them.
    limits
        See the constants.
    lengths
        Result: peaks of each event.
    peaks
        Result, shape (?, 9); one for each four pixels, and one for each tile more, always fit.
    """
    events, tiles, rows, columns = frames.shape
    padded = np.full((rows + 2 * margin, columns + 2 * margin), np.float32(np.nan))
    room = (rows + 1) // 2 * ((columns + 1) // 2)
    places, levels, taken = np.empty(room, np.int64), np.empty((room, 2)), np.zeros(padded.size, np.uint8)
    largest = np.empty(padded.size, np.float32)
    region, end = np.empty(np.int64(limits[PIXELS_MAX]) + 2, np.int64), 0
    # Eight pixels of a row are looked at together; behind the last one nothing is marked.
    hot = np.zeros((columns + EIGHT - 1) // EIGHT * EIGHT, np.uint8)
    for event in range(events):
        begin = end
        for tile in range(tiles):
            pad(frames[event, tile], margin, padded)
            mine = peaks[end:]
            found = search_tile(
                padded, margin, rank, reach, ring, samples, limits, places, levels, taken, region, hot, largest, mine
            )
            mine[:found, TILE] = tile
            end += found
        lengths[event] = end - begin
