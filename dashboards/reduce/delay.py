"""The whole scan picture: selection of events, laser on and off, as set and with the measured arrival time."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from dashboards.fits.fit import Fit, fit
from dashboards.fits.known import shapes
from dashboards.reduce.expression import expression
from dashboards.reduce.scan import (
    GOOD_IN_BIN,
    MOST_BINS,
    Curve,
    combined,
    curve,
    even_edges,
    no_curve,
    scan_edges,
    scan_map,
)
from dashboards.reduce.span import hand_edges
from dashboards.table import Table

LASER = "lightStatus/laser"
XRAY = "lightStatus/xray"
LEAST_IN_BIN = 5
LEAST_SHARE = 0.1
"""Corrected bins with fewer events, or less than this share of the middle bin's, are not shown: their error is not known well
enough to weigh them in a fit."""

BINS_PER_STEP = 3
"""The arrival time spreads the events over more positions than were set."""

Light = Literal["both", "difference", "ratio"]

TIME_UNITS = {"s": 1.0, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "ns": 1e-9, "ps": 1e-12, "fs": 1e-15}


@dataclass(frozen=True, slots=True)
class ScanChoice:
    """What the Scan page shows.

    Attributes
    ----------
    signal, monitor, variable, time
        Expressions over fields; without a monitor the signal is not normalised, without a time nothing is corrected.
    time_scale
        Units of the variable per unit of the time.
    least_monitor
        Events with a monitor at or below this are left out.
    bins
        Bins of the corrected axis; 0 = ``BINS_PER_STEP`` for each step, fewer while there are few events.
    edges
        Bins by hand, of all axes; empty = a bin for each step, or equally wide ones if there are no steps.
    where
        Condition on the events.
    light
        Laser on beside laser off, their difference, or on over off.
    shape
        What is fitted; empty = nothing.
    second
        Expression for the vertical axis of a map; empty = no map.
    """

    signal: str
    monitor: str
    variable: str
    time: str
    time_scale: float
    least_monitor: float = 0.0
    bins: int = 0
    edges: str = ""
    where: str = ""
    light: Light = "both"
    shape: str = "edge"
    second: str = ""


@dataclass(frozen=True, slots=True)
class Branch:
    """One way to draw the scan.

    Attributes
    ----------
    on, off
        Laser on and off; ``on`` is the only curve, and has the difference or ratio, if that was chosen.
    fit
        The shape in ``on``.
    """

    on: Curve
    off: Curve
    fit: Fit | None


@dataclass(frozen=True, slots=True)
class ScanMap:
    """Signal over monitor (laser on) in cells of two variables.

    Attributes
    ----------
    values
        Shape (bins of z, bins of x); NaN without events.
    x, z
        Edges.
    """

    values: NDArray[np.float64]
    x: NDArray[np.float64]
    z: NDArray[np.float64]


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
    map
        Against two variables; ``None`` if there is no second one.
    """

    plain: Branch
    corrected: Branch | None
    used: int
    seen: int
    steps: int
    map: ScanMap | None = None


def scan_result(rows: Table, choice: ScanChoice) -> ScanResult:
    """Reduce the rows of one run to the curves of the Scan page.

    Raises
    ------
    ConfigError
        If an expression cannot be understood, or names a field that the rows do not have.
    """
    x, s = _value(rows, choice.variable), _value(rows, choice.signal)
    m = _value(rows, choice.monitor) if choice.monitor else np.ones(len(rows))
    seen = np.isfinite(x)
    good = seen & np.isfinite(s) & np.isfinite(m) & (m > choice.least_monitor) & ~(rows.column(XRAY) == 0)
    if choice.where.strip():
        good &= expression(choice.where, tuple(rows.columns)).holds(rows)
    # Without any word about the laser every event counts as laser on.
    events = _Events(s, m, good, ~(rows.column(LASER) == 0), choice)
    levels, by_hand = np.unique(x[good]), hand_edges(choice.edges)
    plain = events.branch(x, by_hand if by_hand is not None else scan_edges(x[good], choice.bins), 1)
    corrected = None
    if choice.time:
        t = x + choice.time_scale * _value(rows, choice.time)
        timed = good & np.isfinite(t)
        bins = choice.bins or _bins(len(levels), int((timed & events.on).sum()))
        edges = by_hand if by_hand is not None else even_edges(t[timed], bins)
        corrected = events.branch(t, edges, _least(t[timed & events.on], edges))
    second = _map(events, x, _value(rows, choice.second), by_hand) if choice.second else None
    return ScanResult(plain, corrected, int(good.sum()), int(seen.sum()), len(levels), second)


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


@dataclass(frozen=True, slots=True)
class _Events:
    """Signal and monitor of each event, which are good, and which are pumped."""

    signal: NDArray[np.float64]
    monitor: NDArray[np.float64]
    good: NDArray[np.bool_]
    on: NDArray[np.bool_]
    choice: ScanChoice

    def branch(self, x: NDArray[np.float64], edges: NDArray[np.float64], least: int) -> Branch:
        """Curves over the same bins, and the shape in the first."""
        if not len(edges):
            return Branch(no_curve(), no_curve(), None)
        # A corrected place may be absent where the place as set is not.
        good = self.good & np.isfinite(x)
        lit, dark = (
            curve(x[part], self.signal[part], self.monitor[part], edges, least) for part in (good & self.on, good & ~self.on)
        )
        if self.choice.light != "both":
            lit, dark = combined(lit, dark, self.choice.light), no_curve()
        shape = shapes().get(self.choice.shape)
        return Branch(lit, dark, fit(shape, lit.x, lit.y, lit.error) if shape else None)


def _map(events: _Events, x: NDArray[np.float64], z: NDArray[np.float64], by_hand: NDArray[np.float64] | None) -> ScanMap:
    """The map of the pumped events."""
    part = events.good & events.on & np.isfinite(z)
    edges = by_hand if by_hand is not None else scan_edges(x[part])
    across = scan_edges(z[part])
    if not len(edges) or not len(across):
        return ScanMap(np.empty((0, 0)), np.empty(0), np.empty(0))
    return ScanMap(scan_map(x[part], z[part], events.signal[part], events.monitor[part], (edges, across)), edges, across)


def _value(rows: Table, text: str) -> NDArray[np.float64]:
    return expression(text, tuple(rows.columns)).of(rows)
