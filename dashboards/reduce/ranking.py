"""Which fields go together: correlation of every pair, the strongest first."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dashboards.table import Table

MOST_ROWS = 2000
MOST_FIELDS = 200
LEAST_PAIRS = 20
"""A coefficient of fewer events is not told."""


@dataclass(frozen=True, slots=True)
class Ranking:
    """Correlation of all pairs.

    Attributes
    ----------
    names
        Fields that vary, in the order in which they first come in the ranking.
    matrix
        Pearson's coefficient, shape (fields, fields); NaN where too few events have both values, or one does not vary.
    pairs
        Places (i, j) in ``names`` with i < j, the strongest first.
    used
        Events that were looked at.
    noise
        Coefficients below this are likely in as many events of independent fields (3 sigma).
    """

    names: list[str]
    matrix: NDArray[np.float64]
    pairs: list[tuple[int, int]]
    used: int
    noise: float


def ranking(rows: Table, names: list[str], *, by_rank: bool = False) -> Ranking:
    """Correlate fields over at most ``MOST_ROWS`` rows, spread evenly over those given.

    Parameters
    ----------
    rows
        The rows of a window.
    names
        Fields to look at; the first ``MOST_FIELDS`` that vary are taken.
    by_rank
        Correlate the ranks of the values instead of the values (Spearman): single wild values count little, and any
        monotonic relation is as strong as a straight line.
    """
    sample = np.unique(np.linspace(0, len(rows) - 1, min(len(rows), MOST_ROWS)).astype(np.int64))
    columns = {name: rows.column(name)[sample] for name in names}
    varying = [name for name, values in columns.items() if _varies(values)][:MOST_FIELDS]
    if not varying:
        return Ranking([], np.empty((0, 0)), [], len(sample), 1.0)
    found = correlations(np.array([_scaled(columns[name], by_rank) for name in varying]))
    i, j = np.triu_indices(len(varying), 1)
    strength = np.abs(found[i, j])
    order = np.argsort(-np.where(np.isfinite(strength), strength, -1.0), kind="stable")
    pairs = [(int(i[k]), int(j[k])) for k in order if np.isfinite(strength[k])]
    places = list(dict.fromkeys([place for pair in pairs for place in pair] + list(range(len(varying)))))
    new = {old: place for place, old in enumerate(places)}
    sorted_pairs = [tuple(sorted((new[a], new[b]))) for a, b in pairs]
    ordered = found[np.ix_(places, places)]
    noise = min(1.0, 3 / np.sqrt(max(1, len(sample) - 1)))
    return Ranking([varying[place] for place in places], ordered, [(a, b) for a, b in sorted_pairs], len(sample), noise)


@np.errstate(over="ignore", invalid="ignore", divide="ignore")
def correlations(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Pearson's coefficient of every pair over the events in which both are finite.

    Parameters
    ----------
    values
        Shape (fields, events); best of the order of 1 around 0, so that sums of squares keep their digits.

    Returns
    -------
    numpy.ndarray
        Shape (fields, fields); NaN with fewer than ``LEAST_PAIRS`` events or if one field does not vary in them.
    """
    there = np.isfinite(values).astype(np.float64)
    x = np.where(there > 0, values, 0.0)
    n = there @ there.T
    total, squares = x @ there.T, (x * x) @ there.T
    # [i, j]: of field i over the events that have j too; the transposed one is of field j over the same events.
    spread = n * squares - total**2
    spread[spread < 1e-10 * n * squares] = 0.0
    found = (n * (x @ x.T) - total * total.T) / np.sqrt(spread * spread.T)
    found[(n < LEAST_PAIRS) | (spread <= 0) | (spread.T <= 0)] = np.nan
    within: NDArray[np.float64] = np.clip(found, -1.0, 1.0)
    return within


@np.errstate(over="ignore", invalid="ignore")
def _varies(values: NDArray[np.float64]) -> bool:
    good = values[np.isfinite(values)]
    return len(good) >= LEAST_PAIRS and bool(good.min() < good.max())


@np.errstate(over="ignore", invalid="ignore")
def _scaled(values: NDArray[np.float64], by_rank: bool) -> NDArray[np.float64]:
    """Values, or their ranks (equal values share one), around 0 and of the order of 1; NaN stays."""
    there = np.isfinite(values)
    scaled = np.full(len(values), np.nan)
    good = values[there]
    if by_rank:
        _, place, count = np.unique(good, return_inverse=True, return_counts=True)
        good = (np.cumsum(count) - (count + 1) / 2)[place]
    # Halved first: the difference of the two largest numbers there are would overflow.
    middle, size = float(np.median(good)), float(good.max() / 2 - good.min() / 2)
    scaled[there] = (good / 2 - middle / 2) / (size or 1.0)
    return scaled
