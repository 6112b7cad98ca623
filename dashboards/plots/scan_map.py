"""Signal over monitor against two scan variables."""

import numpy as np
from bokeh.models import ColorBar, ColumnDataSource, LinearColorMapper
from bokeh.palettes import Viridis256

from dashboards.look import chart, hover
from dashboards.reduce.delay import ScanMap


class ScanMapPlot:
    """One rectangle for each cell that has events; steps need not be equally wide."""

    def __init__(self, height: int = 320) -> None:
        self.figure = chart(height=height, title="Laser on, two variables", tools="pan,wheel_zoom,box_zoom,reset,save")
        self._source = ColumnDataSource(data={"left": [], "right": [], "bottom": [], "top": [], "value": []})
        self._mapper = LinearColorMapper(palette=Viridis256, low=0, high=1)
        cells = self.figure.quad(
            "left", "right", "top", "bottom", source=self._source, line_color=None,
            fill_color={"field": "value", "transform": self._mapper},
        )  # fmt: skip
        hover(self.figure, [cells], [("from", "@left, @bottom"), ("to", "@right, @top"), ("value", "@value")])
        self.figure.add_layout(ColorBar(color_mapper=self._mapper, width=12), "right")
        self.figure.visible = False

    def update(self, found: ScanMap | None, x_label: str, z_label: str) -> None:
        """Draw a map; ``None`` hides the plot."""
        self.figure.visible = found is not None
        if found is None:
            return
        row, column = np.nonzero(np.isfinite(found.values))
        value = found.values[row, column]
        self._source.data = {
            "left": found.x[column],
            "right": found.x[column + 1],
            "bottom": found.z[row],
            "top": found.z[row + 1],
            "value": value,
        }
        if len(value):
            low, high = float(value.min()), float(value.max())
            self._mapper.update(low=low, high=high if high > low else low + 1)
        self.figure.xaxis.axis_label, self.figure.yaxis.axis_label = x_label, z_label
