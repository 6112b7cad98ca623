"""Signal over monitor against the scan variable, as set and with the measured arrival time: where is time zero."""

from collections.abc import Mapping
from typing import Any, ClassVar

from bokeh.layouts import column
from bokeh.models import Select, Spinner

from dashboards.look import widget
from dashboards.pages.page import PAGES, Shown, View
from dashboards.plots.scan_curve import ScanCurve
from dashboards.reduce.choice import beam_monitor, first_match, scan_variable, signal
from dashboards.reduce.delay import Branch, ScanChoice, scan_result, unit_ratio
from dashboards.snapshot import Snapshot
from dashboards.texts import count, with_error

NONE = ("", "none")
LONGEST_LABEL = 34
"""Letters that fit beside a plot; the choices say the rest."""

SELECTS = {"signal": "Signal", "monitor": "Monitor (divides)", "variable": "Scan variable", "time": "Arrival time"}


class Scan:
    """The scan of the newest run."""

    title: ClassVar[str] = "Scan"
    order: ClassVar[int] = 5
    topics: ClassVar[tuple[str, ...]] = ()

    def __init__(self, view: View) -> None:
        self._view = view
        self._chosen = set(view.arguments)
        set_up = view.settings.scan
        self._defaults = {name: getattr(set_up, name) for name in SELECTS}
        self._scale_given = "time_scale" in set_up.model_fields_set
        self._known: list[str] = []
        self._select = {name: self._choice(name, title) for name, title in SELECTS.items()}
        self._scale = self._spinner("time_scale", "Units of the variable per unit of the time", set_up.time_scale)
        self._least = self._spinner("least", "Leave out events with a monitor up to", 0.0)
        self._bins = self._spinner("bins", "Bins of the corrected axis (0 = automatic)", 0.0)
        self._plain = ScanCurve("As set")
        self._corrected = ScanCurve("Corrected with the arrival time")
        # One scale for both, so that the eye can compare them.
        self._corrected.figure.y_range = self._plain.figure.y_range
        choices = column([*self._select.values(), self._scale, self._least, self._bins], sizing_mode="stretch_width")
        self.roots: Mapping[str, Any] = {
            "choices": choices,
            "plain": self._plain.figure,
            "corrected": self._corrected.figure,
        }

    def update(self, snapshot: Snapshot) -> Shown:
        """Reduce the run's rows and draw both curves."""
        self._learn(snapshot)
        chosen = {name: select.value for name, select in self._select.items()}
        if not chosen["signal"] or not chosen["variable"]:
            return Shown({"scan-state": "This run has no scan variable or no signal yet."})
        choice = ScanChoice(
            **chosen,
            time_scale=float(self._scale.value or 0.0),
            least_monitor=float(self._least.value or 0.0),
            bins=max(0, min(400, int(self._bins.value or 0))),
        )
        result = scan_result(snapshot.run_rows(), choice)
        ratio = f"{choice.signal} / {choice.monitor}" if choice.monitor else snapshot.label(choice.signal)
        label = snapshot.label(choice.variable)
        ratio = ratio if len(ratio) <= LONGEST_LABEL else "signal / monitor" if choice.monitor else "signal"
        self._plain.update(result.plain, label, ratio)
        self._corrected.update(result.corrected, label, ratio)
        unit = snapshot.unit(choice.variable)
        texts = {
            "scan-state": f"{count(result.used)} of {count(result.seen)} events, {count(result.steps)} steps",
            **_edge_texts("plain", result.plain, unit),
            **_edge_texts("corrected", result.corrected, unit),
        }
        return Shown(texts, {}, self._address())

    def _address(self) -> dict[str, str]:
        """What a person chose, for the page's address."""
        spinners = {"time_scale": self._scale, "least": self._least, "bins": self._bins}
        values = {name: str(each.value) for name, each in (*self._select.items(), *spinners.items())}
        return {name: values[name] for name in values if name in self._chosen}

    def _choice(self, name: str, title: str) -> Any:
        """A list of fields."""
        value = self._view.arguments.get(name, "")
        made = widget(Select, title=title, value=value, options=[NONE] if not value else [NONE, (value, value)])
        made.on_change("value", lambda attr, old, new: self._on_choice(name))
        return made

    def _spinner(self, name: str, title: str, value: float) -> Any:
        """A number."""
        made = widget(Spinner, title=title, value=_number(self._view.arguments.get(name), value))
        made.on_change("value", lambda attr, old, new: self._on_choice(name))
        return made

    def _on_choice(self, name: str) -> None:
        self._chosen.add(name)
        self._view.redraw()

    def _learn(self, snapshot: Snapshot) -> None:
        """Offer what the run has, and choose sensibly what nobody chose."""
        names = list(snapshot.fields)
        if names == self._known:
            return
        self._known, chosen = names, set(self._chosen)
        for name, value in self._automatic(names).items():
            select = self._select[name]
            value = select.value if name in chosen else value
            select.options = [NONE, *((each, each) for each in dict.fromkeys([*names, value]) if each)]
            select.value = value
        if "time_scale" not in chosen and not self._scale_given:
            time, variable = self._select["time"].value, self._select["variable"].value
            self._scale.value = unit_ratio(snapshot.unit(time), snapshot.unit(variable))
        self._chosen = chosen

    def _automatic(self, names: list[str]) -> dict[str, str]:
        """The settings' fields where the run has them, else what looks right."""
        found = {name: value for name, value in self._defaults.items() if value in names}
        variable = found.get("variable") or scan_variable(names)
        monitor = found.get("monitor") or beam_monitor(names)
        return {
            "signal": found.get("signal") or signal(names, monitor),
            "monitor": monitor,
            "variable": variable,
            "time": found.get("time") or first_match(names, (r"^tt/ttCorr$", r"^tt/FLTPOS_PS$")),
        }


PAGES.add("scan", Scan)


def _edge_texts(name: str, branch: Branch | None, unit: str) -> dict[str, str]:
    """Time zero, width and height of the step for the page."""
    edge = branch.edge if branch is not None else None
    if edge is None:
        return {
            f"{name}-zero": "–",
            f"{name}-width": "no step seen" if branch is not None else "not corrected",
            f"{name}-height": "",
        }
    return {
        f"{name}-zero": f"{with_error(edge.position, edge.position_error)} {unit}".rstrip(),
        f"{name}-width": f"width {with_error(edge.width, edge.width_error)} {unit} (rms)".replace("  ", " "),
        f"{name}-height": f"step {with_error(edge.height, edge.height_error)}",
    }


def _number(text: str | None, otherwise: float) -> float:
    """A number from the page's address."""
    try:
        return otherwise if text is None else float(text)
    except ValueError:
        return otherwise
