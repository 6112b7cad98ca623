"""One number against another: points while they are few, density when they are many."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
from bokeh.models import ColorBar, ColumnDataSource, CustomJSTickFormatter, LinearColorMapper
from bokeh.palettes import Viridis256
from numpy.typing import NDArray

from dashboards.look import hover, plain_image
from dashboards.plots.canvas import COLOURS, canvas, chosen_rows, common_unit, expressions, label, legend_above, share, short
from dashboards.plots.choice import PlotChoice
from dashboards.plots.plot import PLOTS, Numbers, Offer
from dashboards.reduce.density import Pairs, density, pairs
from dashboards.reduce.expression import expression
from dashboards.reduce.span import span
from dashboards.snapshot import Snapshot
from dashboards.table import Table
from dashboards.texts import count, number

MOST_POINTS = 2000
CELLS = 100
POWER = "return Number(Math.pow(10, tick).toPrecision(3)).toString()"


class ScatterPlot:
    """Curves of ``y`` against ``x``; the density is that of the first.

    Logarithmic axes are drawn as the logarithm with ticks that say the value, because an image has no logarithmic axis.
    """

    title: ClassVar[str] = "One against another"
    order: ClassVar[int] = 3
    asks: ClassVar[frozenset[str]] = frozenset({"y", "x", "mode", "log", "x_range", "y_range"})
    past: ClassVar[bool] = False
    modes: ClassVar[Mapping[str, str]] = {"": "points, density if many", "points": "newest points", "density": "density"}

    def __init__(self, choice: PlotChoice, height: int, offer: Offer) -> None:
        del offer
        self._choice = choice
        self.figure = canvas(_without_log_ranges(choice), height, log=False)
        self._cells = ColumnDataSource(data={"image": [], "x": [], "y": [], "dw": [], "dh": []})
        self._mapper = LinearColorMapper(palette=Viridis256, low=1, high=2, nan_color="rgba(0,0,0,0)")
        plain_image(self.figure, source=self._cells, color_mapper=self._mapper)
        self._sources = [self._points(name, colour) for name, colour in zip(choice.y, COLOURS, strict=False)]
        self._bar = ColorBar(color_mapper=self._mapper, title="events", width=12, visible=False)
        self.figure.add_layout(self._bar, "right")
        for axis, letter in ((self.figure.xaxis, "x"), (self.figure.yaxis, "y")):
            if letter in choice.log:
                axis.formatter = CustomJSTickFormatter(code=POWER)
        self._shown: dict[str, dict[str, NDArray[Any]]] = {}
        legend_above(self.figure, len(choice.y) > 1)

    def update(self, snapshot: Snapshot, rows: Table) -> str:
        """Show these rows."""
        if not self._choice.x:
            return "choose what is horizontal"
        keep = chosen_rows(self._choice, snapshot, rows)
        x = np.where(keep, self._logged(expression(self._choice.x, tuple(snapshot.fields)).of(rows), "x"), np.nan)
        values = [self._logged(each.of(rows), "y") for each in expressions(self._choice, snapshot)]
        found = [pairs(x, each) for each in values]
        most = max((len(each.x) for each in found), default=0)
        many = (self._choice.mode or ("density" if most > MOST_POINTS else "points")) == "density"
        self._shown = {} if many else self._draw_points(found)
        if many:
            self._draw_points([])
        self._draw_density(found[0] if many and most else None)
        self.figure.xaxis.axis_label = label(self._choice.x, snapshot)
        self.figure.yaxis.axis_label = common_unit(self._choice, snapshot)
        self.figure.title.text = short(
            ",  ".join(f"{count(len(each.x))} events, r = {number(each.correlation)}" for each in found), 60
        )
        used = np.isfinite(x) & np.any([np.isfinite(each) for each in values] or [np.zeros(len(rows), bool)], axis=0)
        newest = "" if many or most <= MOST_POINTS else f"; the newest {count(MOST_POINTS)} are drawn"
        return share(used, rows) + newest

    def numbers(self) -> Numbers:
        """Points, or the cells that hold any event."""
        return self._shown

    def _draw_density(self, found: Pairs | None) -> None:
        """The events per cell; nothing draws nothing."""
        cells: dict[str, list[object]] = {"image": [], "x": [], "y": [], "dw": [], "dh": []}
        if found is not None:
            grid = density(found, CELLS)
            (left, right), (bottom, top) = grid.x_range, grid.y_range
            cells = {"image": [grid.counts], "x": [left], "y": [bottom], "dw": [right - left], "dh": [top - bottom]}
            self._mapper.high = max(2.0, float(np.nanmax(grid.counts, initial=1.0)))
            row, column = np.nonzero(np.isfinite(grid.counts))
            middle = (np.arange(CELLS) + 0.5) / CELLS
            self._shown = {
                self._choice.y[0]: {
                    "x": self._back(left + middle[column] * (right - left), "x"),
                    "y": self._back(bottom + middle[row] * (top - bottom), "y"),
                    "events": grid.counts[row, column].astype(np.int64),
                }
            }
        self._cells.data = cells
        self._bar.visible = found is not None

    def _draw_points(self, found: Sequence[Pairs]) -> dict[str, dict[str, NDArray[Any]]]:
        """The newest points of each curve, none where there is none; returns them."""
        nothing = np.empty(0)
        shown = {}
        for i, (name, source) in enumerate(zip(self._choice.y, self._sources, strict=False)):
            x, y = (found[i].x[-MOST_POINTS:], found[i].y[-MOST_POINTS:]) if i < len(found) else (nothing, nothing)
            source.data = {"x": x, "y": y}
            shown[name] = {"x": self._back(x, "x"), "y": self._back(y, "y")}
        return shown

    def _points(self, name: str, colour: str) -> ColumnDataSource:
        source = ColumnDataSource(data={"x": [], "y": []})
        drawn = self.figure.scatter(
            "x", "y", source=source, size=4, fill_color=colour, fill_alpha=0.5, line_color=None, legend_label=short(name, 34)
        )
        hover(self.figure, [drawn], [("x", "@x"), ("y", "@y")])
        return source

    def _logged(self, values: NDArray[np.float64], axis: str) -> NDArray[np.float64]:
        """The logarithm if the axis has it; what has none is left out."""
        if axis not in self._choice.log:
            return values
        with np.errstate(divide="ignore", invalid="ignore"):
            logged: NDArray[np.float64] = np.log10(values)
        return logged

    def _back(self, values: NDArray[np.float64], axis: str) -> NDArray[np.float64]:
        """The value of a logarithm."""
        return 10**values if axis in self._choice.log else values


PLOTS.add("scatter", ScatterPlot)


def _without_log_ranges(choice: PlotChoice) -> PlotChoice:
    """Ranges by hand in the numbers of the figure."""
    given = {}
    for axis in "xy":
        limits = span(text := getattr(choice, f"{axis}_range"))
        if axis in choice.log:
            positive = limits is not None and limits[0] > 0
            text = ":".join(str(np.log10(end)) for end in limits) if limits is not None and positive else ""
        given[f"{axis}_range"] = text
    return PlotChoice(**given)
