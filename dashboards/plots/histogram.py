"""How a scalar is distributed."""

from collections.abc import Sequence
from typing import ClassVar

from bokeh.models import ColumnDataSource

from dashboards.look import ACCENT, chart, hover
from dashboards.plots.plot import PLOTS
from dashboards.reduce.histogram import histogram
from dashboards.snapshot import Snapshot
from dashboards.table import Table
from dashboards.texts import number

BINS = 80


class HistogramPlot:
    """Counts of one field's values."""

    title: ClassVar[str] = "Histogram"
    needs: ClassVar[tuple[str, ...]] = ("field",)
    order: ClassVar[int] = 2

    def __init__(self, fields: Sequence[str], height: int = 220) -> None:
        (self._field,) = fields
        self._source = ColumnDataSource(data={"left": [], "right": [], "count": []})
        self.figure = chart(height=height, y_axis_label="events", title=self._field)
        bars = self.figure.quad(
            "left", "right", "count", 0, source=self._source, fill_color=ACCENT, fill_alpha=0.7, line_color=None
        )
        hover(self.figure, [bars], [("from", "@left"), ("to", "@right"), ("events", "@count")])

    def update(self, snapshot: Snapshot, rows: Table) -> None:
        """Show these rows."""
        found = histogram(rows.column(self._field), BINS)
        self._source.data = {"left": found.edges[:-1], "right": found.edges[1:], "count": found.counts}
        self.figure.xaxis.axis_label = snapshot.label(self._field)
        outside = f", {found.outside} beyond" if found.outside else ""
        self.figure.title.text = f"{number(found.mean)} ± {number(found.deviation)}{outside}"


PLOTS.add("histogram", HistogramPlot)
