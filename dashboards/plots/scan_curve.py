"""Laser-on and laser-off means with error bars against a scan variable, a fitted shape, and earlier scans behind them."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from bokeh.models import ColumnDataSource, Span, Whisker

from dashboards.look import ACCENT, GREY, OTHER, chart, hover
from dashboards.plots.plot import Numbers
from dashboards.reduce.delay import Branch
from dashboards.reduce.scan import Curve, no_curve

FIT_POINTS = 300
EARLIER = "#9d8fd6"


class ScanCurve:
    """One branch of a scan.

    Parameters
    ----------
    title
        What the horizontal axis is.
    """

    def __init__(self, title: str, height: int = 380) -> None:
        self.figure = chart(height=height, title=title, tools="pan,wheel_zoom,box_zoom,reset,save")
        self._earlier = ColumnDataSource(data={"x": [], "y": [], "run": []})
        lines = self.figure.multi_line("x", "y", source=self._earlier, line_color=EARLIER, line_width=1.5, line_dash="dashed")
        hover(self.figure, [lines], [("run", "@run")])
        self._on = self._points(ACCENT, "laser on")
        self._off = self._points(GREY, "laser off")
        self._fit = ColumnDataSource(data={"x": [], "y": []})
        self.figure.line("x", "y", source=self._fit, line_color=OTHER, line_width=2, legend_label="fit")
        self._zero = Span(dimension="height", line_color=OTHER, line_dash="dashed", visible=False)
        self.figure.add_layout(self._zero)
        self.figure.legend.orientation = "horizontal"
        self.figure.add_layout(self.figure.legend[0], "above")
        self.figure.xaxis.ticker.desired_num_ticks = 5
        self._branch: Branch | None = None

    def update(self, branch: Branch | None, x_label: str, y_label: str, earlier: Mapping[str, Curve] | None = None) -> None:
        """Draw a branch, and the curves of earlier runs by their names; ``None`` draws nothing."""
        self._branch = branch
        self._on.data = _bars(branch.on if branch else no_curve())
        self._off.data = _bars(branch.off if branch else no_curve())
        before = earlier or {}
        runs = list(before)
        if runs != self._earlier.data["run"] or before:
            lines = {"x": [each.x for each in before.values()], "y": [each.y for each in before.values()]}
            self._earlier.data = {**lines, "run": runs}
        found = branch.fit if branch else None
        self._zero.visible = found is not None
        nothing = np.empty(0)
        if branch and found:
            x = np.linspace(branch.on.x[0], branch.on.x[-1], FIT_POINTS)
            self._fit.data = {"x": x, "y": found.at(x)}
            self._zero.location = found.values[0]
        else:
            self._fit.data = {"x": nothing, "y": nothing}
        self.figure.xaxis.axis_label, self.figure.yaxis.axis_label = x_label, y_label

    def numbers(self, name: str) -> Numbers:
        """Exactly what is drawn now, of the present run."""
        if self._branch is None:
            return {}
        curves = {f"{name} on": self._branch.on, f"{name} off": self._branch.off}
        return {
            title: {"x": each.x, "y": each.y, "error": each.error, "events": each.count}
            for title, each in curves.items()
            if len(each.x)
        }

    def _points(self, color: str, label: str) -> Any:
        """Points with error bars."""
        source = ColumnDataSource(data={"x": [], "y": [], "low": [], "high": [], "count": []})
        points = self.figure.scatter("x", "y", source=source, size=6, color=color, legend_label=label)
        bars = Whisker(base="x", lower="low", upper="high", source=source, line_color=color, line_width=1.2)
        bars.upper_head = bars.lower_head = None
        self.figure.add_layout(bars)
        hover(self.figure, [points], [("x", "@x"), ("y", "@y"), ("events", "@count")])
        return source


def _bars(curve: Curve) -> dict[str, Any]:
    """Columns of points and bars; no bar where the error is not known."""
    error = np.nan_to_num(curve.error)
    return {"x": curve.x, "y": curve.y, "low": curve.y - error, "high": curve.y + error, "count": curve.count}
