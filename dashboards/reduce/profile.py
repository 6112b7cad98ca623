"""Mean and standard error of one number against bins of another."""

import numpy as np
from numpy.typing import NDArray

from dashboards.reduce.histogram import edges_of
from dashboards.reduce.scan import Curve, curve, no_curve, step_edges

MOST_LEVELS = 60
"""A number with at most so many different values gets a bin for each."""


def profile(x: NDArray[np.float64], y: NDArray[np.float64], edges: NDArray[np.float64]) -> Curve:
    """Mean of ``y`` per bin of ``x``; ``error`` is the standard error of that mean, NaN with fewer than 2 events.

    Parameters
    ----------
    x, y
        Shape (events,); events in which either is NaN are left out.
    edges
        Rising; a bin is [left, right).
    """
    if len(edges) < 2:
        return no_curve()
    both = np.isfinite(x) & np.isfinite(y)
    with np.errstate(over="ignore", invalid="ignore"):
        return curve(x[both], y[both], np.ones(int(both.sum())), edges)


def profile_edges(
    x: NDArray[np.float64], bins: int, *, log: bool = False, within: tuple[float, float] | None = None
) -> NDArray[np.float64]:
    """A bin for each value if there are few, else equally wide ones over the sensible range, its upper end included."""
    good = x[np.isfinite(x)]
    if within is None and not log and len(good) > 2 * MOST_LEVELS and len(levels := np.unique(good)) <= MOST_LEVELS:
        return step_edges(levels)
    edges = edges_of(x, bins, log=log, within=within)
    if len(edges) and within is None:
        edges[-1] = np.nextafter(edges[-1], np.inf)
    return edges
