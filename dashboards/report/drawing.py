"""Curves, bars and densities as SVG text, for a page without scripts."""

import math
from collections.abc import Sequence
from html import escape

import numpy as np
from bokeh.palettes import Viridis256
from numpy.typing import NDArray

from dashboards.report.png import data_url, png

WIDTH, HEIGHT = 460, 270
LEFT, RIGHT, TOP, BOTTOM = 62, 12, 26, 42
COLOURS = ("#1f77b4", "#d95f02", "#555b61")
CELLS = (90, 60)
MOST_POINTS = 1500
TICKS = 5

Array = NDArray[np.float64]


class Drawing:
    """One plot; what is drawn later is above.

    Parameters
    ----------
    title, x_label, y_label
        What it shows, in plain text.
    x, y
        Limits of the axes.
    """

    def __init__(self, title: str, x_label: str, y_label: str, x: tuple[float, float], y: tuple[float, float]) -> None:
        self._x, self._y = _wide(*x), _wide(*y)
        self._parts = [f'<text x="{LEFT}" y="16" class="title">{escape(title)}</text>']
        self._labels = (x_label, y_label)

    def line(self, x: Array, y: Array, number: int = 0) -> "Drawing":
        """A curve through the points that are numbers."""
        return self._polyline(x, y, f'fill="none" stroke="{COLOURS[number]}" stroke-width="1.5"')

    def points(self, x: Array, y: Array, error: Array | None = None, number: int = 0) -> "Drawing":
        """Points, with bars of one standard error."""
        colour = COLOURS[number]
        for i in np.flatnonzero(np.isfinite(x) & np.isfinite(y)):
            at, height = self._across(x[i]), self._up(y[i])
            self._parts.append(f'<circle cx="{at:.1f}" cy="{height:.1f}" r="2.5" fill="{colour}"/>')
            if error is not None and np.isfinite(error[i]):
                low, high = self._up(y[i] - error[i]), self._up(y[i] + error[i])
                self._parts.append(f'<path d="M{at:.1f} {low:.1f}V{high:.1f}" stroke="{colour}"/>')
        return self

    def bars(self, edges: Array, counts: Array) -> "Drawing":
        """A histogram."""
        bottom = self._up(self._y[0])
        for left, right, n in zip(edges[:-1], edges[1:], counts, strict=True):
            x, top = self._across(left), self._up(n)
            width = max(0.5, self._across(right) - x)
            shape = f'x="{x:.1f}" y="{top:.1f}" width="{width:.1f}" height="{max(0.0, bottom - top):.1f}"'
            self._parts.append(f'<rect {shape} fill="{COLOURS[0]}"/>')
        return self

    def density(self, x: Array, y: Array) -> "Drawing":
        """How many points fall where, the logarithm as colour."""
        known = np.isfinite(x) & np.isfinite(y)
        counts, _, _ = np.histogram2d(x[known], y[known], bins=CELLS, range=(self._x, self._y))
        with np.errstate(divide="ignore"):
            image = np.where(counts > 0, np.log10(counts), np.nan).T[::-1]
        most = float(np.nanmax(image)) if np.isfinite(image).any() else 1.0
        url = data_url(png(image, 0.0, max(most, 0.3), Viridis256))
        place = f'x="{LEFT}" y="{TOP}" width="{WIDTH - LEFT - RIGHT}" height="{HEIGHT - TOP - BOTTOM}"'
        self._parts.append(f'<image {place} preserveAspectRatio="none" style="image-rendering:pixelated" href="{url}"/>')
        return self

    def svg(self) -> str:
        """The plot."""
        inside = "".join([*self._parts, *self._axes()])
        return f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(self._labels[1])}">{inside}</svg>'

    def _polyline(self, x: Array, y: Array, style: str) -> "Drawing":
        known = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
        known = known[:: max(1, len(known) // MOST_POINTS)]
        points = " ".join(f"{self._across(x[i]):.1f},{self._up(y[i]):.1f}" for i in known)
        self._parts.append(f'<polyline points="{points}" {style}/>')
        return self

    def _axes(self) -> list[str]:
        left, right, top, bottom = LEFT, WIDTH - RIGHT, TOP, HEIGHT - BOTTOM
        parts = [f'<path d="M{left} {top}V{bottom}H{right}" fill="none" stroke="#8a929a"/>']
        for value in ticks(*self._x):
            parts.append(f'<text x="{self._across(value):.1f}" y="{bottom + 15}" class="mid">{value:.5g}</text>')
        for value in ticks(*self._y):
            parts.append(f'<text x="{left - 5}" y="{self._up(value) + 4:.1f}" class="end">{value:.4g}</text>')
        x_label, y_label = map(escape, self._labels)
        middle = (top + bottom) / 2
        return [
            *parts,
            f'<text x="{(left + right) / 2}" y="{HEIGHT - 8}" class="mid">{x_label}</text>',
            f'<text transform="translate(12 {middle}) rotate(-90)" class="mid">{y_label}</text>',
        ]

    def _across(self, value: float) -> float:
        share = (value - self._x[0]) / (self._x[1] - self._x[0])
        return LEFT + min(1.0, max(0.0, float(share))) * (WIDTH - LEFT - RIGHT)

    def _up(self, value: float) -> float:
        share = (value - self._y[0]) / (self._y[1] - self._y[0])
        return HEIGHT - BOTTOM - min(1.0, max(0.0, float(share))) * (HEIGHT - TOP - BOTTOM)


def limits(values: Array, percent: float = 0.0) -> tuple[float, float]:
    """Smallest and largest of the values that are numbers, without so many percent at each end; 0 to 1 if there are none."""
    known = values[np.isfinite(values)]
    if not len(known):
        return 0.0, 1.0
    low, high = np.percentile(known, (percent, 100 - percent))
    return float(low), float(high)


def padded(of: tuple[float, float]) -> tuple[float, float]:
    """Limits a little farther apart, so that points at the ends are whole."""
    room = 0.04 * (of[1] - of[0])
    return of[0] - room, of[1] + room


def ticks(low: float, high: float) -> Sequence[float]:
    """Round numbers between the limits, about five."""
    rough = (high - low) / TICKS
    decade = 10.0 ** math.floor(math.log10(rough))
    step = next(step * decade for step in (1, 2, 5, 10) if step * decade >= rough * 0.999)
    first = math.ceil(low / step - 1e-9)
    return [round(i * step, 12) for i in range(first, first + 12) if i * step <= high + 1e-9 * step]


def _wide(low: float, high: float) -> tuple[float, float]:
    """Limits that are apart."""
    return (low, high) if high > low else (low - 0.5 * (abs(low) or 1.0), high + 0.5 * (abs(high) or 1.0))
