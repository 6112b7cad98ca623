"""How often each value occurs."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


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
    """Histogram over the range of the values; one far outlier does not squeeze all others into one bin.

    The range is that of the values, cut at three times the distance of the 1 % and 99 % points from the median.
    """
    good = values[np.isfinite(values)]
    if not len(good):
        return Histogram(np.empty(0), np.empty(0, np.int64), 0, float("nan"), float("nan"))
    low, high = sensible_range(good)
    counts, edges = np.histogram(good, bins, (low, high))
    return Histogram(edges, counts, len(good) - int(counts.sum()), float(good.mean()), float(good.std()))


def sensible_range(good: NDArray[np.float64]) -> tuple[float, float]:
    """Range of finite values without what lies absurdly far out; never empty."""
    low, middle, high = np.percentile(good, (1, 50, 99))
    low = max(float(good.min()), float(middle - 3 * (middle - low)))
    high = min(float(good.max()), float(middle + 3 * (high - middle)))
    if not high > low:
        pad = max(abs(low) * 0.05, 0.5)
        return low - pad, low + pad
    return low, high
