"""Plots that scripts have published, each under its topic, as they come."""

from collections.abc import Mapping
from typing import Any, ClassVar

from bokeh.layouts import column, gridplot

from dashboards.pages.page import PAGES, Shown, View
from dashboards.plots.published import PublishedPlot, form_of
from dashboards.reduce.published import panels
from dashboards.snapshot import Snapshot
from dashboards.texts import count, duration
from dashboards.ticks import Ticks

MOST_SHOWN = 12
COLUMNS = 2
HINT = "No script has published a plot. From Python: monitor.client.publish.send(topic, XYPlot(...)), see docs/stream.md."


class Published:
    """All topics, or those chosen; a plot that keeps its form is only given new data."""

    title: ClassVar[str] = "Published"
    order: ClassVar[int] = 11
    topics: ClassVar[tuple[str, ...]] = ("plot/",)
    present: ClassVar[str] = "earlier states of the plots of scripts are not kept"

    def __init__(self, view: View) -> None:
        picked = [name for name in view.arguments.get("plots", "").split("~") if name][:MOST_SHOWN]
        self._choice = Ticks("Plots (none = all)", lambda value: view.redraw(), MOST_SHOWN)
        self._choice.offer((), picked)
        self._plots: dict[tuple[str, int], PublishedPlot] = {}
        self._arrived: dict[str, float] = {}
        self._place = column([], sizing_mode="stretch_width")
        self.roots: Mapping[str, Any] = {"choices": self._choice.model, "plots": self._place}

    def update(self, snapshot: Snapshot) -> Shown:
        """Bring the plots up to date."""
        known = list(snapshot.plots)
        self._choice.offer(known, self._choice.value)
        shown = [name for name in known if not self._choice.value or name in self._choice.value][:MOST_SHOWN]
        wanted = self._wanted(snapshot, shown)
        if wanted != self._plots:
            self._plots = wanted
            figures = [plot.figure for plot in wanted.values()]
            grid = gridplot(figures, ncols=COLUMNS, sizing_mode="stretch_width", toolbar_location=None) if figures else None
            self._place.children = [grid] if grid is not None else []
        ages = [[name, duration(max(0.0, self._now(snapshot) - snapshot.plots[name].arrived))] for name in shown]
        hidden = len(known) - len(shown)
        text = HINT if not known else f"{count(hidden)} more are not shown; choose them above." if hidden else ""
        return Shown({"published-state": text}, {"published-ages": ages}, {"plots": "~".join(self._choice.value)})

    def _wanted(self, snapshot: Snapshot, shown: list[str]) -> dict[tuple[str, int], PublishedPlot]:
        """The plots to stand on the page: those that do, with new data, and new ones."""
        wanted: dict[tuple[str, int], PublishedPlot] = {}
        for topic in shown:
            entry = snapshot.plots[topic]
            if self._arrived.get(topic) == entry.arrived:
                wanted |= {key: plot for key, plot in self._plots.items() if key[0] == topic}
                if any(key[0] == topic for key in wanted):
                    continue
            self._arrived[topic] = entry.arrived
            for i, panel in enumerate(panels(entry.plot)):
                old = self._plots.get((topic, i))
                if old is not None and old.form == form_of(panel):
                    old.update(panel)
                    wanted[topic, i] = old
                else:
                    wanted[topic, i] = PublishedPlot(panel)
        return wanted

    @staticmethod
    def _now(snapshot: Snapshot) -> float:
        """When the service was last heard, so that a page that stands still says nothing new."""
        return max([snapshot.status_at or 0.0, *(entry.arrived for entry in snapshot.plots.values())])


PAGES.add("published", Published)
