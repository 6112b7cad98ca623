"""Signal over monitor against the scan variable: ratios of sums per bin, with errors."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

MOST_BINS = 400
MOST_FLY_BINS = 60
GOOD_IN_BIN = 30
LEAST_AT_STEP = 3
"""Fewer events at each position on average, and it is no scan of steps."""


@dataclass(frozen=True, slots=True)
class Curve:
    """One value per bin that has events, in rising order of x; float64, shape (bins,).

    Attributes
    ----------
    x
        Mean position of the bin's events.
    y
        Sum of the signal over sum of the monitor.
    error
        Standard error of ``y`` from the scatter of the events; NaN with fewer than 2 events.
    count
        Events in the bin.
    bin
        Number of the bin.
    """

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    error: NDArray[np.float64]
    count: NDArray[np.float64]
    bin: NDArray[np.int64]


def no_curve() -> Curve:
    """A curve without points."""
    nothing = np.empty(0)
    return Curve(nothing, nothing, nothing, nothing, np.empty(0, np.int64))


def curve(
    x: NDArray[np.float64], signal: NDArray[np.float64], monitor: NDArray[np.float64], edges: NDArray[np.float64], least: int = 1
) -> Curve:
    """Ratio of sums per bin; the error is that of a ratio estimator, sqrt(sum (s - R m)^2 n / (n - 1)) / sum m.

    A ratio of sums weighs each event by its intensity, so that shots with hardly any light do not spoil the mean.

    Parameters
    ----------
    x, signal, monitor
        Shape (events,), finite.
    edges
        Rising, shape (bins + 1,); a bin is [left, right). Events outside are left out.
    least
        Bins with fewer events are left out.
    """
    place = np.searchsorted(edges, x, side="right") - 1
    inside = (place >= 0) & (place < len(edges) - 1)
    place, x, signal, monitor = place[inside], x[inside], signal[inside], monitor[inside]
    bins = len(edges) - 1
    count = np.bincount(place, minlength=bins).astype(np.float64)
    light = np.bincount(place, monitor, bins)
    ratio = np.divide(np.bincount(place, signal, bins), light, out=np.zeros(bins), where=light != 0)
    scatter = np.bincount(place, (signal - ratio[place] * monitor) ** 2, bins)
    enough = (count >= least) & (light != 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        error = np.sqrt(scatter * count / (count - 1)) / np.abs(light)
        middle = np.bincount(place, x, bins) / count
    error[count < 2] = np.nan
    return Curve(middle[enough], ratio[enough], error[enough], count[enough], np.flatnonzero(enough))


def combined(on: Curve, off: Curve, how: Literal["difference", "ratio"]) -> Curve:
    """On less off, or on over off, in the bins that have both; their errors are independent."""
    common, i, j = np.intersect1d(on.bin, off.bin, return_indices=True)
    a, b, count = on.y[i], off.y[j], on.count[i] + off.count[j]
    x = (on.x[i] * on.count[i] + off.x[j] * off.count[j]) / count
    if how == "difference":
        return Curve(x, a - b, np.hypot(on.error[i], off.error[j]), count, common)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = a / b
        error = np.hypot(on.error[i], ratio * off.error[j]) / np.abs(b)
    there = np.isfinite(ratio)
    return Curve(x[there], ratio[there], error[there], count[there], common[there])


def scan_map(
    x: NDArray[np.float64],
    z: NDArray[np.float64],
    signal: NDArray[np.float64],
    monitor: NDArray[np.float64],
    edges: tuple[NDArray[np.float64], NDArray[np.float64]],
) -> NDArray[np.float64]:
    """Ratio of sums in each cell of two variables, shape (bins of z, bins of x); NaN without events.

    Parameters
    ----------
    x, z, signal, monitor
        Shape (events,), finite.
    edges
        Of x and of z; rising, a bin is [left, right).
    """
    columns, rows = len(edges[0]) - 1, len(edges[1]) - 1
    column, row = (np.searchsorted(edge, value, side="right") - 1 for edge, value in zip(edges, (x, z), strict=True))
    inside = (column >= 0) & (column < columns) & (row >= 0) & (row < rows)
    place = (row * columns + column)[inside]
    light = np.bincount(place, monitor[inside], rows * columns)
    total = np.bincount(place, signal[inside], rows * columns)
    found: NDArray[np.float64] = np.divide(total, light, out=np.full(rows * columns, np.nan), where=light != 0)
    return found.reshape(rows, columns)


def scan_edges(positions: NDArray[np.float64], bins: int = 0) -> NDArray[np.float64]:
    """Edges for a step scan, or, where there are about as many positions as events, for a fly scan.

    Parameters
    ----------
    positions
        Shape (events,), finite.
    bins
        Number of bins of a fly scan; 0 = as many as have a good number of events.
    """
    levels = len(np.unique(positions))
    if levels <= MOST_BINS and levels * LEAST_AT_STEP <= max(len(positions), LEAST_AT_STEP):
        return step_edges(positions)
    return even_edges(positions, bins or max(5, min(MOST_FLY_BINS, len(positions) // GOOD_IN_BIN)))


def step_edges(positions: NDArray[np.float64]) -> NDArray[np.float64]:
    """Edges between the distinct positions of a step scan; the outer ones half a step out. Empty without positions."""
    levels = np.unique(positions)
    if not len(levels):
        return np.empty(0)
    if len(levels) == 1:
        return np.array([levels[0] - 0.5, levels[0] + 0.5])
    if len(levels) > MOST_BINS:
        return even_edges(positions, MOST_BINS)
    middle = (levels[1:] + levels[:-1]) / 2
    return np.concatenate([[2 * levels[0] - middle[0]], middle, [2 * levels[-1] - middle[-1]]])


def even_edges(positions: NDArray[np.float64], bins: int) -> NDArray[np.float64]:
    """Edges of equally wide bins over all positions, the largest one included. Empty without positions."""
    if not len(positions):
        return np.empty(0)
    low, high = float(positions.min()), float(positions.max())
    if not high > low:
        return np.array([low - 0.5, low + 0.5])
    return np.append(np.linspace(low, high, bins + 1)[:-1], np.nextafter(high, np.inf))
