"""One scalar against another: points while they are few, density when they are many."""

from collections.abc import Sequence
from typing import ClassVar

import numpy as np
from bokeh.models import ColorBar, ColumnDataSource, LinearColorMapper
from bokeh.palettes import Viridis256

from dashboards.look import ACCENT, chart, plain_image
from dashboards.plots.plot import PLOTS
from dashboards.reduce.density import density, pairs
from dashboards.snapshot import Snapshot
from dashboards.table import Table
from dashboards.texts import number

MOST_POINTS = 2000
CELLS = 100


class Correlation:
    """The second field against the first."""

    title: ClassVar[str] = "One against another"
    needs: ClassVar[tuple[str, ...]] = ("x", "y")
    order: ClassVar[int] = 1

    def __init__(self, fields: Sequence[str], height: int = 420) -> None:
        self._x, self._y = fields
        self._points = ColumnDataSource(data={"x": [], "y": []})
        self._cells = ColumnDataSource(data={"image": [], "x": [], "y": [], "dw": [], "dh": []})
        self._mapper = LinearColorMapper(palette=Viridis256, low=1, high=2, nan_color="rgba(0,0,0,0)")
        self.figure = chart(height=height, tools="pan,wheel_zoom,box_zoom,reset,save", title="")
        plain_image(self.figure, source=self._cells, color_mapper=self._mapper)
        self.figure.scatter("x", "y", source=self._points, size=4, fill_color=ACCENT, fill_alpha=0.5, line_color=None)
        self._bar = ColorBar(color_mapper=self._mapper, title="events", width=12, visible=False)
        self.figure.add_layout(self._bar, "right")

    def update(self, snapshot: Snapshot, rows: Table) -> None:
        """Show these rows."""
        found = pairs(rows.column(self._x), rows.column(self._y))
        many = len(found.x) > MOST_POINTS
        nothing = np.empty(0)
        self._points.data = {"x": nothing, "y": nothing} if many else {"x": found.x, "y": found.y}
        cells: dict[str, list[object]] = {"image": [], "x": [], "y": [], "dw": [], "dh": []}
        if many:
            grid = density(found, CELLS)
            (left, right), (bottom, top) = grid.x_range, grid.y_range
            cells = {"image": [grid.counts], "x": [left], "y": [bottom], "dw": [right - left], "dh": [top - bottom]}
            self._mapper.high = max(2.0, float(np.nanmax(grid.counts)))
        self._cells.data = cells
        self._bar.visible = many
        self.figure.xaxis.axis_label, self.figure.yaxis.axis_label = snapshot.label(self._x), snapshot.label(self._y)
        self.figure.title.text = f"{len(found.x)} events, r = {number(found.correlation)}"


PLOTS.add("correlation", Correlation)
