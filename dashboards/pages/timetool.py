"""Arrival times: the edge, where it is found, how it drifts, what it is divided by, and how pixels become picoseconds."""

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
from bokeh.layouts import column, row
from bokeh.models import Plot
from numpy.typing import NDArray

from dashboards.anew import Anew, cut_text
from dashboards.change import Change
from dashboards.choices import Choices
from dashboards.pages.page import PAGES, Shown, View, lack
from dashboards.plots.bars import BarsPlot
from dashboards.plots.calibration_plot import CalibrationPlot
from dashboards.plots.choice import PlotChoice
from dashboards.plots.edge_view import EdgeView
from dashboards.plots.points import PointsPlot
from dashboards.plots.scatter import ScatterPlot
from dashboards.plots.strip_chart import StripChart
from dashboards.reduce.age import age_of
from dashboards.reduce.arrival import Calibration, Tool, calibration, drift, inside, positions, tool_of
from dashboards.reduce.choice import beam_monitor, scan_variable
from dashboards.reduce.delay import TIME_UNITS, unit_ratio
from dashboards.reduce.histogram import histogram
from dashboards.settings_in_force import settings_in_force
from dashboards.snapshot import Snapshot
from dashboards.table import Table
from dashboards.texts import count, number
from dashboards.timetool_reference import ReferencePanel
from dashboards.timetool_settings import Section, scan_scale, section_of, settings_text

WINDOWS = {"7200": "7200 events", "600": "600 events", "36000": "36 000 events", "0": "the whole run"}
ORDERS = {"1": "straight line", "2": "parabola"}
LIMITS = {"amp_min": "Amplitude from", "amp_max": "to", "fwhm_min": "FWHM from", "fwhm_max": "to"}
BINS = 80
TERM_UNITS = ("ps", "ps/pixel · x", "ps/pixel² · x²")


class TimeTool:
    """One position of an edge."""

    title: ClassVar[str] = "Time tool"
    order: ClassVar[int] = 6
    topics: ClassVar[tuple[str, ...]] = ("frame/",)

    def __init__(self, view: View) -> None:
        self._view = view
        self._choices = choices = Choices(view)
        self._change, self._anew = Change(view), Anew(view)
        self._found: tuple[str, Calibration] | None = None
        what = [choices.select("position", "Position"), choices.select("against", "Against")]
        what.append(choices.select("window", "Events", WINDOWS))
        limits = {name: choices.number(name, title) for name, title in LIMITS.items()}
        cuts = [row([limits[f"{name}_min"], limits[f"{name}_max"]], sizing_mode="stretch_width") for name in ("amp", "fwhm")]
        stage = [choices.select("delay", "Delay stage"), choices.select("order", "Calibration", ORDERS)]
        stage.append(choices.number("ps", "ps per unit of the stage"))
        self._edge, self._reference = EdgeView(), ReferencePanel(view)
        self._strip: StripChart | None = None
        self._against: tuple[str, ScatterPlot] | None = None
        self._history = column([], sizing_mode="stretch_width")
        self._pair = column([], sizing_mode="stretch_width")
        self._bars = BarsPlot(300)
        self._drift = PointsPlot(220, over="datetime", joined=True)
        self._calibration = CalibrationPlot()
        view.acts["calibrate"] = lambda value: self._calibrate()
        self.roots: Mapping[str, Any] = {
            "what": column([*what, *cuts], sizing_mode="stretch_width"),
            "stage": column(stage, sizing_mode="stretch_width"),
            "edge": self._edge.root,
            "history": self._history,
            "bars": self._bars.figure,
            "pair": self._pair,
            "drift": self._drift.figure,
            "calibration": self._calibration.root,
            "reference": self._reference.root,
        }

    def update(self, snapshot: Snapshot) -> Shown:
        """Bring everything up to date."""
        self._learn(snapshot)
        tool = tool_of(self._choices.value("position"), snapshot.fields)
        if tool.position not in snapshot.fields:
            return Shown({"nothing": lack(snapshot, NOTHING)}, {}, self._choices.address(), {}, {"timetool-age": None})
        run = snapshot.run_rows()
        window = int(self._choices.value("window"))
        seen = run.last(window) if window else run
        kept = self._kept(seen, tool)
        used = tool.position, self._choices.value("against"), self._choices.value("delay")
        rows = _only(seen, kept & np.isfinite(seen.column(tool.position)), used)
        section = section_of(tool, settings_in_force(snapshot, self._view.settings))
        self._draw_rows(snapshot, tool, rows)
        later = snapshot.counted(rows)
        self._view.events.update({figure.id: cut_text(snapshot, seen) for figure in self._averaged()})
        state = " ".join(filter(None, (_state(snapshot.counted(seen), later, tool), _begun(snapshot, seen, run))))
        texts = {"timetool-state": state, "timetool-share": f"{count(len(later))} events", "nothing": ""}
        texts["edge-state"] = self._edge.update(snapshot, tool, section)
        texts |= self._reference.update(snapshot, tool, section)
        texts |= self._draw_calibration(snapshot, tool, section, _only(run, self._kept(run, tool), used))
        texts |= self._anew.texts(snapshot)
        shown, averaged = (age_of(snapshot, int(each.seq[-1]) if len(each) else None) for each in (rows, later))
        return Shown(texts, {}, self._choices.address(), {}, dict.fromkeys(AGES, shown) | dict.fromkeys(AVERAGED, averaged))

    def _learn(self, snapshot: Snapshot) -> None:
        """Offer what the run has."""
        names = list(snapshot.fields)
        found = positions(names)
        self._choices.learn("position", {name: name for name in found})
        tool = tool_of(self._choices.value("position"), names)
        others = [name for name in (tool.amplitude, beam_monitor(names), scan_variable(names), *names) if name]
        self._choices.learn("against", {name: name for name in dict.fromkeys(others)}, tool.amplitude)
        self._choices.learn("delay", {"": "none"} | {name: name for name in names}, scan_variable(names))

    def _kept(self, rows: Table, tool: Tool) -> NDArray[np.bool_]:
        """Events within the limits of amplitude and width."""
        of = self._choices.figure_of
        amplitude = inside(rows.column(tool.amplitude), of("amp_min"), of("amp_max"))
        return amplitude & inside(rows.column(tool.width), of("fwhm_min"), of("fwhm_max"))

    def _draw_rows(self, snapshot: Snapshot, tool: Tool, rows: Table) -> None:
        """Position and drift over time, also before means began anew; histogram and another field since then."""
        if self._strip is None or self._strip.field != tool.position:
            self._strip = StripChart([tool.position], height=240)
            self._history.children = [self._strip.figure]
        self._strip.update(snapshot, rows)
        begun = snapshot.begun_in(rows)
        minutes = drift(rows.time, rows.column(tool.position), begun)
        labels, title = ("UTC", snapshot.label(tool.position)), "Drift: median of each minute"
        shown = minutes.time * 1e3, minutes.median, minutes.error
        self._drift.show(*shown, labels=labels, title=title, snapshot=snapshot, rows=rows)
        rows = rows.part(begun)
        found = histogram(rows.column(tool.position), BINS)
        said = f"{number(found.mean)} ± {number(found.deviation)}"
        self._bars.show(found.edges if len(found.edges) else np.zeros(1), found.counts, snapshot.label(tool.position), said)
        self._draw_pair(snapshot, tool.position, rows)

    def _draw_pair(self, snapshot: Snapshot, position: str, rows: Table) -> None:
        """The position against another field that the run has."""
        other = self._choices.value("against")
        if other not in snapshot.fields:
            return
        if self._against is None or self._against[0] != f"{other}~{position}":
            choice = PlotChoice(kind="scatter", x=other, y=(position,))
            self._against = f"{other}~{position}", ScatterPlot(choice, 300, lambda offered: None)
            self._pair.children = [self._against[1].figure]
        self._against[1].update(snapshot, rows)

    def _averaged(self) -> list[Plot]:
        """Figures that stand on events since means began anew alone."""
        return [self._bars.figure, *(() if self._against is None else (self._against[1].figure,))]

    def _draw_calibration(self, snapshot: Snapshot, tool: Tool, section: Section, rows: Table) -> dict[str, str]:
        """Position against the delay stage, and the polynomial that could be put in force."""
        stage, scale = self._choices.value("delay"), self._scale(snapshot)
        order = int(self._choices.value("order"))
        found = calibration(rows.column(stage) * scale, rows.column(tool.position), order) if stage and scale else None
        path = section.calibration
        follows = found is not None and found.follows
        self._found = (path, found) if found is not None and follows and path else None
        self._calibration.show(found, stage, snapshot.label(tool.position))
        told = {
            "calibration-used": f"In force: {terms_text(section.terms)}" if section.terms else "The settings have no polynomial."
        }
        self._calibration.root.visible = found is not None
        if found is None or not follows:
            why = FEW if scale or not stage else f"Say how many ps one {snapshot.unit(stage) or 'unit'} of {stage} is."
            why = why if found is None else f"The position does not follow {stage}, so this scan is no calibration."
            return told | {"calibration-terms": "–", "calibration-text": self._change.text(snapshot) or why, COPY: ""}
        place = f"Would become {path}." if path else "The settings have no place for it."
        told |= {"calibration-terms": terms_text(found.terms), "calibration-text": self._change.text(snapshot) or place}
        return told | {COPY: settings_text(section, found.terms)}

    def _scale(self, snapshot: Snapshot) -> float | None:
        """Picoseconds per unit of the stage: as a person says, else by its unit or by the settings of the scan."""
        stage, said = self._choices.value("delay"), self._choices.figure_of("ps")
        if said:
            return said
        if (unit := snapshot.unit(stage)) in TIME_UNITS:
            return unit_ratio(unit, "ps")
        return scan_scale(settings_in_force(snapshot, self._view.settings), stage, snapshot)

    def _calibrate(self) -> None:
        """Ask for the polynomial."""
        if self._found is None:
            self._change.complain("There is no polynomial to put in force yet.")
            return
        path, found = self._found
        self._change.ask([{"path": path, "value": [float(f"{term:.9g}") for term in found.terms]}])


PAGES.add("timetool", TimeTool)

NOTHING = (
    "This run has no position of an edge: add timetoolEdge or timetoolRaw to a detector, or record the time tool of the data "
    "acquisition."
)
AGES = ("timetool-age", "edge-age", "calibration-age")
AVERAGED = ("share-age", "pair-age")
FEW = "A calibration needs a scan of a delay stage: at least three steps with ten good events each."


COPY = "calibration-settings"


def terms_text(terms: tuple[float, ...]) -> str:
    """A polynomial from pixel to time as a person reads it."""
    return "t = " + " + ".join(f"{term:.6g} {unit}" for term, unit in zip(terms, TERM_UNITS, strict=False))


def _only(rows: Table, kept: NDArray[np.bool_], names: tuple[str, ...]) -> Table:
    """Some of the rows, with these columns alone."""
    columns = {name: rows.column(name)[kept] for name in names if name}
    return Table(rows.seq[kept], rows.run[kept], rows.step[kept], rows.time[kept], columns)


def _begun(snapshot: Snapshot, seen: Table, run: Table) -> str:
    """Which panels begin with the means and which do not, where that makes a difference."""
    if cut := cut_text(snapshot, seen):
        return f"Only events {cut}; the plots over time and the calibration keep earlier ones."
    return "The calibration keeps events from before means began anew." if cut_text(snapshot, run) else ""


def _state(seen: Table, rows: Table, tool: Tool) -> str:
    """On how many events everything stands."""
    found = int(np.isfinite(seen.column(tool.position)).sum())
    share = f"{100 * len(rows) / found:.0f} %" if found else "none"
    return f"{count(found)} of {count(len(seen))} events have a position; {share} of these are within the limits."
