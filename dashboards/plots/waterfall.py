"""Mean curves one above the other, as an image with real axes."""

import numpy as np
from bokeh.models import ColorBar, ColumnDataSource, LinearColorMapper, Range1d
from bokeh.palettes import Viridis256
from numpy.typing import NDArray

from dashboards.look import chart, hover, plain_image
from dashboards.plots.picture import BLUE_RED
from dashboards.reduce.curves import Waterfall, thinned
from dashboards.reduce.picture import percentile_limits

MOST_COLUMNS = 500


class WaterfallPlot:
    """An image of curves; nothing before the first."""

    def __init__(self, height: int = 320) -> None:
        self._source = ColumnDataSource(data={"image": [], "x": [], "y": [], "dw": [], "dh": []})
        self._mapper = LinearColorMapper(palette=Viridis256, low=0, high=1, nan_color="rgba(0,0,0,0)")
        self.figure = chart(
            height=height, tools="pan,wheel_zoom,box_zoom,reset,save", x_range=Range1d(0, 1), y_range=Range1d(0, 1)
        )
        image = plain_image(self.figure, source=self._source, color_mapper=self._mapper)
        hover(self.figure, [image], [("mean", "@image"), ("at", "$x"), ("over", "$y")])
        self.figure.grid.visible = False
        self._bar = ColorBar(color_mapper=self._mapper, width=12)
        self.figure.add_layout(self._bar, "right")
        self._extent: tuple[float, ...] = ()

    def show(
        self, found: Waterfall | None, x: NDArray[np.float64], labels: tuple[str, str, str], *, signed: bool = False
    ) -> None:
        """Draw it; labels are of horizontal axis, vertical axis and colours; ``signed`` has 0 in the middle of the colours."""
        self.figure.xaxis.axis_label, self.figure.yaxis.axis_label, self._bar.title = labels
        if found is None or not len(x):
            self._source.data = {"image": [], "x": [], "y": [], "dw": [], "dh": []}
            return
        half = (float(x[-1]) - float(x[0])) / max(1, len(x) - 1) / 2 or 0.5
        left, right = float(x[0]) - half, float(x[-1]) + half
        image = thinned(found.image, MOST_COLUMNS)
        low, high = percentile_limits(image, 1, 99)
        if signed:
            high = max(abs(low), abs(high))
            low = -high
        self._mapper.update(low=low, high=high, palette=BLUE_RED if signed else Viridis256)
        self._source.data = {
            "image": [image],
            "x": [left],
            "y": [found.low],
            "dw": [right - left],
            "dh": [found.high - found.low],
        }
        extent = (left, right, found.low, found.high)
        if extent != self._extent:
            # A person's zoom lasts until the axes are others.
            self._extent = extent
            self.figure.x_range.update(start=left, end=right, reset_start=left, reset_end=right)
            self.figure.y_range.update(start=found.low, end=found.high, reset_start=found.low, reset_end=found.high)
