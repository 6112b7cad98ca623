"""The whole scan picture: selection of events, laser on and off, as set and with the measured arrival time."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dashboards.reduce.edge import Edge, fit_edge
from dashboards.reduce.scan import MOST_BINS, Curve, curve, even_edges, step_edges
from dashboards.table import Table

LASER = "lightStatus/laser"
XRAY = "lightStatus/xray"
LEAST_IN_BIN = 5
LEAST_SHARE = 0.1
"""Corrected bins with fewer events, or less than this share of the middle bin's, are not shown: their error is not known well
enough to weigh them in a fit."""

BINS_PER_STEP = 3
"""The arrival time spreads the events over more positions than were set."""

GOOD_IN_BIN = 30

TIME_UNITS = {"s": 1.0, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "ns": 1e-9, "ps": 1e-12, "fs": 1e-15}


@dataclass(frozen=True, slots=True)
class ScanChoice:
    """What the Scan page shows.

    Attributes
    ----------
    signal, monitor, variable, time
        Column names; an empty monitor means that the signal is not normalised, an empty time that nothing is corrected.
    time_scale
        Units of the variable per unit of the time.
    least_monitor
        Events with a monitor at or below this are left out.
    bins
        Bins of the corrected axis; 0 = ``BINS_PER_STEP`` for each step, fewer while there are few events.
    """

    signal: str
    monitor: str
    variable: str
    time: str
    time_scale: float
    least_monitor: float = 0.0
    bins: int = 0


@dataclass(frozen=True, slots=True)
class Branch:
    """One way to draw the scan: laser on and off, and the step in the laser-on curve."""

    on: Curve
    off: Curve
    edge: Edge | None


@dataclass(frozen=True, slots=True)
class ScanResult:
    """Both axes.

    Attributes
    ----------
    plain, corrected
        Against the variable as set, and against variable + scale x time; ``corrected`` is ``None`` without a time.
    used, seen
        Events that entered, and events with the scan variable.
    steps
        Distinct values of the variable so far.
    """

    plain: Branch
    corrected: Branch | None
    used: int
    seen: int
    steps: int


def scan_result(rows: Table, choice: ScanChoice) -> ScanResult:
    """Reduce the rows of one run to the curves of the Scan page."""
    x, s = rows.column(choice.variable), rows.column(choice.signal)
    m = rows.column(choice.monitor) if choice.monitor else np.ones(len(rows))
    seen = np.isfinite(x)
    good = seen & np.isfinite(s) & np.isfinite(m) & (m > choice.least_monitor) & ~(rows.column(XRAY) == 0)
    # Without any word about the laser every event counts as laser on.
    on = ~(rows.column(LASER) == 0)
    levels = np.unique(x[good])
    plain = _branch(x, s, m, good, on, step_edges(x[good]), 1)
    corrected = None
    if choice.time:
        t = x + choice.time_scale * rows.column(choice.time)
        timed = good & np.isfinite(t)
        edges = even_edges(t[timed], choice.bins or _bins(len(levels), int((timed & on).sum())))
        corrected = _branch(t, s, m, timed, on, edges, _least(t[timed & on], edges))
    return ScanResult(plain, corrected, int(good.sum()), int(seen.sum()), len(levels))


def unit_ratio(time_unit: str, variable_unit: str) -> float:
    """How many units of the variable one unit of the time is; 1 if either is not a unit of time."""
    if time_unit not in TIME_UNITS or variable_unit not in TIME_UNITS:
        return 1.0
    # Rounded, because a power of ten is what is meant and 1e-12 / 1e-15 is not exactly one.
    return float(f"{TIME_UNITS[time_unit] / TIME_UNITS[variable_unit]:.12g}")


def _bins(steps: int, events: int) -> int:
    """Bins fine enough that the step is not smeared by them, each with a good number of events."""
    return max(10, min(BINS_PER_STEP * steps, events // GOOD_IN_BIN, MOST_BINS))


def _least(t: NDArray[np.float64], edges: NDArray[np.float64]) -> int:
    """How many events a corrected bin needs."""
    return max(LEAST_IN_BIN, int(LEAST_SHARE * np.median(np.histogram(t, edges)[0]))) if len(t) else LEAST_IN_BIN


def _branch(
    x: NDArray[np.float64],
    s: NDArray[np.float64],
    m: NDArray[np.float64],
    good: NDArray[np.bool_],
    on: NDArray[np.bool_],
    edges: NDArray[np.float64],
    least: int,
) -> Branch:
    """Curves for laser on and off over the same bins, and the step in the first."""
    if not len(edges):
        nothing = np.empty(0)
        return Branch(Curve(nothing, nothing, nothing, nothing), Curve(nothing, nothing, nothing, nothing), None)
    pumped, reference = good & on, good & ~on
    lit = curve(x[pumped], s[pumped], m[pumped], edges, least)
    dark = curve(x[reference], s[reference], m[reference], edges, least)
    return Branch(lit, dark, fit_edge(lit.x, lit.y, lit.error))
