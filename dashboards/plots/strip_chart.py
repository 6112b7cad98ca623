"""A scalar against the event number, newest on the right: mean, with the band from smallest to largest value."""

from collections.abc import Sequence
from typing import ClassVar

from bokeh.models import ColumnDataSource

from dashboards.look import ACCENT, chart, hover
from dashboards.plots.plot import PLOTS
from dashboards.reduce.strip import strip
from dashboards.snapshot import Snapshot
from dashboards.table import Table
from dashboards.texts import number

GROUPS = 500


class StripChart:
    """One field against time."""

    title: ClassVar[str] = "Strip chart"
    needs: ClassVar[tuple[str, ...]] = ("field",)
    order: ClassVar[int] = 1

    def __init__(self, fields: Sequence[str], height: int = 220) -> None:
        (self.field,) = fields
        self._source = ColumnDataSource(data={"x": [], "mean": [], "low": [], "high": []})
        self.figure = chart(height=height, x_axis_label="event", title=self.field)
        self.figure.varea("x", "low", "high", source=self._source, fill_color=ACCENT, fill_alpha=0.22)
        line = self.figure.line("x", "mean", source=self._source, line_color=ACCENT, line_width=1.6)
        hover(self.figure, [line], [("event", "@x{0}"), ("mean", "@mean"), ("from", "@low"), ("to", "@high")], "vline")

    def update(self, snapshot: Snapshot, rows: Table) -> None:
        """Show these rows."""
        found = strip(rows.seq, rows.column(self.field), GROUPS)
        self._source.data = {"x": found.x, "mean": found.mean, "low": found.low, "high": found.high}
        self.figure.yaxis.axis_label = snapshot.unit(self.field)
        newest = number(float(found.mean[-1])) if len(found.mean) else "–"
        self.figure.title.text = f"{self.field}   {newest} {snapshot.unit(self.field)}".rstrip()
        per_point = "" if found.size == 1 else f"  ({found.size} events per point)"
        self.figure.xaxis.axis_label = f"event{per_point}"


PLOTS.add("strip_chart", StripChart)
