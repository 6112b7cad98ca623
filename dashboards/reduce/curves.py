"""Curves of many events as the few that a person reads: mean with error, laser on and off, one after the other over something."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dashboards.snapshot import Curves
from dashboards.table import Table

MOST_VALUES = 1_000_000
"""Values that one reduction reads; some 10 ms."""


@dataclass(frozen=True, slots=True)
class Mean:
    """Mean over events; float64, shape (elements,).

    Attributes
    ----------
    mean
        NaN where no event has a value.
    error
        Standard error of the mean from the scatter of the events; NaN with fewer than 2.
    events
        Events that entered.
    """

    mean: NDArray[np.float64]
    error: NDArray[np.float64]
    events: int


def newest(curves: Curves, events: int) -> Curves:
    """The newest events, not more than a reduction should read; 0 = as many as that, spread over all there are."""
    most = max(1, MOST_VALUES // max(1, int(np.prod(curves.values.shape[1:]))))
    return curves.last(min(events, most)) if events else curves.thinned(most)


@np.errstate(over="ignore", invalid="ignore")
def lines(values: NDArray[Any], row: int | None) -> NDArray[np.float64]:
    """One curve per event, shape (events, elements).

    Parameters
    ----------
    values
        Shape (events, elements) or (events, ..., elements); what lies between is counted through as rows.
    row
        Which row; ``None`` = mean of those that have a value.
    """
    stacked = values.reshape(len(values), math.prod(values.shape[1:-1]), values.shape[-1])
    if row is not None:
        return stacked[:, min(row, stacked.shape[1] - 1)].astype(np.float64)
    if stacked.shape[1] == 1:
        return stacked[:, 0].astype(np.float64)
    there = np.isfinite(stacked)
    return divided(np.where(there, stacked, 0.0).sum(axis=1, dtype=np.float64), there.sum(axis=1))


# Absurd values may overflow to infinity, which is then shown as no value.
@np.errstate(over="ignore", invalid="ignore")
def mean_of(curves: NDArray[np.float64]) -> Mean:
    """Mean and its error over events, shape (events, elements); NaN counts for nothing."""
    there = np.isfinite(curves)
    count = there.sum(axis=0)
    mean = divided(np.where(there, curves, 0.0).sum(axis=0), count)
    square = (np.where(there, curves - mean, 0.0) ** 2).sum(axis=0)
    return Mean(mean, np.sqrt(divided(divided(square, count - 1), count)), len(curves))


@np.errstate(over="ignore", invalid="ignore")
def difference(on: Mean, off: Mean) -> Mean:
    """First minus second, the errors added in quadrature."""
    return Mean(on.mean - off.mean, np.hypot(on.error, off.error), min(on.events, off.events))


def values_at(rows: Table, name: str, seq: NDArray[np.int64]) -> NDArray[np.float64]:
    """A scalar of these events, NaN where there is no row."""
    if not len(rows):
        return np.full(len(seq), np.nan)
    at = np.minimum(np.searchsorted(rows.seq, seq), len(rows) - 1)
    return np.where(rows.seq[at] == seq, rows.column(name)[at], np.nan)


@dataclass(frozen=True, slots=True)
class Waterfall:
    """Mean curves one above the other.

    Attributes
    ----------
    image
        Shape (bins, elements), float32; NaN = no event.
    low, high
        Outer edges of the bins.
    """

    image: NDArray[np.float32]
    low: float
    high: float


@np.errstate(over="ignore", invalid="ignore")
def waterfall(
    curves: NDArray[np.float64], over: NDArray[np.float64], bins: int, kept: NDArray[np.bool_] | None = None
) -> Waterfall | None:
    """Mean curve in each of ``bins`` equally wide bins of ``over``; ``None`` without a finite value.

    Parameters
    ----------
    curves
        Shape (events, elements).
    over
        What runs along the vertical axis, shape (events,); events without it are left out. The range is that of the values;
        where they all stand on a few distinct places, each place is a bin.
    bins
        Most bins.
    kept
        Which events enter, shape (events,); the bins are those of all.
    """
    good = np.isfinite(over)
    if not good.any():
        return None
    low, high, count = _edges(np.unique(over[good]), bins)
    image = np.full((count, curves.shape[1]), np.nan, np.float32)
    good = good if kept is None else good & kept
    over, curves = over[good], curves[good]
    if not len(over):
        return Waterfall(image, low, high)
    at = np.minimum((over - low) / (high - low) * count, count - 1).astype(np.int64)
    order = np.argsort(at, kind="stable")
    starts = np.append(0, np.flatnonzero(np.diff(at[order])) + 1)
    there = np.isfinite(curves[order])
    total = np.add.reduceat(np.where(there, curves[order], 0.0), starts, axis=0)
    image[at[order][starts]] = divided(total, np.add.reduceat(there.astype(np.int64), starts, axis=0))
    return Waterfall(image, low, high)


def _edges(places: NDArray[np.float64], bins: int) -> tuple[float, float, int]:
    """Outer edges and number of bins; evenly placed steps are in the middle of theirs."""
    low, high = float(places[0]), float(places[-1])
    if len(places) == 1:
        return low - 0.5, low + 0.5, 1
    gaps = np.diff(places)
    step = float(gaps.min())
    if (high - low) / step < bins:
        count = round((high - low) / step) + 1
        return low - step / 2, low + step * (count - 0.5), count
    return low, high, bins


def thinned(image: NDArray[np.float32], most: int) -> NDArray[np.float32]:
    """Means of neighbouring columns, so that there are at most ``most``."""
    side = -(-image.shape[1] // most)
    if side == 1:
        return image
    starts = np.arange(0, image.shape[1], side)
    there = np.isfinite(image)
    total = np.add.reduceat(np.where(there, image, 0.0), starts, axis=1)
    return divided(total, np.add.reduceat(there.astype(np.int64), starts, axis=1)).astype(np.float32)


def divided(total: NDArray[Any], count: NDArray[Any]) -> NDArray[np.float64]:
    """The quotient, NaN where there is nothing to divide by."""
    quotient: NDArray[np.float64] = np.divide(total, count, out=np.full(np.shape(total), np.nan), where=np.asarray(count) > 0)
    return quotient
