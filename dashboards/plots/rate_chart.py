"""Events per second over the last minutes, as the service says them."""

from typing import Any

from bokeh.models import ColumnDataSource, DatetimeTickFormatter

from dashboards.look import ACCENT, OTHER, chart
from dashboards.plots.marks import ChangeMarks
from dashboards.snapshot import Snapshot


class RateChart:
    """Rate against time of day."""

    def __init__(self, height: int = 200) -> None:
        self._source = ColumnDataSource(data={"time": [], "rate": []})
        self.figure = clocked(chart(height=height, title="Rate", y_axis_label="events/s", x_axis_type="datetime"))
        self.figure.line("time", "rate", source=self._source, line_color=ACCENT, line_width=2)
        self.figure.y_range.start = 0
        self._marks = ChangeMarks(self.figure, "datetime")

    def update(self, snapshot: Snapshot) -> None:
        """Show the statuses of a snapshot."""
        history = snapshot.status_history
        self._source.data = {"time": history.time * 1e3, "rate": history.rate}
        if len(history.time):
            self._marks.update(snapshot, history.time[0] * 1e3, history.time[-1] * 1e3)


class LatencyChart:
    """Median and 99 % of the way from the source to the stream against time of day."""

    def __init__(self, height: int = 225) -> None:
        self._source = ColumnDataSource(data={"time": [], "median": [], "worst": []})
        title = "Latency, source to stream"
        self.figure = clocked(chart(height=height, title=title, y_axis_label="ms", x_axis_type="datetime"))
        self.figure.line("time", "median", source=self._source, line_color=ACCENT, line_width=2, legend_label="median")
        self.figure.line("time", "worst", source=self._source, line_color=OTHER, line_width=1.5, legend_label="99 %")
        self.figure.y_range.start = 0
        self.figure.legend.orientation = "horizontal"
        self.figure.add_layout(self.figure.legend[0], "above")

    def update(self, snapshot: Snapshot) -> None:
        """Show the statuses of a snapshot."""
        history = snapshot.status_history
        self._source.data = {
            "time": history.time * 1e3,
            "median": history.latency_median * 1e3,
            "worst": history.latency_99 * 1e3,
        }


def clocked(made: Any) -> Any:
    """Hours and minutes on the axis."""
    made.xaxis.formatter = DatetimeTickFormatter(
        seconds="%H:%M:%S", minsec="%H:%M:%S", minutes="%H:%M", hourmin="%H:%M", hours="%H:%M"
    )
    made.xaxis.axis_label = "UTC"
    made.xaxis.ticker.desired_num_ticks = 5
    return made
