"""How numbers are distributed, over common bins."""

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
from bokeh.models import ColumnDataSource

from dashboards.look import hover
from dashboards.plots.canvas import COLOURS, Reference, canvas, chosen_rows, common_unit, expressions, legend_above, share, short
from dashboards.plots.choice import PlotChoice
from dashboards.plots.plot import PLOTS, Numbers, Offer
from dashboards.reduce.histogram import Histogram, counted, edges_of
from dashboards.reduce.span import MOST_BINS, hand_edges, span
from dashboards.snapshot import Snapshot
from dashboards.table import Table
from dashboards.texts import count, number

BINS = 80
LEAST = 0.5
"""Lower end of the bars on a logarithmic axis: half an event."""


class HistogramPlot:
    """Counts, or shares of the events."""

    title: ClassVar[str] = "Histogram"
    order: ClassVar[int] = 2
    asks: ClassVar[frozenset[str]] = frozenset({"y", "bins", "mode", "log", "x_range", "y_range", "reference"})
    past: ClassVar[bool] = False
    modes: ClassVar[Mapping[str, str]] = {"": "events", "share": "share of the events"}

    def __init__(self, choice: PlotChoice, height: int, offer: Offer) -> None:
        del offer
        self._choice = choice
        self.figure = canvas(choice, height)
        self._reference = Reference(self.figure, choice, "middle", self._height_name)
        self._sources = [self._bars(name, colour) for name, colour in zip(choice.y, COLOURS, strict=False)]
        self._shown: dict[str, Histogram] = {}
        legend_above(self.figure, len(choice.y) > 1 or self._reference.kept is not None)

    def update(self, snapshot: Snapshot, rows: Table) -> str:
        """Show these rows."""
        keep = chosen_rows(self._choice, snapshot, rows)
        values = [(each.text, each.of(rows)[keep]) for each in expressions(self._choice, snapshot)]
        edges = self._edges([each for _, each in values])
        self._shown = {name: counted(each, edges) for name, each in values}
        for (name, found), source in zip(self._shown.items(), self._sources, strict=False):
            source.data = self._columns(name, found)
        self._reference.update()
        self.figure.xaxis.axis_label = common_unit(self._choice, snapshot)
        self.figure.yaxis.axis_label = "share of events" if self._choice.mode else "events"
        self.figure.title.text = short(",  ".join(self._told(name) for name in self._shown))
        used = np.zeros(len(rows), bool)
        for each in expressions(self._choice, snapshot):
            used |= np.isfinite(each.of(rows)) & keep
        return share(used, rows)

    def numbers(self) -> Numbers:
        """Edges and counts of each curve."""
        return {
            name: {
                "left": found.edges[:-1],
                "right": found.edges[1:],
                "middle": (found.edges[:-1] + found.edges[1:]) / 2,
                "events": found.counts,
                "share": found.counts / max(1, int(found.counts.sum()) + found.outside),
            }
            for name, found in self._shown.items()
        }

    @property
    def _height_name(self) -> str:
        """The column that is drawn."""
        return "share" if self._choice.mode == "share" else "events"

    def _bars(self, name: str, colour: str) -> ColumnDataSource:
        source = ColumnDataSource(data={"left": [], "right": [], "height": [], "bottom": []})
        many = len(self._choice.y) > 1
        bars = self.figure.quad(
            "left", "right", "height", "bottom", source=source, fill_color=colour, fill_alpha=0.45 if many else 0.7,
            line_color=None, legend_label=short(name, 34),
        )  # fmt: skip
        hover(self.figure, [bars], [("from", "@left"), ("to", "@right"), (self._height_name, "@height")])
        return source

    def _edges(self, values: list[Any]) -> Any:
        """Common edges of all curves."""
        by_hand = hand_edges(self._choice.bins)
        if by_hand is not None:
            return by_hand
        together = np.concatenate(values) if values else np.empty(0)
        bins = int(self._choice.bins) if self._choice.bins.isdecimal() else BINS
        return edges_of(together, max(1, min(bins, MOST_BINS)), log="x" in self._choice.log, within=span(self._choice.x_range))

    def _columns(self, name: str, found: Histogram) -> dict[str, Any]:
        height = self.numbers()[name][self._height_name]
        floor = LEAST / max(1, int(found.counts.sum())) if self._choice.mode else LEAST
        bottom = np.full(len(height), floor if "y" in self._choice.log else 0.0)
        return {"left": found.edges[:-1], "right": found.edges[1:], "height": np.maximum(height, bottom), "bottom": bottom}

    def _told(self, name: str) -> str:
        """Mean and deviation of a curve."""
        found = self._shown[name]
        outside = f", {count(found.outside)} beyond" if found.outside else ""
        return f"{name}   {number(found.mean)} ± {number(found.deviation)}{outside}"


PLOTS.add("histogram", HistogramPlot)
