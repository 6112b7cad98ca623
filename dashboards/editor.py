"""The widgets in which a person says what one plot shows."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from bokeh.layouts import column, row
from bokeh.models import AutocompleteInput, CheckboxButtonGroup, Select, TextInput

from dashboards.look import widget
from dashboards.plots.choice import MOST_CURVES, PlotChoice
from dashboards.plots.plot import PLOTS
from dashboards.reduce.window import WINDOWS
from dashboards.ticks import Ticks

AVERAGES = {
    "": "as the screen needs",
    "1": "every event",
    "10": "10 events",
    "120": "120 events",
    "1s": "1 second",
    "10s": "10 seconds",
    "60s": "1 minute",
}
BANDS = {"": "smallest to largest", "error": "standard error", "spread": "standard deviation", "none": "none"}
EXPRESSION = "log(ipm2/sum) where lightStatus/laser == 1"


class Editor:
    """Shows one choice and tells what a person makes of it.

    Parameters
    ----------
    changed
        Called with the new choice whenever a person changed something.
    """

    def __init__(self, changed: Callable[[PlotChoice], None]) -> None:
        self._changed = changed
        self._quiet = False
        self._names: list[str] = []
        self._choice = PlotChoice()
        kinds = [(name, kind.title) for name, kind in sorted(PLOTS.items(), key=lambda entry: entry[1].order)]
        self._widgets: dict[str, Any] = {
            "kind": self._made(Select, "kind", title="Kind", options=kinds),
            "field": self._proposing("Add a field", min_characters=0),
            "expression": widget(TextInput, title="Add an expression", placeholder=EXPRESSION),
            "x": self._proposing("Horizontal"),
            "where": self._made(TextInput, "where", title="Only events where", placeholder="lightStatus/laser == 1"),
            "window": self._made(Select, "window", title="Events", options=list(WINDOWS.items())),
            "average": self._made(Select, "average", title="One point is", options=list(AVERAGES.items())),
            "band": self._made(Select, "band", title="Band", options=list(BANDS.items())),
            "mode": self._made(Select, "mode", title="Shown as", options=[]),
            "bins": self._made(TextInput, "bins", title="Bins: number, from:to:width or edges", placeholder="automatic"),
            "x_range": self._made(TextInput, "x_range", title="Horizontal range", placeholder="-1:5"),
            "y_range": self._made(TextInput, "y_range", title="Vertical range", placeholder="0:100"),
            "log": widget(CheckboxButtonGroup, labels=["log horizontal", "log vertical"], active=[]),
        }
        self._curves = Ticks("Curves", self._keep, MOST_CURVES)
        self._widgets["x"].on_change("value", lambda attr, old, new: self._take("x", new))
        for name in ("field", "expression"):
            self._widgets[name].on_change("value", lambda attr, old, new: self._add(new))
        self._widgets["log"].on_change("active", lambda attr, old, new: self._log(new))
        ranges = row([self._widgets["x_range"], self._widgets["y_range"]], sizing_mode="stretch_width")
        order = ("field", "expression", "x", "where", "window", "average", "band", "mode", "bins")
        several = [
            self._widgets["kind"],
            self._curves.model,
            *(self._widgets[name] for name in order),
            ranges,
            self._widgets["log"],
        ]
        self.model = column(several, sizing_mode="stretch_width")

    def show(self, choice: PlotChoice) -> None:
        """Show another choice."""
        self._choice = choice
        kind = dict(PLOTS.items()).get(choice.kind)
        asks = kind.asks if kind else frozenset()
        modes: Mapping[str, str] = kind.modes if kind else {}
        self._quiet = True
        try:
            self._widgets["mode"].options = list(modes.items())
            for name in ("kind", "x", "where", "bins", "x_range", "y_range"):
                self._widgets[name].value = getattr(choice, name)
            for name, known in (("window", WINDOWS), ("average", AVERAGES), ("band", BANDS), ("mode", modes)):
                self._set(name, getattr(choice, name), known)
            self._curves.offer(choice.y, choice.y)
            self._widgets["field"].value = self._widgets["expression"].value = ""
            self._widgets["log"].active = [i for i, letter in enumerate("xy") if letter in choice.log]
        finally:
            self._quiet = False
        self._curves.model.visible = "y" in asks
        for name, each in self._widgets.items():
            needed = {"field": "y", "expression": "y"}.get(name, name)
            each.visible = name in ("kind", "where", "window") or needed in asks

    def learn(self, names: Sequence[str]) -> None:
        """Offer these fields."""
        if list(names) == self._names:
            return
        self._names = list(names)
        for name in ("field", "x"):
            self._widgets[name].completions = self._names

    def _proposing(self, title: str, **options: Any) -> Any:
        """A text for which the fields of the run are proposed."""
        strategy = {"restrict": False, "completions": [], "search_strategy": "includes"}
        return widget(AutocompleteInput, title=title, **strategy, **options)

    def _made(self, kind: type[Any], name: str, **options: Any) -> Any:
        """A widget for one attribute of the choice."""
        made = widget(kind, name=name, **options)
        made.on_change("value", lambda attr, old, new: self._take(name, new))
        return made

    def _take(self, name: str, value: Any) -> None:
        if not self._quiet:
            self._tell(**{name: str(value)})

    def _add(self, text: str) -> None:
        """One more curve."""
        if text.strip() and not self._quiet and len(self._choice.y) < MOST_CURVES and text.strip() not in self._choice.y:
            self._tell(y=(*self._choice.y, text.strip()))

    def _keep(self, curves: tuple[str, ...]) -> None:
        """Only these curves."""
        self._tell(y=curves)

    def _log(self, active: Sequence[int]) -> None:
        if not self._quiet:
            self._tell(log="".join("xy"[i] for i in sorted(active) if i in (0, 1)))

    def _tell(self, **new: Any) -> None:
        choice = replace(self._choice, **new)
        # A widget in the browser says again what it was told.
        if choice != self._choice:
            self._choice = choice
            self._changed(choice)

    def _set(self, name: str, value: str, known: Mapping[str, str]) -> None:
        """A list that keeps a choice it does not offer, such as one written in an address."""
        options = list(known.items()) if value in known else [*known.items(), (value, value)]
        self._widgets[name].options = options
        self._widgets[name].value = value
