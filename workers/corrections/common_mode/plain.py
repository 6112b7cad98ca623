"""Plain twins of the kernels, in obvious numpy and double precision: what the kernels are compared with."""

import numpy as np
from numpy.typing import NDArray

from workers.corrections.common_mode.histogram import BINS, FIRST, WIDTH_OF_SIGMA
from workers.corrections.common_mode.rule import Rule, Tile

MOST_NEGATIVE, MOST_POSITIVE = -16384, 16383


def subtract_medians_plain(values: NDArray[np.float32], good: NDArray[np.bool_], tile: Tile, rule: Rule) -> None:
    """Twin of ``subtract_medians``."""
    events, panels, rows, columns = values.shape
    marks = np.broadcast_to(good, values.shape)
    wide = tile.columns * tile.stride
    for event, panel in np.ndindex(events, panels):
        for top in range(0, rows, tile.rows):
            for left in range(0, columns, wide):
                for phase in range(tile.stride):
                    place = (event, panel, slice(top, top + tile.rows), slice(left + phase, left + wide, tile.stride))
                    values[place] -= _shift(values[place], marks[place], rule)


def _shift(pixels: NDArray[np.float32], marks: NDArray[np.bool_], rule: Rule) -> NDArray[np.float32]:
    """What to take off each of these pixels."""
    counts = marks & np.isfinite(pixels) & (pixels >= rule.lowest) & (pixels <= rule.highest)
    none = np.zeros(pixels.shape, np.float32)
    used = np.sort(pixels[counts])
    if len(used) < max(1, rule.least):
        return none
    if rule.whole_numbers:
        median = float(np.clip(np.trunc(used[(len(used) - 1) // 2]), MOST_NEGATIVE, MOST_POSITIVE))
    else:
        median = float(np.median(used.astype(np.float64)))
    if abs(median) > rule.largest:
        return none
    return np.where(marks | rule.everywhere, np.float32(median), none)


def subtract_peaks_plain(
    lines: NDArray[np.float32],
    good: NDArray[np.bool_],
    starts: NDArray[np.int64],
    extent: tuple[int, int],
    limits: tuple[float, float, int],
) -> NDArray[np.float64]:
    """Twin of ``subtract_peaks``; returns what was taken off."""
    size, stride = extent
    taken = np.full((len(lines), len(starts)), np.nan)
    for i, line in enumerate(lines):
        for segment, start in enumerate(starts):
            place = slice(start, start + size * stride, stride)
            pixels = line[place][good[i % len(good)][place] & np.isfinite(line[place])].astype(np.float64)
            bins = (np.sign(pixels) * np.floor(np.abs(pixels) + 0.5)).astype(np.int64) - FIRST
            found = peak_plain(np.bincount(bins[(bins >= 0) & (bins < BINS)], minlength=BINS), *limits)
            if found is not None:
                taken[i, segment] = found
                line[place] -= np.float32(found)
    return taken


def peak_plain(counts: NDArray[np.int64], mean_max: float, sigma_max: float, thresh: int) -> float | None:
    """Twin of ``peak``; None instead of NaN."""
    at, right = None, BINS
    for bin, count in enumerate(counts):
        if count > thresh and (at is None or count > counts[at]):
            at = bin
        elif at is not None and count <= counts[at] // 2:
            right = bin
            break
    if at is None:
        return None
    below = np.flatnonzero(counts[:at] <= counts[at] // 2)
    left = int(below[-1]) if len(below) else -1
    sigma, mean = (right - left) / WIDTH_OF_SIGMA, float(at)
    for _ in range(2):
        reach = int(2 * sigma + 0.5)
        window = np.arange(max(0, at - reach), min(BINS - 1, at + reach) + 1)
        first = np.average(window - mean, weights=counts[window])
        second = np.average((window - mean) ** 2, weights=counts[window])
        mean, sigma = mean + first, float(np.sqrt(max(0.0, second - first**2)))
    mean += FIRST
    return float(mean) if abs(mean) <= mean_max and sigma <= sigma_max else None


def subtract_means_plain(
    values: NDArray[np.float32], good: NDArray[np.bool_], length: int, threshold: float, maxcorr: float
) -> None:
    """Twin of ``subtract_means``."""
    marks = np.broadcast_to(good, values.shape)
    for event in range(len(values)):
        for start in range(0, values.shape[1], length):
            block = values[event, start : start + length]
            used = block[marks[event, start : start + length] & (block < threshold)]
            if len(used) and abs(mean := used.mean(dtype=np.float64)) <= maxcorr:
                block -= np.float32(mean)
