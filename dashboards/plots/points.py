"""Points with error bars, and perhaps a curve through them."""

from typing import Any, Literal

import numpy as np
from bokeh.models import ColumnDataSource
from numpy.typing import NDArray

from dashboards.look import ACCENT, OTHER, chart, hover
from dashboards.plots.marks import ChangeMarks
from dashboards.snapshot import Snapshot
from dashboards.table import Table

NOTHING: NDArray[np.float64] = np.empty(0)


class PointsPlot:
    """Some tens of points.

    Parameters
    ----------
    height
        In pixels.
    over
        Where the axis runs along events or time: changes of the settings are marked.
    joined
        Draw a line from point to point.
    """

    def __init__(self, height: int, *, over: Literal["event", "datetime"] | None = None, joined: bool = False) -> None:
        kind: dict[str, Any] = {"x_axis_type": "datetime"} if over == "datetime" else {}
        self.figure = chart(height=height, **kind)
        self._points = ColumnDataSource(data={"x": [], "y": [], "low": [], "high": []})
        self._curve = ColumnDataSource(data={"x": [], "y": []})
        self.figure.segment("x", "low", "x", "high", source=self._points, line_color=ACCENT, line_width=1.5)
        if joined:
            self.figure.line("x", "y", source=self._points, line_color=ACCENT, line_alpha=0.6)
        self.figure.line("x", "y", source=self._curve, line_color=OTHER, line_width=1.8)
        dots = self.figure.scatter("x", "y", source=self._points, size=6, fill_color=ACCENT, line_color=None)
        hover(self.figure, [dots], [("at", "@x{%T}" if kind else "@x"), ("value", "@y")])
        if kind:
            self.figure.hover[0].formatters = {"@x": "datetime"}
        self._marks = ChangeMarks(self.figure, over) if over else None

    def show(
        self,
        x: NDArray[np.float64],
        y: NDArray[np.float64],
        error: NDArray[np.float64],
        *,
        labels: tuple[str, str],
        title: str,
        curve: tuple[NDArray[np.float64], NDArray[np.float64]] = (NOTHING, NOTHING),
        snapshot: Snapshot | None = None,
        rows: Table | None = None,
    ) -> None:
        """Draw points, each of shape (points,), NaN = no error bar; with a snapshot the changes of the settings too.

        Over time they stand where the first of these rows with them was taken: in a replay that is not when they were asked for.
        """
        self._points.data = {"x": x, "y": y, "low": y - error, "high": y + error}
        self._curve.data = {"x": curve[0], "y": curve[1]}
        self.figure.xaxis.axis_label, self.figure.yaxis.axis_label = labels
        self.figure.title.text = title
        if self._marks is None or snapshot is None or not len(x):
            return
        if rows is not None:
            self._marks.update_rows(snapshot, rows, rows.time * 1e3)
        else:
            self._marks.update(snapshot, float(x[0]), float(x[-1]))
