"""Counts between edges as bars."""

from typing import Any

from bokeh.models import ColumnDataSource
from numpy.typing import NDArray

from dashboards.look import ACCENT, chart, hover


class BarsPlot:
    """A histogram that somebody else has made."""

    def __init__(self, height: int, unit: str = "events") -> None:
        self._source = ColumnDataSource(data={"left": [], "right": [], "count": []})
        self.figure = chart(height=height, y_axis_label=unit)
        bars = self.figure.quad(
            "left", "right", "count", 0, source=self._source, fill_color=ACCENT, fill_alpha=0.7, line_color=None
        )
        hover(self.figure, [bars], [("from", "@left"), ("to", "@right"), (unit, "@count")])

    def show(self, edges: NDArray[Any], counts: NDArray[Any], x_label: str, title: str) -> None:
        """Draw counts, shape (bins,), between edges, shape (bins + 1,)."""
        self._source.data = {"left": edges[:-1], "right": edges[1:], "count": counts}
        self.figure.xaxis.axis_label, self.figure.title.text = x_label, title
