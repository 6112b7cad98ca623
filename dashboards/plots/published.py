"""A plot that a script has published: curves, histograms or a picture, in psmon's sense."""

from typing import Any

from bokeh.models import ColorBar, ColumnDataSource, DataRange1d, LinearColorMapper
from bokeh.palettes import Viridis256

from dashboards.look import chart, hover, plain_image
from dashboards.plots.picture import MASKED
from dashboards.reduce.picture import percentile_limits, windowed
from dashboards.reduce.published import Curve, Panel

HEIGHT = 320
MOST_PIXELS = 600


class PublishedPlot:
    """One panel; shows any other of the same ``form`` by new data alone.

    Parameters
    ----------
    panel
        What to show first.
    """

    def __init__(self, panel: Panel) -> None:
        self.form = form_of(panel)
        options: dict[str, Any] = {}
        if panel.kind == "image":
            flipped = DataRange1d(range_padding=0, flipped=True)
            options = {"x_range": DataRange1d(range_padding=0), "y_range": flipped, "match_aspect": panel.square}
        self.figure = chart(height=HEIGHT, title=panel.title, **options)
        self._sources = [ColumnDataSource() for _ in panel.curves] or [ColumnDataSource()]
        self._mapper = LinearColorMapper(palette=Viridis256, nan_color=MASKED)
        self.update(panel)
        if panel.kind == "image":
            shown = plain_image(self.figure, source=self._sources[0], color_mapper=self._mapper)
            hover(self.figure, [shown], [("value", "@image"), ("x", "$x"), ("y", "$y")])
            self.figure.add_layout(ColorBar(color_mapper=self._mapper, width=14), "right")
            self.figure.grid.visible = False
        for curve, source in zip(panel.curves, self._sources, strict=False):
            self._add(curve, source, bars=panel.kind == "bars")

    def update(self, panel: Panel) -> None:
        """Show a panel of the same form."""
        self.figure.title.text = panel.title
        self.figure.xaxis.axis_label, self.figure.yaxis.axis_label = panel.x_label, panel.y_label
        if panel.image is not None:
            small = windowed(panel.image, None, (MOST_PIXELS, MOST_PIXELS))
            low, high = percentile_limits(small.values, 0.1, 99.9)
            self._mapper.update(low=low, high=high)
            (x, y), (width, height) = panel.corner, panel.pixel
            size = {"dw": [small.values.shape[1] * small.side * width], "dh": [small.values.shape[0] * small.side * height]}
            self._sources[0].data = {"image": [small.values], "x": [x], "y": [y], **size}
        for curve, source in zip(panel.curves, self._sources, strict=False):
            if panel.kind == "bars":
                source.data = {"left": curve.x[:-1], "right": curve.x[1:], "y": curve.y}
            else:
                source.data = {"x": curve.x, "y": curve.y}

    def _add(self, curve: Curve, source: ColumnDataSource, *, bars: bool) -> None:
        """Draw one curve, or the bars of one histogram."""
        named = {"legend_label": curve.label} if curve.label else {}
        if bars:
            alpha = 0.35 if curve.fill else 0.0
            style = {"fill_color": curve.colour, "line_color": curve.colour, "fill_alpha": alpha}
            drawn = [self.figure.quad(left="left", right="right", bottom=0, top="y", source=source, **style, **named)]
        else:
            line = {"line_color": curve.colour, "line_dash": curve.dash, "line_width": 1.6}
            drawn = [self.figure.line("x", "y", source=source, **line, **named)] if curve.dash else []
            if curve.marker:
                point = {"marker": curve.marker, "size": 6, "line_color": curve.colour, "fill_color": curve.colour}
                drawn.append(self.figure.scatter("x", "y", source=source, **point, **named))
        hover(self.figure, drawn[:1], [("x", "@left to @right" if bars else "@x"), ("y", "@y")])


def form_of(panel: Panel) -> tuple[object, ...]:
    """What has to be drawn anew if it changes."""
    styles = tuple((curve.label, curve.colour, curve.dash, curve.marker, curve.fill) for curve in panel.curves)
    return panel.kind, panel.square, styles
