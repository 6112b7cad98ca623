"""A signal over a monitor against the value of a scan (small-data "scan plot")."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def ratio_by_value(position: Floats, signal: Floats, monitor: Floats) -> tuple[Floats, Floats]:
    """Each value of a step scan, and the sum of the signal over that of the monitor in its events.

    >>> ratio_by_value(np.array([1.0, 2, 1]), np.array([3.0, 1, 1]), np.array([1.0, 2, 1]))
    (array([1., 2.]), array([2. , 0.5]))
    """
    points, place = np.unique(position, return_inverse=True)
    return points, _ratio(place, signal, monitor, len(points))


def ratio_in_bins(position: Floats, signal: Floats, monitor: Floats, edges: Floats) -> Floats:
    """The same in each bin [edge, next edge), NaN where there is no event; shape (edges - 1,)."""
    place = np.searchsorted(edges, position, side="right") - 1
    inside = (place >= 0) & (place < len(edges) - 1)
    return _ratio(place[inside], signal[inside], monitor[inside], len(edges) - 1)


def _ratio(place: NDArray[np.int64], signal: Floats, monitor: Floats, count: int) -> Floats:
    both = np.isfinite(signal) & np.isfinite(monitor)
    above, below = (np.bincount(place[both], values[both], count) for values in (signal, monitor))
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(above / below)
