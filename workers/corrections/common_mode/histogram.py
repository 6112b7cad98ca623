"""The zero-photon peak in a histogram with bins of 1 ADU, and taking it off."""

import numpy as np
from numpy.typing import NDArray

from workers.kernel import kernel

BINS, FIRST = 3000, -1000
"""Bins for the values -1000 to 1999; others are dropped."""
WIDTH_OF_SIGMA = 2.36
"""Full width at half maximum in sigmas, as the facility rounds it."""
COPIES = 4
"""Histograms filled in turn, so that pixels of the same value do not wait for each other."""


@kernel
def subtract_peaks(
    lines: NDArray[np.float32],
    good: NDArray[np.bool_],
    starts: NDArray[np.int64],
    extent: tuple[int, int],
    limits: tuple[float, float, int],
    scratch: tuple[NDArray[np.uint16], NDArray[np.int32]],
    taken: NDArray[np.float32],
) -> None:
    """Take the position of its zero-photon peak off all pixels of each segment, in place.

    Parameters
    ----------
    lines
        Pixels in memory order, shape (lines, pixels), ADU; NaN = absent.
    good
        Pixels that count; line i has row i modulo its length.
    starts
        First pixel of each segment; what lies beyond the line is left out.
    extent
        Pixels of a segment, and the step from one to the next.
    limits
        Greatest position and greatest width that are believed, ADU; pixels that the highest bin must exceed.
    scratch
        Bin of each pixel of a segment, uint16; histograms of shape (4, ``BINS`` + 1), all 0.
    taken
        Filled with what was taken off, shape (lines, segments), ADU; NaN = nothing.
    """
    size, stride = extent
    bins, counts = scratch
    for i in range(len(lines)):
        line, marks = lines[i], good[i % len(good)]
        for segment in range(len(starts)):
            start = starts[segment]
            stop = min(start + size * stride, len(line))
            if stop <= start:
                taken[i, segment] = np.nan
                continue
            if stride == 1:
                used = _fill_bins(line[start:stop], marks[start:stop], bins)
            else:
                used = _fill_bins(line[start:stop:stride], marks[start:stop:stride], bins)
            _fill_histogram(bins[:used], counts)
            position = peak(counts[0], limits[0], limits[1], limits[2])
            counts[:] = 0
            taken[i, segment] = position
            if position == position:
                shift = np.float32(position)
                if stride == 1:
                    for at in range(start, stop):
                        line[at] -= shift
                else:
                    for at in range(start, stop, stride):
                        line[at] -= shift


@kernel
def _fill_bins(line: NDArray[np.float32], marks: NDArray[np.bool_], bins: NDArray[np.uint16]) -> int:
    """Bin of each pixel, rounded half away from zero; ``BINS`` for those that do not count."""
    low, high, half = np.float32(FIRST - 0.5), np.float32(FIRST + BINS - 0.5), np.float32(0.5)
    for i in range(len(line)):
        value = line[i]
        counts = marks[i] & (value > low) & (value < high)
        inside = value if counts else np.float32(0)
        rounded = np.int32(inside + np.copysign(half, inside)) - FIRST
        bins[i] = np.uint16(rounded) if counts else np.uint16(BINS)
    return len(line)


@kernel
def _fill_histogram(bins: NDArray[np.uint16], counts: NDArray[np.int32]) -> None:
    """Counts of all bins in the first histogram."""
    last = len(bins) - len(bins) % COPIES
    for i in range(0, last, COPIES):
        counts[0, bins[i]] += 1
        counts[1, bins[i + 1]] += 1
        counts[2, bins[i + 2]] += 1
        counts[3, bins[i + 3]] += 1
    for i in range(last, len(bins)):
        counts[0, bins[i]] += 1
    for bin in range(BINS):
        counts[0, bin] += counts[1, bin] + counts[2, bin] + counts[3, bin]


@kernel
def peak(counts: NDArray[np.int32], mean_max: float, sigma_max: float, thresh: int) -> float:
    """Position of the zero-photon peak, ADU; NaN if there is none or it is not believed.

    The window around the peak stays centred on its highest bin while mean and width are improved twice.
    """
    best, at, right = 0, -1, BINS
    for bin in range(BINS):
        if counts[bin] > best and counts[bin] > thresh:
            best, at = counts[bin], bin
        elif at >= 0 and counts[bin] <= best // 2:
            right = bin
            break
    if at < 0:
        return np.nan
    left = at
    while left >= 0 and counts[left] > best // 2:
        left -= 1
    sigma, mean = (right - left) / WIDTH_OF_SIGMA, float(at)
    for _ in range(2):
        reach = int(2 * sigma + 0.5)
        total, first, second = 0.0, 0.0, 0.0
        for bin in range(max(0, at - reach), min(BINS - 1, at + reach) + 1):
            off = bin - mean
            total += counts[bin]
            first += counts[bin] * off
            second += counts[bin] * off * off
        first, second = first / total, second / total
        mean += first
        sigma = np.sqrt(max(0.0, second - first * first))
    mean += FIRST
    return mean if abs(mean) <= mean_max and sigma <= sigma_max else np.nan
