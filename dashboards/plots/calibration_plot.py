"""A calibration of the time tool: position against delay with the polynomial through it, and what is left over."""

from typing import Any

import numpy as np
from bokeh.layouts import column
from numpy.typing import NDArray

from dashboards.plots.points import PointsPlot
from dashboards.reduce.arrival import Calibration
from dashboards.texts import number

NOTHING: NDArray[np.float64] = np.empty(0)


class CalibrationPlot:
    """Two plots over the same delays; ``root`` is placed on the page."""

    def __init__(self) -> None:
        self._points, self._left = PointsPlot(250), PointsPlot(150)
        self._left.figure.x_range = self._points.figure.x_range
        self.root: Any = column([self._points.figure, self._left.figure], sizing_mode="stretch_width")

    # Absurd values may overflow to infinity, which is then shown as no value.
    @np.errstate(over="ignore", invalid="ignore")
    def show(self, found: Calibration | None, delay: str, position: str) -> None:
        """Draw a calibration over the delay; without one, nothing but the axes."""
        labels = (f"{delay} (ps)", position)
        if found is None:
            for plot, own in ((self._points, labels), (self._left, (labels[0], "residual (fs)"))):
                plot.show(NOTHING, NOTHING, NOTHING, labels=own, title="")
            return
        middle = (found.delay.min() + found.delay.max()) / 2
        grid = np.linspace(found.position.min(), found.position.max(), 100)
        title = f"{len(found.delay)} steps, residual {number(1000 * found.residual)} fs rms"
        curve = found.time_at(grid) + middle, grid
        self._points.show(found.delay, found.position, found.error, labels=labels, title=title, curve=curve)
        left = 1000 * (found.delay - middle - found.time_at(found.position))
        error = 1000 * found.error * np.abs(found.slope_at(found.position))
        level = np.array([found.delay.min(), found.delay.max()]), np.zeros(2)
        self._left.show(found.delay, left, error, labels=(labels[0], "residual (fs)"), title="", curve=level)
