"""Any scalar of the run: against the event number, as a histogram, one against another."""

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

import numpy as np
from bokeh.layouts import column, row
from bokeh.models import MultiChoice, Select
from numpy.typing import NDArray

from dashboards.look import widget
from dashboards.pages.page import PAGES, Shown, View
from dashboards.plots.plot import PLOTS, Plot
from dashboards.reduce.choice import vital_signs
from dashboards.snapshot import Snapshot
from dashboards.texts import count, number
from monitor.plugins import load_folder

MOST_FIELDS = 6
WINDOWS = {"600": "last 600 events", "7200": "last 7200 events", "36000": "last 36 000 events", "0": "whole run"}


class Scalars:
    """Every plot of one field for each chosen field, every plot of two for a chosen pair."""

    title: ClassVar[str] = "Scalars"
    order: ClassVar[int] = 2
    topics: ClassVar[tuple[str, ...]] = ()

    def __init__(self, view: View) -> None:
        self._view = view
        given = view.arguments
        picked = [name for name in given.get("fields", "").split("~") if name][:MOST_FIELDS]
        self._chosen = bool(picked)
        window = given.get("window", "7200")
        self._fields = widget(MultiChoice, title="Fields", value=picked, options=picked, max_items=MOST_FIELDS)
        self._window = widget(
            Select, title="Events", value=window if window in WINDOWS else "7200", options=list(WINDOWS.items())
        )
        self._x = widget(Select, title="Against: horizontal", value=given.get("x", ""), options=[given.get("x", "")])
        self._y = widget(Select, title="Against: vertical", value=given.get("y", ""), options=[given.get("y", "")])
        for each in (self._fields, self._window, self._x, self._y):
            each.on_change("value", self._on_choice)
        load_folder("dashboards.plots")
        kinds = sorted((kind for _, kind in PLOTS.items()), key=lambda kind: kind.order)
        self._single = [kind for kind in kinds if len(kind.needs) == 1]
        self._double = [kind for kind in kinds if len(kind.needs) == 2]
        self._known: list[str] = []
        self._built: tuple[Any, ...] = ()
        self._plots: list[Plot] = []
        self._series = column([], sizing_mode="stretch_width")
        self._pair = column([], sizing_mode="stretch_width")
        choices = column([self._fields, self._window, self._x, self._y], sizing_mode="stretch_width")
        self.roots: Mapping[str, Any] = {"choices": choices, "series": self._series, "pair": self._pair}

    def update(self, snapshot: Snapshot) -> Shown:
        """Bring the chosen plots up to date."""
        self._learn(snapshot)
        self._build()
        window = int(self._window.value)
        rows = snapshot.run_rows()
        rows = rows.last(window) if window else rows
        for plot in self._plots:
            plot.update(snapshot, rows)
        address = {"fields": "~".join(self._fields.value), "x": self._x.value, "y": self._y.value, "window": self._window.value}
        newest = rows.last(1)
        values = [[name, _value(newest.column(name), snapshot.unit(name))] for name in self._fields.value]
        return Shown({"shown-events": count(len(rows))}, {"newest": values}, address if self._chosen else {})

    def _on_choice(self, attr: str, old: object, new: object) -> None:
        del attr
        if old != new:
            self._chosen = True
            self._view.redraw()

    def _learn(self, snapshot: Snapshot) -> None:
        """Offer what the run has; choose what tells most as long as nobody chose."""
        names = list(snapshot.fields)
        if names == self._known:
            return
        self._known = names
        chosen = self._chosen
        self._fields.options = _with(names, self._fields.value)
        self._x.options, self._y.options = _with(names, [self._x.value]), _with(names, [self._y.value])
        signs = vital_signs(names)
        if not chosen and signs:
            self._fields.value = signs
        if len(signs) > 1 and not self._x.value and not self._y.value:
            self._x.value, self._y.value = signs[-2], signs[-1]
        self._chosen = chosen

    def _build(self) -> None:
        """Make the plots anew if the choice of fields changed."""
        wanted = (tuple(self._fields.value), self._x.value, self._y.value)
        if wanted == self._built:
            return
        self._built = wanted
        lines: list[list[Plot]] = [[kind([name]) for kind in self._single] for name in self._fields.value]
        pair: list[Plot] = [kind([self._x.value, self._y.value]) for kind in self._double if self._x.value and self._y.value]
        self._series.children = [row([plot.figure for plot in line], sizing_mode="stretch_width") for line in lines]
        self._pair.children = [plot.figure for plot in pair]
        self._plots = [plot for line in lines for plot in line] + pair


PAGES.add("scalars", Scalars)


def _with(names: list[str], more: Iterable[str]) -> list[str]:
    """Options that keep what is chosen although the run does not have it."""
    return [*names, *(name for name in more if name not in names)]


def _value(newest: NDArray[np.float64], unit: str) -> str:
    return f"{number(float(newest[0]))} {unit}".rstrip() if len(newest) else "–"
