"""Signal over monitor against the scan variable, as set and with the measured arrival time: where is time zero."""

from collections.abc import Mapping
from typing import Any, ClassVar

from bokeh.layouts import column, row
from bokeh.models import AutocompleteInput, Button, Select, Spinner, TextInput

from dashboards.anew import Anew, since_text
from dashboards.download import Download
from dashboards.earlier_scans import EarlierScans
from dashboards.fits.known import shapes
from dashboards.look import widget
from dashboards.pages.page import PAGES, Shown, View, lack
from dashboards.plots.scan_curve import ScanCurve
from dashboards.plots.scan_map import ScanMapPlot
from dashboards.reduce.age import row_age
from dashboards.reduce.choice import beam_monitor, first_match, scan_variable, signal
from dashboards.reduce.delay import ScanChoice, ScanResult, scan_result, unit_ratio
from dashboards.saved import about, csv_file, file_name
from dashboards.scan_text import fit_table, fit_texts
from dashboards.snapshot import Snapshot
from dashboards.table import Table
from dashboards.texts import count
from dashboards.ticks import Ticks
from monitor.errors import ConfigError
from monitor.store.numbers_file import numbers_file

LONGEST_LABEL = 34
"""Letters that fit beside a plot; the choices say the rest."""

FIELDS = {"signal": "Signal", "monitor": "Monitor (divides)", "variable": "Scan variable", "time": "Arrival time"}
EVENTS = {"run": "of the whole run", "since": "since means began anew"}
LIGHT = {"both": "laser on and off", "difference": "on − off", "ratio": "on / off"}
MOST_EARLIER = 4
NOTHING = "This run has no scan variable or no signal yet: choose them on the left if you know better."


class Scan:
    """The scan of the newest run."""

    title: ClassVar[str] = "Scan"
    order: ClassVar[int] = 5
    topics: ClassVar[tuple[str, ...]] = ()

    def __init__(self, view: View) -> None:
        self._view = view
        self._chosen = set(view.arguments)
        set_up = view.settings.scan
        self._defaults = {name: getattr(set_up, name) for name in FIELDS}
        self._scale_given = "time_scale" in set_up.model_fields_set
        self._known: list[str] = []
        self._told: dict[str, object] = {}
        kinds = {"": "no fit", **{name: shape.title for name, shape in shapes().items()}}
        self._fields = {name: self._field(name, title) for name, title in (*FIELDS.items(), ("second", "Second variable (map)"))}
        self._texts = {
            "where": self._text("where", "Only events where", "ipm2/sum > 0.3"),
            "edges": self._text("edges", "Bins: from:to:width or edges", "automatic"),
        }
        self._lists = {"events": self._list("events", "Events", EVENTS, "run")}
        self._lists |= {"light": self._list("light", "Curves", LIGHT), "shape": self._list("shape", "Fit", kinds, "edge")}
        self._numbers = {
            "time_scale": self._spinner("time_scale", "Units of the variable per unit of the time", set_up.time_scale),
            "least": self._spinner("least", "Leave out events with a monitor up to", 0.0),
            "bins": self._spinner("bins", "Bins without steps (0 = automatic)", 0.0),
        }
        asked = [run for run in view.arguments.get("runs", "").split("~") if run.isdecimal()][:MOST_EARLIER]
        self._runs = Ticks("Earlier runs behind it", lambda value: self._on_choice("runs", value), MOST_EARLIER)
        self._runs.offer((), asked)
        self._earlier = EarlierScans(view)
        self._anew = Anew(view)
        view.acts["means"] = self._begin
        self._plain = ScanCurve("As set")
        self._corrected = ScanCurve("Corrected with the arrival time")
        # One scale for both, so that the eye can compare them.
        self._corrected.figure.y_range = self._plain.figure.y_range
        self._map = ScanMapPlot()
        self._lay_out()

    def _lay_out(self) -> None:
        """Place the widgets."""
        save = row([self._button("Save CSV", "csv"), self._button("Save HDF5", "h5")])
        groups = (self._fields, self._lists, self._texts, self._numbers)
        choices = column(
            [each for group in groups for each in group.values()] + [self._runs.model, save], sizing_mode="stretch_width"
        )
        self._download = Download(choices)
        self.roots: Mapping[str, Any] = {
            "choices": choices,
            "plain": self._plain.figure,
            "corrected": self._corrected.figure,
            "map": self._map.figure,
        }

    def update(self, snapshot: Snapshot) -> Shown:
        """Reduce the run's rows and draw both curves."""
        self._learn(snapshot)
        choice = self._choice()
        if not choice.signal or not choice.variable:
            return Shown({"nothing": lack(snapshot, NOTHING)})
        try:
            result = scan_result(self._rows(snapshot), choice)
        except ConfigError as error:
            return Shown({"scan-state": str(error), "nothing": ""}, {}, self._address(), {"scan-state": "warn"})
        self._draw(snapshot, choice, result)
        unit = snapshot.unit(choice.variable)
        share = f"{100 * result.used / result.seen:.0f} %" if result.seen else "–"
        state = f"{count(result.used)} of {count(result.seen)} events ({share}), {count(result.steps)} positions."
        texts = {
            "nothing": "",
            "scan-state": " ".join(filter(None, (state, self._begun(snapshot), self._earlier.trouble))),
            **self._anew.texts(snapshot),
            **fit_texts("plain", result.plain, unit),
            **fit_texts("corrected", result.corrected, unit),
        }
        ages = {"scan-age": row_age(snapshot)}
        return Shown(texts, {"scan-fits": fit_table(result, unit)}, self._address(), {"scan-state": ""}, ages)

    def _rows(self, snapshot: Snapshot) -> Table:
        """The events that are asked for."""
        return snapshot.counted_rows() if self._lists["events"].value == "since" else snapshot.run_rows()

    def _begun(self, snapshot: Snapshot) -> str:
        """What the choice of events means, where means have begun anew."""
        alone = self._lists["events"].value == "since"
        if snapshot.since is None:
            return "Nobody had means begin anew: these are the events of the whole run." if alone else ""
        since = since_text(snapshot.since)
        return f"Only events since {since}." if alone else f"Means began anew at {since}; the scan keeps its earlier events."

    def _begin(self, value: str) -> None:
        """Means begin anew for everybody, and the curves of this page with them."""
        self._anew.ask(value)
        self._lists["events"].value = "since" if value == "now" else "run"

    def _draw(self, snapshot: Snapshot, choice: ScanChoice, result: ScanResult) -> None:
        """Bring the plots up to date."""
        earlier = self._earlier.curves(snapshot, choice, self._runs.value)
        label = snapshot.label(choice.variable)
        ratio = f"{choice.signal} / {choice.monitor}" if choice.monitor else snapshot.label(choice.signal)
        ratio = ratio if len(ratio) <= LONGEST_LABEL else "signal / monitor" if choice.monitor else "signal"
        ratio = ratio if choice.light == "both" else f"{LIGHT[choice.light]} of {ratio}"
        self._plain.update(result.plain, label, ratio, earlier)
        self._corrected.update(result.corrected, label, ratio)
        self._map.update(result.map, label, snapshot.label(choice.second))

    def _choice(self) -> ScanChoice:
        """What the widgets say."""
        numbers = {name: float(each.value or 0.0) for name, each in self._numbers.items()}
        return ScanChoice(
            **{name: each.value.strip() for name, each in (*self._fields.items(), *self._texts.items())},
            light=self._lists["light"].value,
            shape=self._lists["shape"].value,
            time_scale=numbers["time_scale"],
            least_monitor=numbers["least"],
            bins=max(0, min(400, int(numbers["bins"]))),
        )

    def _address(self) -> dict[str, str]:
        """What a person chose, for the page's address."""
        groups = (self._fields, self._texts, self._lists, self._numbers)
        values = {name: str(each.value) for group in groups for name, each in group.items()}
        values["runs"] = "~".join(self._runs.value)
        return {name: values[name] for name in values if name in self._chosen}

    def _field(self, name: str, title: str) -> Any:
        """A field or an expression, with the fields of the run as proposals."""
        made = widget(
            AutocompleteInput, title=title, value=self._view.arguments.get(name, ""), completions=[], restrict=False,
            search_strategy="includes", min_characters=1, placeholder="none",
        )  # fmt: skip
        return self._heard(made, name)

    def _text(self, name: str, title: str, example: str) -> Any:
        return self._heard(widget(TextInput, title=title, value=self._view.arguments.get(name, ""), placeholder=example), name)

    def _list(self, name: str, title: str, options: Mapping[str, str], usual: str = "both") -> Any:
        asked = self._view.arguments.get(name, usual)
        value = asked if asked in options else usual
        return self._heard(widget(Select, title=title, value=value, options=list(options.items())), name)

    def _spinner(self, name: str, title: str, value: float) -> Any:
        return self._heard(widget(Spinner, title=title, value=_number(self._view.arguments.get(name), value)), name)

    def _heard(self, made: Any, name: str) -> Any:
        made.on_change("value", lambda attr, old, new: self._on_choice(name, new))
        return made

    def _button(self, label: str, ending: str) -> Any:
        made = widget(Button, label=label, button_type="default")
        made.on_click(lambda: self._save(ending))
        return made

    def _save(self, ending: str) -> None:
        """Give the browser the numbers of both curves."""
        snapshot, choice = self._view.snapshot(), self._choice()
        said = {name: str(getattr(choice, name)) for name in ("signal", "monitor", "variable", "time", "where", "light")}
        numbers = {**self._plain.numbers("as set"), **self._corrected.numbers("corrected")}
        make = csv_file if ending == "csv" else numbers_file
        self._download.give(file_name(snapshot, "scan", ending), make(numbers, about(snapshot, **said)))

    def _on_choice(self, name: str, value: object) -> None:
        """Somebody chose; a browser that says again what it was told did not."""
        if value != self._told.get(name):
            self._chosen.add(name)
            self._view.redraw()

    def _learn(self, snapshot: Snapshot) -> None:
        """Offer what the run has, and choose sensibly what nobody chose."""
        self._runs.offer([str(run) for run in self._earlier.known(snapshot)], self._runs.value)
        names = list(snapshot.fields)
        if names == self._known:
            return
        self._known = names
        for each in self._fields.values():
            each.completions = names
        for name, value in self._automatic(names).items():
            if name not in self._chosen:
                self._told[name] = self._fields[name].value = value
        if "time_scale" not in self._chosen and not self._scale_given:
            time, variable = self._fields["time"].value, self._fields["variable"].value
            self._told["time_scale"] = scale = unit_ratio(snapshot.unit(time), snapshot.unit(variable))
            self._numbers["time_scale"].value = scale

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


def _number(text: str | None, otherwise: float) -> float:
    """A number from the page's address."""
    try:
        return otherwise if text is None else float(text)
    except ValueError:
        return otherwise
