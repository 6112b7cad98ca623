"""Signal over monitor against the scan variable: ratios of sums per bin, with errors."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

MOST_BINS = 400


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
    """

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    error: NDArray[np.float64]
    count: NDArray[np.float64]


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
    return Curve(middle[enough], ratio[enough], error[enough], count[enough])


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
