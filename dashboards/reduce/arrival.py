"""The time tool's numbers: which fields they are, which events count, how they drift, and how pixels become picoseconds."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dashboards.reduce.choice import first_match
from dashboards.reduce.curves import divided

POSITIONS = (r"tt(Raw|Edge)[^/]*_pos$", r"^tt[^/]*/FLTPOS$", r"_pos$")
LEAST_EVENTS = 10
"""Events that a step needs to enter the calibration."""

FOLLOWS = 0.5
"""Part of the spread of the delays that a calibration may leave over; without any relation it leaves nearly all."""

MINUTE_S = 60.0


@dataclass(frozen=True, slots=True)
class Tool:
    """Fields of one time tool; empty = it has no such field."""

    position: str
    amplitude: str
    width: str
    time: str


def positions(names: Iterable[str]) -> list[str]:
    """Fields that may be positions of an edge, the likely ones first."""
    known = list(names)
    found = [first_match([name], (pattern,)) for pattern in POSITIONS for name in known]
    return [name for name in dict.fromkeys(found) if name]


def tool_of(position: str, names: Iterable[str]) -> Tool:
    """The fields that belong to a position, under the names of the features and of the data acquisition."""
    known = set(names)
    if position.endswith("/FLTPOS"):
        top = position.removesuffix("FLTPOS")
        wanted = (f"{top}AMPL", f"{top}FLTPOSFWHM", f"{top}FLTPOS_PS")
    else:
        top = position.removesuffix("_pos")
        wanted = (f"{top}_amp", f"{top}_fwhm", f"{top}_pos_ps")
    return Tool(position, *(name if name in known else "" for name in wanted))


def inside(values: NDArray[np.float64], least: float | None, most: float | None) -> NDArray[np.bool_]:
    """Where a value lies between two limits, each of which may be missing; without limits even where there is no value."""
    kept = np.ones(len(values), bool)
    if least is not None:
        kept &= values >= least
    if most is not None:
        kept &= values <= most
    return kept


@dataclass(frozen=True, slots=True)
class Drift:
    """Medians of whole minutes, oldest first; float64, shape (minutes,).

    Attributes
    ----------
    time
        Middle of the minute, or of its part before or after means began anew, Unix seconds.
    median
        Of the values in it.
    error
        Standard error of the median as for normally distributed values, from the middle 68 %; NaN below 2 values.
    """

    time: NDArray[np.float64]
    median: NDArray[np.float64]
    error: NDArray[np.float64]


def drift(time: NDArray[np.float64], values: NDArray[np.float64], begun: int = 0) -> Drift:
    """How a value moved, minute by minute; events without time or value count for nothing.

    The minute of the event at the place ``begun`` is two: before that event, and from it on; 0 = no minute is cut.
    """
    good = np.isfinite(time) & np.isfinite(values)
    time, later = time[good], (np.flatnonzero(good) >= begun) & (begun > 0)
    parts = _by_level(np.floor(time / MINUTE_S) + later / 2, values[good])
    level = np.array([level for level, _ in parts])
    border = float(time[later].min(initial=np.inf))
    start, end = np.floor(level) * MINUTE_S, (np.floor(level) + 1) * MINUTE_S
    cut, after = (start < border) & (border < end), level % 1 > 0
    start, end = np.where(cut & after, border, start), np.where(cut & ~after, border, end)
    return Drift((start + end) / 2, *_medians(parts))


@dataclass(frozen=True, slots=True)
class Calibration:
    """Position of the edge against the delay that was set, and the polynomial through it.

    Attributes
    ----------
    delay
        Steps of the scan, ps, shape (steps,).
    position, error
        Median position at each and its error, pixel.
    terms
        delay = terms[0] + terms[1] position + ...; ps per power of a pixel. The constant is chosen so that 0 ps is the middle
        of the scan.
    residual
        Root mean square distance of the steps from the polynomial, ps.
    """

    delay: NDArray[np.float64]
    position: NDArray[np.float64]
    error: NDArray[np.float64]
    terms: tuple[float, ...]
    residual: float

    @property
    def follows(self) -> bool:
        """Whether the position tells the delay at all: what the polynomial leaves over is well below the spread of the steps."""
        # Absurd delays may overflow to infinity, of which nothing is said.
        with np.errstate(over="ignore", invalid="ignore"):
            spread = float(self.delay.std())
        return math.isfinite(spread) and self.residual < FOLLOWS * spread

    def time_at(self, position: NDArray[np.float64]) -> NDArray[np.float64]:
        """Delay in ps, from the middle of the scan, at these positions."""
        found: NDArray[np.float64] = np.polynomial.polynomial.polyval(position, np.array(self.terms))
        return found

    def slope_at(self, position: NDArray[np.float64]) -> NDArray[np.float64]:
        """Delay per pixel, ps, at these positions."""
        found: NDArray[np.float64] = np.polynomial.Polynomial(np.array(self.terms)).deriv()(position)
        return found


# Absurd values may overflow to infinity, which is then shown as no value.
@np.errstate(over="ignore", invalid="ignore")
def calibration(delay_ps: NDArray[np.float64], position: NDArray[np.float64], order: int) -> Calibration | None:
    """Fit of the delay as a polynomial of the median position of each step; ``None`` with too few steps for the order.

    Steps count by the error of their median. The measured quantity is on the horizontal axis, because the positions of single
    events will be put in; the medians are so precise that this makes no difference.
    """
    good = np.isfinite(delay_ps) & np.isfinite(position)
    parts = [(level, values) for level, values in _by_level(delay_ps[good], position[good]) if len(values) >= LEAST_EVENTS]
    if len(parts) < order + 2:
        return None
    delay = np.array([level for level, _ in parts])
    middle = (delay.min() + delay.max()) / 2
    median, error = _medians(parts)
    weight = 1 / np.maximum(error, np.median(error) / 10) if np.median(error) > 0 else np.ones(len(delay))
    if np.ptp(median) == 0:
        return None
    fit = np.polynomial.Polynomial.fit(median, delay - middle, order, w=weight)
    terms = tuple(float(term) for term in fit.convert().coef)
    terms += (0.0,) * (order + 1 - len(terms))
    if not all(map(math.isfinite, terms)):
        return None
    residual = float(np.sqrt(np.mean((delay - middle - fit(median)) ** 2)))
    return Calibration(delay, median, error, terms, residual)


def _by_level(levels: NDArray[np.float64], values: NDArray[np.float64]) -> list[tuple[float, NDArray[np.float64]]]:
    """Values of each distinct level, in rising order of the level."""
    order = np.argsort(levels, kind="stable")
    distinct, starts = np.unique(levels[order], return_index=True)
    return [*zip(distinct.tolist(), np.split(values[order], starts[1:]), strict=True)] if len(distinct) else []


def _medians(parts: list[tuple[float, NDArray[np.float64]]]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Median and its standard error, sqrt(pi/2) sigma / sqrt(n)."""
    count = np.array([len(values) for _, values in parts], np.float64)
    marks = np.array([np.percentile(values, (16, 50, 84)) for _, values in parts]).reshape(-1, 3)
    sigma = (marks[:, 2] - marks[:, 0]) / 2
    error = np.sqrt(np.pi / 2) * divided(sigma, np.sqrt(count))
    error[count < 2] = np.nan
    return marks[:, 1], error
