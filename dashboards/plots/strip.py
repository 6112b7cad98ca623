"""Numbers against the event number or time, newest on the right: means with a band around them."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

import numpy as np
from bokeh.models import ColumnDataSource, DatetimeTickFormatter
from numpy.typing import NDArray

from dashboards.look import hover
from dashboards.plots.canvas import (
    COLOURS,
    Reference,
    canvas,
    chosen_rows,
    expressions,
    legend_above,
    share,
    short,
)
from dashboards.plots.choice import PlotChoice
from dashboards.plots.growing import Growing
from dashboards.plots.marks import ChangeMarks
from dashboards.plots.plot import PLOTS, Numbers, Offer
from dashboards.reduce.strip import Strip, strip, strip_of_time
from dashboards.snapshot import Snapshot
from dashboards.table import Table
from dashboards.texts import count, number

GROUPS = 400
MOST_GROUPS = 2000
"""Points if a person asked for so many events or seconds in each."""

CLOCK = {
    "milliseconds": "%H:%M:%S.%3N",
    "seconds": "%H:%M:%S",
    "minsec": "%H:%M:%S",
    "minutes": "%H:%M",
    "hourmin": "%H:%M",
    "hours": "%H:%M",
}


class StripPlot:
    """Any number of curves over one axis."""

    title: ClassVar[str] = "Strip chart"
    order: ClassVar[int] = 1
    asks: ClassVar[frozenset[str]] = frozenset({"y", "average", "band", "mode", "log", "x_range", "y_range", "reference"})
    past: ClassVar[bool] = True
    modes: ClassVar[Mapping[str, str]] = {"": "values", "relative": "divided by the mean"}

    def __init__(self, choice: PlotChoice, height: int, offer: Offer) -> None:
        del offer
        self._choice = choice
        self._events, self._seconds = _averaged(choice.average)
        # The place of events has no logarithm.
        plain = replace(choice, log=choice.log.replace("x", ""))
        self.figure = canvas(plain, height, x_axis_type="datetime" if self._seconds else "linear")
        if self._seconds:
            self.figure.xaxis.formatter = DatetimeTickFormatter(**CLOCK)
            self.figure.xaxis.ticker.desired_num_ticks = 4
        self._reference = Reference(self.figure, choice, "x", "mean")
        self._sources = [self._curve(name, colour) for name, colour in zip(choice.y, COLOURS, strict=False)]
        self._marks = ChangeMarks(self.figure)
        self._shown: dict[str, Strip] = {}
        legend_above(self.figure, len(choice.y) > 1 or self._reference.kept is not None)

    def update(self, snapshot: Snapshot, rows: Table) -> str:
        """Show these rows."""
        keep = chosen_rows(self._choice, snapshot, rows)
        used = np.zeros(len(rows), bool)
        begun = snapshot.begun_in(rows)
        self._shown = {}
        for each, source in zip(expressions(self._choice, snapshot), self._sources, strict=True):
            values = np.where(keep, each.of(rows), np.nan)
            used |= np.isfinite(values)
            found = self._reduced(rows, self._scaled(values, begun), begun)
            self._shown[each.text] = found
            source.show(self._columns(found))
        place = rows.time * 1e3 if self._seconds else rows.seq
        self._marks.update_rows(snapshot, rows, place)
        ends = [found.x[-1] for found in self._shown.values() if len(found.x)]
        self._reference.update(max(ends) if ends else None)
        self._say(snapshot, begun)
        return share(used, rows)

    def numbers(self) -> Numbers:
        """Points of each curve; ``x`` is a sequence number or Unix seconds."""
        return {
            name: {
                "x": found.x,
                "mean": found.mean,
                "low": found.low,
                "high": found.high,
                "deviation": found.deviation,
                "error": found.error,
                "events": found.count,
            }
            for name, found in self._shown.items()
        }

    def _curve(self, name: str, colour: str) -> Growing:
        """Band, line and read-out of one curve."""
        source = ColumnDataSource(data={"x": [], "mean": [], "low": [], "high": []})
        if self._choice.band != "none":
            self.figure.varea("x", "low", "high", source=source, fill_color=colour, fill_alpha=0.2)
        line = self.figure.line("x", "mean", source=source, line_color=colour, line_width=1.6, legend_label=short(name, 34))
        x = ("time", "@x{%H:%M:%S}") if self._seconds else ("event", "@x{0}")
        hover(self.figure, [line], [x, ("mean", "@mean"), ("from", "@low"), ("to", "@high")], "vline")
        if self._seconds:
            self.figure.hover[-1].formatters = {"@x": "datetime"}
        return Growing(source)

    def _reduced(self, rows: Table, values: NDArray[np.float64], begun: int) -> Strip:
        """Points, none of which mixes events from before and after means began anew."""
        if self._seconds:
            return strip_of_time(rows.time, values, MOST_GROUPS, self._seconds, begun)
        if self._events:
            return strip(rows.seq, values, MOST_GROUPS, self._events, begun)
        return strip(rows.seq, values, GROUPS, begun=begun)

    def _scaled(self, values: NDArray[np.float64], begun: int) -> NDArray[np.float64]:
        """Divided by the mean of those that count in means, if that was chosen; NaN while none counts."""
        if self._choice.mode != "relative":
            return values
        good = values[begun:][np.isfinite(values[begun:])]
        with np.errstate(over="ignore", invalid="ignore"):
            mean = float(good.mean()) if len(good) else np.nan
            return values / mean if mean else values

    def _columns(self, found: Strip) -> dict[str, Any]:
        """What the browser gets: the band that was chosen around the means."""
        width = {"error": found.error, "spread": found.deviation}.get(self._choice.band)
        low, high = (found.low, found.high) if width is None else (found.mean - width, found.mean + width)
        x = found.x * 1e3 if self._seconds else found.x
        return {"x": x, "mean": found.mean, "low": low, "high": high}

    def _unit(self, snapshot: Snapshot) -> str:
        """The unit that all curves have; the title tells their names."""
        units = {snapshot.unit(name) for name in self._choice.y}
        return units.pop() if len(units) == 1 else ""

    def _say(self, snapshot: Snapshot, begun: int) -> None:
        """Title with the newest values, and what a point is."""
        newest = [(name, found.mean[np.isfinite(found.mean)][-1:]) for name, found in self._shown.items()]
        said = [
            f"{name}   {number(float(value[0])) if len(value) else '–'} {snapshot.unit(name)}".rstrip() for name, value in newest
        ]
        self.figure.title.text = short(",  ".join(said))
        mean = f"the mean since event {count(snapshot.counted_from)}" if begun else "the mean"
        relative = self._choice.mode == "relative"
        self.figure.yaxis.axis_label = f"divided by {mean}" if relative else self._unit(snapshot)
        size = max((found.size for found in self._shown.values()), default=1)
        if self._seconds:
            self.figure.xaxis.axis_label = f"time ({size:g} s per point)"
        else:
            self.figure.xaxis.axis_label = f"event ({size} events per point)" if size > 1 else "event"


PLOTS.add("strip", StripPlot)


def _averaged(text: str) -> tuple[int, float]:
    """Events, or seconds, of one point; both 0 if the screen decides."""
    found = re.fullmatch(r"([1-9]\d{0,5})(s?)", text)
    if found is None:
        return 0, 0.0
    return (0, float(found[1])) if found[2] else (int(found[1]), 0.0)
