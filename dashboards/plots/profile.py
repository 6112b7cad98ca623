"""Mean and standard error of numbers against bins of another."""

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
from bokeh.models import ColumnDataSource, Whisker

from dashboards.look import hover
from dashboards.plots.canvas import (
    COLOURS,
    Reference,
    canvas,
    chosen_rows,
    common_unit,
    expressions,
    label,
    legend_above,
    share,
    short,
)
from dashboards.plots.choice import PlotChoice
from dashboards.plots.plot import PLOTS, Numbers, Offer
from dashboards.reduce.expression import expression
from dashboards.reduce.profile import profile, profile_edges
from dashboards.reduce.scan import Curve
from dashboards.reduce.span import MOST_BINS, hand_edges, span
from dashboards.snapshot import Snapshot
from dashboards.table import Table

BINS = 40


class ProfilePlot:
    """Points with error bars."""

    title: ClassVar[str] = "Profile"
    order: ClassVar[int] = 4
    asks: ClassVar[frozenset[str]] = frozenset({"y", "x", "bins", "log", "x_range", "y_range", "reference"})
    past: ClassVar[bool] = False
    modes: ClassVar[Mapping[str, str]] = {}

    def __init__(self, choice: PlotChoice, height: int, offer: Offer) -> None:
        del offer
        self._choice = choice
        self.figure = canvas(choice, height)
        self._reference = Reference(self.figure, choice, "x", "mean")
        self._sources = [self._points(name, colour) for name, colour in zip(choice.y, COLOURS, strict=False)]
        self._shown: dict[str, Curve] = {}
        legend_above(self.figure, len(choice.y) > 1 or self._reference.kept is not None)

    def update(self, snapshot: Snapshot, rows: Table) -> str:
        """Show these rows."""
        if not self._choice.x:
            return "choose what is horizontal"
        keep = chosen_rows(self._choice, snapshot, rows)
        x = np.where(keep, expression(self._choice.x, tuple(snapshot.fields)).of(rows), np.nan)
        used, edges = np.zeros(len(rows), bool), self._edges(x)
        for each, source in zip(expressions(self._choice, snapshot), self._sources, strict=True):
            values = each.of(rows)
            used |= np.isfinite(values) & np.isfinite(x)
            self._shown[each.text] = found = profile(x, values, edges)
            error = np.nan_to_num(found.error)
            source.data = {"x": found.x, "y": found.y, "low": found.y - error, "high": found.y + error, "events": found.count}
        self._reference.update()
        self.figure.xaxis.axis_label = label(self._choice.x, snapshot)
        self.figure.yaxis.axis_label = common_unit(self._choice, snapshot)
        self.figure.title.text = short(f"mean of {', '.join(self._choice.y)}")
        return share(used, rows)

    def numbers(self) -> Numbers:
        """Points of each curve."""
        return {
            name: {"x": found.x, "mean": found.y, "error": found.error, "events": found.count}
            for name, found in self._shown.items()
        }

    def _edges(self, x: Any) -> Any:
        by_hand = hand_edges(self._choice.bins)
        if by_hand is not None:
            return by_hand
        bins = int(self._choice.bins) if self._choice.bins.isdecimal() else BINS
        return profile_edges(x, max(1, min(bins, MOST_BINS)), log="x" in self._choice.log, within=span(self._choice.x_range))

    def _points(self, name: str, colour: str) -> ColumnDataSource:
        source = ColumnDataSource(data={"x": [], "y": [], "low": [], "high": [], "events": []})
        drawn = self.figure.scatter("x", "y", source=source, size=6, color=colour, legend_label=short(name, 34))
        bars = Whisker(base="x", lower="low", upper="high", source=source, line_color=colour, line_width=1.2)
        bars.upper_head = bars.lower_head = None
        self.figure.add_layout(bars)
        hover(self.figure, [drawn], [("x", "@x"), ("mean", "@y"), ("events", "@events")])
        return source


PLOTS.add("profile", ProfilePlot)
