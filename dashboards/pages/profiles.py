"""Curves per event: azimuthal averages, projections, waveforms; live, as means, with the laser on and off, and as waterfall."""

import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

import numpy as np
from bokeh.layouts import column, row
from numpy.typing import NDArray

from dashboards.anew import Anew, since_text
from dashboards.choices import Choices
from dashboards.kept import KEPT
from dashboards.pages.page import PAGES, Shown, View, lack
from dashboards.plots.curve_plot import CurvePlot, Line, zero_line
from dashboards.plots.waterfall import WaterfallPlot
from dashboards.reduce.age import age_of
from dashboards.reduce.axis import axis_of, row_names
from dashboards.reduce.choice import first_match, scan_variable
from dashboards.reduce.curves import Mean, Waterfall, difference, lines, mean_of, newest, values_at, waterfall
from dashboards.reduce.delay import LASER
from dashboards.snapshot import Curves, Snapshot
from dashboards.texts import count, number

LEAST_ELEMENTS = 5
"""Shorter ones are channels, and columns on the Scalars page."""

PREFERRED = (r"azav[^/]*$", r"_azav", r"project", r"lineout", r"wave|trace|hsd")
WINDOWS = {"120": "120 events", "1200": "1200 events", "7200": "7200 events", "0": "all that are kept"}
LINES = {"live": "live", "mean": "mean", "on": "on", "off": "off"}
BINS = {"50": "50 bins", "100": "100 bins", "200": "200 bins"}
FALLS = {"mean": "mean", "change": "mean − mean of all", "difference": "laser on − off"}
EVENT, TIME = "event", "time"
MEAN = "mean"
"""Name of the curve in a reference."""

HEAVY_S = 0.5
"""Means and waterfall are made anew at most so often; the newest curve comes with every update."""


class Profiles:
    """One array field."""

    title: ClassVar[str] = "Profiles"
    order: ClassVar[int] = 4
    topics: ClassVar[tuple[str, ...]] = ()

    def __init__(self, view: View) -> None:
        self._view = view
        self._choices = choices = Choices(view)
        what = [
            choices.select("field", "Field"),
            choices.select("row", "Azimuth or row"),
            choices.several("lines", LINES, ("live", "mean")),
            choices.select("window", "Mean over the last", WINDOWS),
            choices.select("hits", "Hits to mark"),
            choices.select("reference", "Reference"),
        ]
        over = [choices.select("over", "Waterfall over"), choices.select("falls", "Colour", FALLS)]
        over.append(choices.select("bins", "Finest division", BINS))
        places = row([choices.number("a", "Cursor A"), choices.number("b", "Cursor B")], sizing_mode="stretch_width")
        self._profile = CurvePlot(("live", "mean", "on", "off", "reference"), 380, choices.put)
        self._difference = CurvePlot(("difference",), 220)
        zero_line(self._difference)
        self._waterfall = WaterfallPlot()
        self._difference.figure.x_range = self._profile.figure.x_range
        self._heavy: tuple[float, tuple[Any, ...]] = (float("-inf"), ())
        self._means: dict[str, Mean] = {}
        self._anew = Anew(view)
        self._x: NDArray[np.float64] = np.empty(0)
        view.acts["keep"] = lambda value: self._keep()
        self.roots: Mapping[str, Any] = {
            "what": column(what, sizing_mode="stretch_width"),
            "over": column(over, sizing_mode="stretch_width"),
            "cursors": places,
            "profile": self._profile.figure,
            "difference": self._difference.figure,
            "waterfall": self._waterfall.figure,
        }

    def update(self, snapshot: Snapshot) -> Shown:
        """Bring the curves up to date."""
        self._learn(snapshot)
        name = self._choices.value("field")
        curves = snapshot.curves.get(name)
        run = snapshot.run_rows()
        first = int(run.seq[0]) if len(run) else 0
        if curves is None or not len(curves.since(first)):
            why = lack(snapshot, _nothing(snapshot, name))
            return Shown({"nothing": why}, {}, self._choices.address(), {}, {"profile-age": None})
        curves = curves.since(first)
        self._x, label = axis_of(name, curves.values.shape[-1], snapshot.axes)
        self._reduce(snapshot, curves)
        live = lines(curves.last(1).values, self._row())[0]
        self._draw(snapshot, curves, live, label)
        texts = {"profile-state": self._state(snapshot, curves), **self._cursor_texts(live), "nothing": ""}
        texts |= self._anew.texts(snapshot)
        texts["references-state"] = " ".join(KEPT.trouble)
        both = self._means["on"].events and self._means["off"].events
        texts["difference-state"] = "" if both else "No difference: there are no events with the laser on and off."
        self._difference.figure.visible = bool(both)
        anew = f"means since {since_text(snapshot.since)}" if snapshot.since is not None else ""
        self._view.events.update({plot.figure.id: anew for plot in (self._profile, self._difference)})
        age = age_of(snapshot, int(curves.seq[-1]))
        return Shown(texts, {}, self._choices.address(), {}, {"profile-age": age, "waterfall-age": age})

    def _learn(self, snapshot: Snapshot) -> None:
        """Offer what the run has."""
        known = dict(snapshot.curves.items())
        offered = {name: name for name, curves in known.items() if curves.values.shape[-1] >= LEAST_ELEMENTS}
        self._choices.learn("field", offered, first_match(offered, PREFERRED))
        name = self._choices.value("field")
        curves = known.get(name)
        rows = int(np.prod(curves.values.shape[1:-1])) if curves is not None else 1
        named = {str(i): text for i, text in enumerate(row_names(name, rows, snapshot.axes))} if rows > 1 else {}
        self._choices.learn("row", {"": "mean of all"} | named)
        top = name.partition("/")[0] + "/"
        hits = {each: each for each in snapshot.lists if each.startswith(top) and each.endswith("hitIndices")}
        self._choices.learn("hits", {"": "none"} | hits, next(iter(hits), ""))
        self._choices.learn("reference", {"": "none"} | KEPT.offered(_experiment(snapshot), name))
        over = {EVENT: "event", TIME: "time"} | {each: each for each in snapshot.fields}
        self._choices.learn("over", over, scan_variable(snapshot.fields) or EVENT)

    def _row(self) -> int | None:
        chosen = self._choices.value("row")
        return int(chosen) if chosen.isdigit() else None

    def _reduce(self, snapshot: Snapshot, curves: Curves) -> None:
        """Means and waterfall, unless they were made just now."""
        # The past is drawn once for each place in it, and then at once; so are means that begin anew.
        place = snapshot.version if snapshot.recorded or snapshot.held else snapshot.since
        choices = (place, *(self._choices.value(name) for name in ("field", "row", "window", "over", "bins", "falls")))
        made, of = self._heavy
        now = time.monotonic()
        if of == choices and now - made < HEAVY_S:
            return
        self._heavy = now, choices
        chosen = newest(curves.since(snapshot.counted_from), int(self._choices.value("window")))
        values = lines(chosen.values, self._row())
        laser = values_at(snapshot.rows, LASER, chosen.seq)
        self._means = {"mean": mean_of(values), "on": mean_of(values[laser == 1]), "off": mean_of(values[laser == 0])}
        self._draw_waterfall(snapshot, newest(curves, 0))

    def _draw_waterfall(self, snapshot: Snapshot, curves: Curves) -> None:
        over = self._choices.value("over")
        if over == EVENT:
            places, label = curves.seq.astype(np.float64), "event"
        elif over == TIME:
            times = _times(snapshot, curves.seq)
            places, label = times - (snapshot.rows.time[-1] if len(snapshot.rows) else 0.0), "seconds before the newest event"
        else:
            places, label = values_at(snapshot.rows, over, curves.seq), snapshot.label(over)
        found = self._falls(snapshot, curves, places)
        _, x_label = axis_of(self._choices.value("field"), curves.values.shape[-1], snapshot.axes)
        signed = self._choices.value("falls") != "mean"
        self._waterfall.show(found, self._x, (x_label, label, curves.info.unit), signed=signed)

    def _falls(self, snapshot: Snapshot, curves: Curves, places: NDArray[np.float64]) -> Waterfall | None:
        """Means in bins, or how they differ."""
        values, bins, falls = lines(curves.values, self._row()), int(self._choices.value("bins")), self._choices.value("falls")
        if falls == "difference":
            laser = values_at(snapshot.rows, LASER, curves.seq)
            on, off = (waterfall(values, places, bins, laser == state) for state in (1, 0))
            return replace(on, image=on.image - off.image) if on is not None and off is not None else None
        found = waterfall(values, places, bins)
        if found is None or falls != "change":
            return found
        return replace(found, image=found.image - mean_of(values).mean.astype(np.float32))

    def _draw(self, snapshot: Snapshot, curves: Curves, live: NDArray[np.float64], label: str) -> None:
        """Curves and difference."""
        shown = self._choices.on("lines")
        found = {name: Line.of(mean) for name, mean in self._means.items() if name in shown and mean.events}
        if "live" in shown:
            found["live"] = Line(live)
        kept = KEPT.get(self._choices.value("reference"))
        y = kept.numbers.get(MEAN, {}).get("y") if kept is not None else None
        if y is not None and y.shape == live.shape:
            found["reference"] = Line(y)
        name, unit = self._choices.value("field"), curves.info.unit
        self._profile.show(self._x, found, label, unit, f"{name}   event {count(int(curves.seq[-1]))}")
        self._profile.put_cursors({key: self._choices.figure_of(key) for key in ("a", "b")})
        hits = snapshot.lists.get(self._choices.value("hits"))
        at = hits.of(int(curves.seq[-1])) if hits is not None else np.empty(0)
        at = at[(at >= 0) & (at < len(live))].astype(np.int64)
        self._profile.mark(self._x[at], live[at])
        change = difference(self._means["on"], self._means["off"])
        self._difference.show(self._x, {"difference": Line.of(change)}, label, unit, _difference_title(self._means))

    def _state(self, snapshot: Snapshot, curves: Curves) -> str:
        """What the means stand on."""
        anew = f" since {since_text(snapshot.since)}" if snapshot.since is not None else ""
        curves = curves.since(snapshot.counted_from)
        if not len(curves):
            return f"The means have begun anew at {anew.removeprefix(' since ')}; the first one comes with the next events."
        kept = "read" if snapshot.recorded else "kept"
        behind = f"{count(self._means['mean'].events)} of the {count(len(curves))} events that are {kept}{anew}"
        thinned = f"; about one of {curves.every} in the file is read" if curves.every > 1 else ""
        share = len(curves) * curves.every / max(1, int(curves.seq[-1] - curves.seq[0]) + 1)
        rows = f", {100 * share:.0f} % of all events have it" if share < 0.995 else ""
        return f"Mean of {behind}{thinned}{rows}."

    def _cursor_texts(self, live: NDArray[np.float64]) -> dict[str, str]:
        """Values at the cursors, of the mean where it is shown, else of the newest curve."""
        y = self._means["mean"].mean if "mean" in self._choices.on("lines") else live
        read = {name: _read(self._x, y, self._choices.figure_of(name)) for name in ("a", "b")}
        texts = {f"cursor-{name}": f"{number(at[0])} → {number(at[1])}" if at else "–" for name, at in read.items()}
        a, b = read["a"], read["b"]
        both = f"{number(b[0] - a[0])} → {number(b[1] - a[1])}" if a and b else "–"
        return {**texts, "cursor-difference": both}

    def _keep(self) -> None:
        """Keep the mean as a reference, and show it."""
        mean = self._means.get("mean")
        if mean is None or not mean.events:
            return
        field, experiment = self._choices.value("field"), _experiment(self._view.snapshot())
        label = f"{field}, mean of {mean.events}, {time.strftime('%Y-%m-%d %H:%M:%S', time.gmtime())}"
        name = KEPT.keep({MEAN: {"x": self._x, "y": mean.mean}}, experiment, field=field, label=label)
        self._choices.learn("reference", {"": "none"} | KEPT.offered(experiment, field))
        self._choices.put("reference", name)


PAGES.add("profiles", Profiles)


def _experiment(snapshot: Snapshot) -> str:
    return str(snapshot.run.get("experiment", ""))


def _nothing(snapshot: Snapshot, name: str) -> str:
    """Why no curve is shown."""
    if not name:
        return "This run has no field with more than four numbers per event."
    if name in snapshot.reading:
        return f"{name}: {snapshot.reading[name]}."
    if snapshot.held:
        return f"No {name} is kept from so early."
    return f"No {name} has come in this run."


def _times(snapshot: Snapshot, seq: NDArray[np.int64]) -> NDArray[np.float64]:
    """Unix time of events, NaN where there is no row."""
    rows = snapshot.rows
    if not len(rows):
        return np.full(len(seq), np.nan)
    at = np.minimum(np.searchsorted(rows.seq, seq), len(rows) - 1)
    return np.where(rows.seq[at] == seq, rows.time[at], np.nan)


def _difference_title(means: Mapping[str, Mean]) -> str:
    on, off = means["on"].events, means["off"].events
    return f"Laser on ({count(on)} events) − off ({count(off)}), band: standard error"


def _read(x: NDArray[np.float64], y: NDArray[np.float64], place: float | None) -> tuple[float, float] | None:
    """The element nearest to a place."""
    if place is None or not len(x):
        return None
    i = int(np.argmin(np.abs(x - place)))
    return float(x[i]), float(y[i])
