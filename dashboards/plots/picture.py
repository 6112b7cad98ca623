"""An area detector's image with colour bar, pixel read-out and a region that can be drawn."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np
from bokeh.events import SelectionGeometry
from bokeh.models import BoxAnnotation, BoxSelectTool, ColorBar, ColumnDataSource, DataRange1d, LinearColorMapper, LogColorMapper
from bokeh.palettes import Greys256, Inferno256, Viridis256, diverging_palette
from numpy.typing import NDArray

from dashboards.look import OTHER, chart, hover, plain_image
from dashboards.reduce.picture import log_limits, percentile_limits, reduced
from dashboards.reduce.region import Region, region_of
from dashboards.snapshot import Picture

MOST_PIXELS = 900
PALETTES = {"Viridis": Viridis256, "Inferno": Inferno256, "Grey": Greys256, "Blue–red": None}
MASKED = "#3a2430"


class PicturePlot:
    """Shows one image at a time.

    Parameters
    ----------
    on_region
        Called with the region somebody has drawn.
    """

    def __init__(self, on_region: Callable[[Region], None]) -> None:
        self._on_region = on_region
        self._shape = (1, 1)
        self._source = ColumnDataSource(data={"image": [], "x": [], "y": [], "dw": [], "dh": []})
        self._mappers = {
            "linear": LinearColorMapper(palette=Viridis256, nan_color=MASKED),
            "log": LogColorMapper(palette=Viridis256, nan_color=MASKED),
        }
        self.figure = chart(
            height=660,
            tools="pan,wheel_zoom,box_zoom,reset,save",
            title="",
            match_aspect=True,
            x_range=DataRange1d(range_padding=0),
            y_range=DataRange1d(range_padding=0, flipped=True),
            x_axis_label="column (pixel)",
            y_axis_label="row (pixel)",
        )
        self._image = plain_image(self.figure, source=self._source, color_mapper=self._mappers["linear"])
        self.figure.grid.visible = False
        hover(self.figure, [self._image], [("value", "@image"), ("row", "$y{0}"), ("column", "$x{0}")])
        self._bar = ColorBar(color_mapper=self._mappers["linear"], width=14)
        self.figure.add_layout(self._bar, "right")
        self._box = BoxAnnotation(left=0, right=0, top=0, bottom=0, fill_alpha=0.0, line_color=OTHER, line_width=2, visible=False)
        self.figure.add_layout(self._box)
        self._pen = BoxSelectTool(renderers=[self._image])
        self.figure.add_tools(self._pen)
        self.figure.toolbar.active_drag = self._pan = next(iter(self.figure.toolbar.tools))
        self.figure.on_event(SelectionGeometry, self._on_selection)

    def draw_region(self, wanted: bool) -> None:
        """The next drag of the mouse draws a region, or moves the image."""
        self.figure.toolbar.active_drag = self._pen if wanted else self._pan

    def show(self, picture: Picture, title: str) -> NDArray[np.float32]:
        """Show an image; returns what the browser gets, for the choice of limits."""
        small, side = small_image(picture)
        rows, columns = self._shape = picture.image.shape
        self._source.data = {
            "image": [small],
            "x": [0],
            "y": [0],
            "dw": [small.shape[1] * side],
            "dh": [small.shape[0] * side],
        }
        means = "" if side == 1 else f", {side} x {side} pixels per point"
        self.figure.title.text = f"{title}   {rows} x {columns}{means}"
        self._bar.title = picture.unit
        return small

    def colours(self, scale: str, palette: str, low: float, high: float) -> None:
        """Map values to colours."""
        mapper = self._mappers[scale]
        low, high = log_limits(low, high) if scale == "log" else (low, high)
        mapper.update(low=low, high=high, palette=PALETTES[palette] or diverging())
        if self._bar.color_mapper is not mapper:
            self._image.glyph.color_mapper = mapper
            self._bar.color_mapper = mapper

    def mark(self, region: Region | None) -> None:
        """Draw the region that is in force."""
        self._box.visible = region is not None
        if region is not None:
            (top, bottom), (left, right) = region
            self._box.update(left=left, right=right, top=bottom, bottom=top)

    def _on_selection(self, event: Any) -> None:
        """Somebody dragged a rectangle."""
        if not event.final or event.geometry.get("type") != "rect":
            return
        region = region_of(event.geometry, self._shape)
        if region is not None:
            self._on_region(region)


@lru_cache(maxsize=8)
def small_image(picture: Picture) -> tuple[NDArray[np.float32], int]:
    """The picture as the browsers get it, made once for all of them."""
    return reduced(picture.image, MOST_PIXELS)


@lru_cache(maxsize=1)
def diverging() -> tuple[str, ...]:
    """Blue over grey to red, for differences."""
    return tuple(diverging_palette(("#2166ac", "#8fbfe0", "#f0f0f0"), ("#b2182b", "#f0a58a", "#f0f0f0"), 256))


def limits(image: NDArray[np.float32], percentile: float, symmetric: bool) -> tuple[float, float]:
    """Colour limits that leave out this percentage of the pixels at each end; around zero for differences."""
    low, high = percentile_limits(image, percentile, 100 - percentile)
    if symmetric:
        most = max(abs(low), abs(high))
        return -most, most
    return low, high
