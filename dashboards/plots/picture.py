"""An area detector's picture: the frame around it, the tools to draw in it, and what is drawn over it.

The picture itself comes to the browser over its own channel and is put in by ``templates/picture.js``.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from bokeh.events import MouseLeave, MouseMove, Reset, SelectionGeometry
from bokeh.models import (
    BoxSelectTool,
    BoxZoomTool,
    ColorBar,
    ColumnDataSource,
    CustomJS,
    FreehandDrawTool,
    LassoSelectTool,
    LinearColorMapper,
    LogColorMapper,
    Range1d,
)
from bokeh.palettes import Greys256, Inferno256, Viridis256, interp_palette

from dashboards.look import OTHER, TEXT, chart
from dashboards.reduce.region import Corners, Region, corners_of, region_of

BLUE_RED = interp_palette(("#2166ac", "#8fbfe0", "#f0f0f0", "#f0a58a", "#b2182b"), 256)
PALETTES = {"Viridis": Viridis256, "Inferno": Inferno256, "Grey": Greys256, "Blue–red": BLUE_RED}
AUTOMATIC = "Automatic"
"""Viridis, and blue over grey to red where the sign matters."""

MASKED = "#3a2430"
BAD, GOOD = "#ff5252", "#7ed491"
RING = "#d7e3ea"
EMPTY = np.zeros((1, 1), np.uint32)

UPDATE = "window.xtcmon.picture.update(models);"
OVER = "window.xtcmon.picture.over(cb_obj.x, cb_obj.y);"
OUT = "window.xtcmon.picture.over(null, null);"
WHOLE = "window.xtcmon.picture.whole();"

Ring = tuple[float, str]
"""Radius in pixels, and what stands beside it."""


class PicturePlot:
    """The figure of one picture; the browser fills it.

    Parameters
    ----------
    on_rectangle, on_polygon, on_brush
        Called with what somebody has drawn.
    """

    def __init__(
        self,
        on_rectangle: Callable[[Region], None],
        on_polygon: Callable[[Corners], None],
        on_brush: Callable[[Corners], None],
    ) -> None:
        self._on_rectangle, self._on_polygon, self._on_brush = on_rectangle, on_polygon, on_brush
        self.shape = (1, 1)
        self._source = ColumnDataSource(data={"image": [EMPTY], "x": [0], "y": [0], "dw": [1], "dh": [1]})
        self._mappers = {
            "linear": LinearColorMapper(palette=Viridis256, low=0, high=1),
            "log": LogColorMapper(palette=Viridis256, low=1, high=10),
        }
        self.figure = chart(
            height=700,
            tools="pan,wheel_zoom,reset,save",
            title="",
            x_range=Range1d(0, 1),
            y_range=Range1d(1, 0),
            x_axis_label="column (pixel)",
            y_axis_label="row (pixel)",
        )
        # Wheel and box keep pixels square.
        self.figure.add_tools(BoxZoomTool(match_aspect=True))
        image = self.figure.image_rgba("image", "x", "y", "dw", "dh", source=self._source)
        image.update(hover_glyph=None, selection_glyph=None, nonselection_glyph=None, muted_glyph=None)
        self.figure.grid.visible = False
        self._bar = ColorBar(color_mapper=self._mappers["linear"], width=14)
        self.figure.add_layout(self._bar, "right")
        self._add_overlays()
        self._add_pens()

    def _add_overlays(self) -> None:
        """Regions, rings, and the strokes of a mask that is being painted."""
        self._regions = ColumnDataSource(data={"xs": [], "ys": [], "x": [], "y": [], "name": []})
        self.figure.patches("xs", "ys", source=self._regions, fill_alpha=0, line_color=OTHER, line_width=2)
        self.figure.text(
            "x", "y", text="name", source=self._regions, text_color=OTHER, text_font_size="13px", text_baseline="bottom"
        )
        self._rings = ColumnDataSource(data={"x": [], "y": [], "radius": [], "top": [], "name": []})
        self.figure.circle("x", "y", radius="radius", source=self._rings, fill_alpha=0, line_color=RING, line_dash="dashed")
        self.figure.text("x", "top", text="name", source=self._rings, text_color=RING, text_font_size="13px", text_align="center")
        self._edits = ColumnDataSource(data={"xs": [], "ys": [], "color": []})
        self.figure.patches("xs", "ys", source=self._edits, color="color", fill_alpha=0.35)
        self._ways = ColumnDataSource(data={"xs": [], "ys": [], "color": []})
        self.figure.multi_line("xs", "ys", source=self._ways, color="color", line_width=4, line_alpha=0.7)

    def _add_pens(self) -> None:
        """Tools that draw; which one does is said by ``pen``."""
        self._stroke = ColumnDataSource(data={"xs": [], "ys": []})
        line = self.figure.multi_line("xs", "ys", source=self._stroke, line_color=TEXT, line_width=3)
        self._box, self._lasso = BoxSelectTool(renderers=[]), LassoSelectTool(renderers=[], continuous=False)
        self._brush = FreehandDrawTool(renderers=[line], num_objects=1)
        self.figure.add_tools(self._box, self._lasso, self._brush)
        self._pan = next(iter(self.figure.toolbar.tools))
        self.figure.toolbar.active_drag = self._pan
        self.figure.on_event(SelectionGeometry, self._on_selection)
        self._stroke.on_change("data", lambda attr, old, new: self._on_stroke(new))

    def follow(self, **choices: Any) -> None:
        """Tie the browser's part to the widgets that choose what is shown.

        Parameters
        ----------
        choices
            Widgets by the names that ``picture.js`` knows them by.
        """
        models = {
            "figure": self.figure,
            "source": self._source,
            "bar": self._bar,
            "linear": self._mappers["linear"],
            "log": self._mappers["log"],
            **choices,
        }
        palettes = {name: list(palette) for name, palette in PALETTES.items()}
        args = {"models": models, "palettes": palettes, "masked": MASKED}
        update = CustomJS(args=args, code="Object.assign(models, {palettes, masked}); " + UPDATE)
        for name in ("inner_width", "inner_height"):
            self.figure.js_on_change(name, update)
        for axis in (self.figure.x_range, self.figure.y_range):
            for end in ("start", "end"):
                axis.js_on_change(end, update)
        for choice in choices.values():
            choice.js_on_change("value", update)
        self.figure.js_on_event(MouseMove, CustomJS(code=OVER))
        self.figure.js_on_event(MouseLeave, CustomJS(code=OUT))
        self.figure.js_on_event(Reset, CustomJS(code=WHOLE))

    def begin_at(self, part: Sequence[float]) -> None:
        """Show this part (first and last row, first and last column) instead of all."""
        top, bottom, left, right = part
        self.figure.x_range.update(start=left, end=right)
        self.figure.y_range.update(start=bottom, end=top)
        self._source.tags = ["part"]

    @property
    def part(self) -> tuple[float, float, float, float]:
        """First and last row, first and last column that are visible."""
        x, y = self.figure.x_range, self.figure.y_range
        return float(y.end), float(y.start), float(x.start), float(x.end)

    def pen(self, kind: str) -> None:
        """What the mouse does: ``move``, ``rectangle``, ``polygon`` or ``brush``."""
        toolbar = self.figure.toolbar
        toolbar.active_drag = {"rectangle": self._box, "polygon": self._lasso, "brush": self._brush}.get(kind, self._pan)

    def mark(self, regions: Sequence[tuple[str, Corners]]) -> None:
        """Draw the regions that are in force."""
        data: dict[str, list[Any]] = {
            "xs": [[column for _, column in corners] for _, corners in regions],
            "ys": [[row for row, _ in corners] for _, corners in regions],
            "x": [min(column for _, column in corners) for _, corners in regions],
            "y": [min(row for row, _ in corners) for _, corners in regions],
            "name": [name for name, _ in regions],
        }
        _put(self._regions, data)

    def rings(self, centre: tuple[float, float], rings: Sequence[Ring]) -> None:
        """Draw rings around a place (row, column)."""
        row, column = centre
        data: dict[str, list[Any]] = {
            "x": [column] * len(rings),
            "y": [row] * len(rings),
            "radius": [radius for radius, _ in rings],
            "top": [row - radius for radius, _ in rings],
            "name": [name for _, name in rings],
        }
        _put(self._rings, data)

    def edits(self, polygons: Sequence[tuple[bool, Corners]], ways: Sequence[tuple[bool, Corners]]) -> None:
        """Draw what somebody paints into the mask, each good or bad."""
        for source, drawn in ((self._edits, polygons), (self._ways, ways)):
            data: dict[str, list[Any]] = {
                "xs": [[column for _, column in corners] for _, corners in drawn],
                "ys": [[row for row, _ in corners] for _, corners in drawn],
                "color": [GOOD if good else BAD for good, _ in drawn],
            }
            _put(source, data)

    def _on_selection(self, event: Any) -> None:
        """Somebody dragged a rectangle or closed a polygon."""
        if not event.final:
            return
        if event.geometry.get("type") == "rect":
            region = region_of(event.geometry, self.shape)
            if region is not None:
                self._on_rectangle(region)
        elif event.geometry.get("type") == "poly":
            corners = corners_of(event.geometry)
            if corners is not None:
                self._on_polygon(corners)

    def _on_stroke(self, data: Any) -> None:
        """Somebody has drawn with the brush."""
        if not len(data["xs"]):
            return
        columns, rows = data["xs"][-1], data["ys"][-1]
        way = tuple((float(row), float(column)) for row, column in zip(rows, columns, strict=False))
        self._stroke.data = {"xs": [], "ys": []}
        if way and np.isfinite(way).all():
            self._on_brush(way)


def _put(source: ColumnDataSource, data: dict[str, list[Any]]) -> None:
    """Change a source only if there is something new."""
    if dict(source.data) != data:
        source.data = data
