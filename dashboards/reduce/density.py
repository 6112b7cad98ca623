"""One field against another: single points while they are few, counts per cell when they are many."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dashboards.reduce.histogram import sensible_range


@dataclass(frozen=True, slots=True)
class Density:
    """Counts of events per cell.

    Attributes
    ----------
    counts
        Shape (rows, columns), float32; the first row is the lowest y. NaN = no event.
    x_range, y_range
        Outer edges.
    """

    counts: NDArray[np.float32]
    x_range: tuple[float, float]
    y_range: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Pairs:
    """Events that have both values.

    Attributes
    ----------
    x, y
        Shape (events,), finite.
    correlation
        Pearson's coefficient; NaN with fewer than 3 events or if one of them does not vary.
    """

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    correlation: float


# Absurd values may overflow to infinity, which is then shown as no value.
@np.errstate(over="ignore", invalid="ignore")
def pairs(x: NDArray[np.float64], y: NDArray[np.float64]) -> Pairs:
    """The events in which both fields have a value."""
    both = np.isfinite(x) & np.isfinite(y)
    x, y = x[both], y[both]
    if len(x) < 3 or np.ptp(x) == 0 or np.ptp(y) == 0:
        return Pairs(x, y, float("nan"))
    return Pairs(x, y, float(np.corrcoef(x, y)[0, 1]))


def density(found: Pairs, cells: int) -> Density:
    """Counts on ``cells`` x ``cells`` cells over the sensible range; at least one pair is needed."""
    x_range, y_range = sensible_range(found.x), sensible_range(found.y)
    counts, _, _ = np.histogram2d(found.y, found.x, cells, (y_range, x_range))
    counts[counts == 0] = np.nan
    return Density(counts.astype(np.float32), x_range, y_range)
