"""How often each value occurs."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Edges = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Histogram:
    """Counts between edges.

    Attributes
    ----------
    edges
        Shape (bins + 1,), rising; empty if there were no values.
    counts
        Shape (bins,).
    outside
        Values beyond the edges; NaN values are not counted anywhere.
    mean, deviation
        Of all values, NaN if there were none.
    """

    edges: NDArray[np.float64]
    counts: NDArray[np.int64]
    outside: int
    mean: float
    deviation: float


# Absurd values may overflow to infinity, which is then shown as no value.
@np.errstate(over="ignore", invalid="ignore")
def histogram(values: NDArray[np.float64], bins: int) -> Histogram:
    """Histogram over the sensible range of the values."""
    return counted(values, edges_of(values, bins))


@np.errstate(over="ignore", invalid="ignore")
def counted(values: NDArray[np.float64], edges: NDArray[np.float64]) -> Histogram:
    """Counts between given edges; the last bin has its right edge too."""
    good = values[np.isfinite(values)]
    if not len(good) or len(edges) < 2:
        return Histogram(edges, np.zeros(max(0, len(edges) - 1), np.int64), len(good), float("nan"), float("nan"))
    counts, _ = np.histogram(good, edges)
    return Histogram(edges, counts, len(good) - int(counts.sum()), float(good.mean()), float(good.std()))


@np.errstate(over="ignore", invalid="ignore")
def edges_of(values: NDArray[np.float64], bins: int, *, log: bool = False, within: tuple[float, float] | None = None) -> Edges:
    """Edges of equally wide bins; one far outlier does not squeeze all others into one bin. Empty without values.

    Parameters
    ----------
    values
        Shape (events,); NaN is left out.
    bins
        How many.
    log
        Equally wide in the logarithm; values that have none are left out.
    within
        The range, if it is not to be that of the values, cut at three times the distance of the 1 % and 99 % points from
        the median.
    """
    if within is not None and not (log and within[0] <= 0):
        low, high = within
        return np.geomspace(low, high, bins + 1) if log else np.linspace(low, high, bins + 1)
    good = values[np.isfinite(values) & ((values > 0) | (not log))]
    if not len(good):
        return np.empty(0)
    low, high = sensible_range(np.log10(good) if log else good)
    edges = np.linspace(low, high, bins + 1)
    return 10**edges if log else edges


def sensible_range(good: NDArray[np.float64]) -> tuple[float, float]:
    """Range of finite values without what lies absurdly far out; never empty."""
    low, middle, high = np.percentile(good, (1, 50, 99))
    low = max(float(good.min()), float(middle - 3 * (middle - low)))
    high = min(float(good.max()), float(middle + 3 * (high - middle)))
    if not high > low:
        pad = max(abs(low) * 0.05, 0.5)
        return low - pad, low + pad
    return low, high
