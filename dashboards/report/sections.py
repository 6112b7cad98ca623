"""The sections of a report, after the beamline summary that people know from their e-log."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

import numpy as np
from bokeh.palettes import Viridis256
from numpy.typing import NDArray

from dashboards.reduce.choice import beam_monitor, first_match, scan_variable, signal
from dashboards.reduce.contents import contents
from dashboards.reduce.histogram import histogram
from dashboards.reduce.picture import windowed
from dashboards.report.arrays import curves, droplets, missing_over_time
from dashboards.report.drawing import Drawing, limits, padded
from dashboards.report.png import data_url, png
from dashboards.snapshot import Snapshot
from dashboards.table import Table
from dashboards.texts import clock, count, duration, number

MEDIAN_OF = 120
"""Events of one median: a second of beam."""

LARGEST_PICTURE = 500
MISSING_SHARE = 0.1
MOST_DIODES = 4
MOST_MISSING = 3
ENOUGH_DROPPED = 100
PERCENTILES = (25.0, 50.0, 75.0, 99.9, 100.0)

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what stands below it, as HTML."""

    title: str
    html: str


def sections(snapshot: Snapshot) -> Iterator[Section]:
    """All sections for which the run has something."""
    rows = snapshot.rows
    made = (
        Section("Run", _summary(snapshot) + missing(rows) + presence(snapshot, rows)),
        Section("Beam", "".join(beamline(snapshot, rows))),
        Section("Time tool", "".join(time_tool(snapshot, rows))),
        Section("Diodes", "".join(diodes(snapshot, rows))),
        Section("Scan and signal", "".join(scan(snapshot, rows))),
        Section("Detectors", "".join(pictures(snapshot)) + dropped(snapshot, rows)),
        Section("Curves", "".join(curves(snapshot))),
        Section("Droplets, photons and peaks", "".join(droplets(snapshot))),
        Section("Numbers", numbers(snapshot, rows)),
        Section("Settings", settings(snapshot)),
    )
    yield from (section for section in made if section.html)


def beamline(snapshot: Snapshot, rows: Table) -> Iterator[str]:
    """Intensity against time with medians, two monitors against each other, intensity against electron energy."""
    monitor = beam_monitor(rows.columns)
    if not monitor:
        return
    i0, seconds = rows.column(monitor), _seconds(rows)
    drawn = Drawing("Intensity", "seconds since the first event", snapshot.label(monitor), limits(seconds), limits(i0, 0.5))
    yield drawn.density(seconds, i0).line(*medians(seconds, i0), 1).svg()
    others = [
        name for name in rows.columns if re.search(r"ip[mi][^/]*/sum$|^gas_detector/", name, re.IGNORECASE) and name != monitor
    ]
    for other in others[:1]:
        values = rows.column(other)
        drawn = Drawing(
            "Second monitor", "seconds since the first event", snapshot.label(other), limits(seconds), limits(values, 0.5)
        )
        yield drawn.density(seconds, values).line(*medians(seconds, values), 1).svg()
        drawn = Drawing("Two monitors", snapshot.label(other), snapshot.label(monitor), limits(values, 0.5), limits(i0, 0.5))
        yield drawn.density(values, i0).svg()
        for name, each in ((monitor, i0), (other, values)):
            yield _histogram(snapshot, name, each)
    energy = first_match(rows.columns, (r"^ebeam/L3_energy", r"^ebeam/photon_energy", r"^ebeam/.*energy"))
    if energy:
        values = rows.column(energy)
        drawn = Drawing(
            "Intensity and electron energy", snapshot.label(energy), snapshot.label(monitor), limits(values, 1), limits(i0, 0.5)
        )
        yield drawn.density(values, i0).svg()
    centre = first_match(rows.columns, (r"^(fee|spec)[^/]*/.*(com|cent|pos)",))
    if centre and energy:
        x, y = rows.column(energy), rows.column(centre)
        drawn = Drawing(
            "Spectrometer and electron energy", snapshot.label(energy), snapshot.label(centre), limits(x, 1), limits(y, 0.5)
        )
        yield drawn.density(x, y).svg()


def time_tool(snapshot: Snapshot, rows: Table) -> Iterator[str]:
    """Position against time, amplitude against intensity, position against amplitude and width."""
    position = first_match(rows.columns, (r"^tt/FLTPOS$", r"^tt/ttCorr$", r"^tt/FLTPOS_PS$", r"^phase_cav/fit_time_1$"))
    amplitude, width = (first_match(rows.columns, patterns) for patterns in ((r"^tt/AMPL$",), (r"^tt/FLTPOSFWHM$",)))
    monitor = beam_monitor(rows.columns)
    pairs = [(position, "", "Position"), (amplitude, monitor, "Amplitude"), (position, amplitude, ""), (position, width, "")]
    for y, x, title in pairs:
        if not y or (not x and title != "Position"):
            continue
        across = rows.column(x) if x else _seconds(rows)
        x_label = snapshot.label(x) if x else "seconds since the first event"
        values = rows.column(y)
        drawn = Drawing(title or "Position", x_label, snapshot.label(y), limits(across, 0.5), limits(values, 0.5))
        yield drawn.density(across, values).svg()


def diodes(snapshot: Snapshot, rows: Table) -> Iterator[str]:
    """Each diode against time with medians, and against the intensity."""
    seconds, monitor = _seconds(rows), beam_monitor(rows.columns)
    known = [name for name in rows.columns if not name.startswith(("damage/", "epics", "scan/"))]
    names = [name for name in known if re.search(r"(dio|pim|ai/|usr)[^/]*(/sum|/ch\d+|\[\d+\])?$", name, re.IGNORECASE)]
    for name in names[:MOST_DIODES]:
        values = rows.column(name)
        drawn = Drawing(name, "seconds since the first event", snapshot.unit(name), limits(seconds), limits(values, 0.5))
        yield drawn.density(seconds, values).line(*medians(seconds, values), 1).svg()
        if monitor:
            i0 = rows.column(monitor)
            drawn = Drawing(
                f"{name} and intensity", snapshot.label(monitor), snapshot.label(name), limits(i0, 0.5), limits(values, 0.5)
            )
            yield drawn.density(i0, values).svg()


def scan(snapshot: Snapshot, rows: Table) -> Iterator[str]:
    """Signal against intensity, mean signal and events of each place of the scan, histogram of the scan variable."""
    monitor, variable = beam_monitor(rows.columns), scan_variable(rows.columns)
    name = signal(rows.columns, monitor)
    if name and monitor:
        x, y = rows.column(monitor), rows.column(name)
        yield Drawing("Signal", snapshot.label(monitor), snapshot.label(name), limits(x, 0.5), limits(y, 0.5)).density(x, y).svg()
    if not variable:
        return
    at = rows.column(variable)
    if name:
        yield _by_place(snapshot, rows, at, (name, monitor, variable))
    found = histogram(at, 80)
    if len(found.counts):
        drawn = Drawing("Events", snapshot.label(variable), "events", limits(found.edges), (0.0, float(found.counts.max())))
        yield drawn.bars(found.edges, found.counts.astype(np.float64)).svg()


def _by_place(snapshot: Snapshot, rows: Table, at: Array, names: tuple[str, str, str]) -> str:
    """Mean of signal over monitor at each value of the scan variable, laser on and off apart."""
    name, monitor, variable = names
    value = rows.column(name)
    if monitor:
        below = rows.column(monitor)
        value = np.divide(value, below, out=np.full(len(value), np.nan), where=below > 0)
    laser = rows.column("lightStatus/laser")
    both = (laser == 1).any() and (laser == 0).any()
    parts = [laser == 1, laser == 0] if both else [np.ones(len(rows), bool)]
    curves = [means(at[chosen], value[chosen]) for chosen in parts]
    every = np.concatenate([curve[1] for curve in curves])
    label = f"{name} / {monitor}" if monitor else snapshot.label(name)
    title = "Mean signal, laser on (blue) and off (orange)" if len(curves) > 1 else "Mean signal"
    drawn = Drawing(title, snapshot.label(variable), label, padded(limits(at)), padded(limits(every)))
    for i, (x, y, error) in enumerate(curves):
        drawn.points(x, y, error, i)
    return drawn.svg()


def pictures(snapshot: Snapshot) -> Iterator[str]:
    """Every mean image, colours from 1 to 99 %, at most 500 pixels wide."""
    for topic, picture in sorted(snapshot.pictures.items()):
        small = windowed(picture.image, None, (LARGEST_PICTURE, LARGEST_PICTURE)).values
        low, high = limits(small.astype(np.float64), 1)
        said = (
            f"{topic.removeprefix('sum/')}: mean of {count(picture.count)} events, {number(low)} to {number(high)} {picture.unit}"
        )
        url = data_url(png(small.astype(np.float64), low, high, Viridis256))
        yield f'<figure><img src="{url}" alt="{escape(said)}"><figcaption>{escape(said)}</figcaption></figure>'


def missing(rows: Table) -> str:
    """Sources that more than a tenth of the events lack."""
    lacking = [each for each in contents(rows) if each.share < 1 - MISSING_SHARE]
    if not lacking:
        return "<p>Every source is there in at least 90 % of the events.</p>"
    body = table([[each.name, count(len(rows) - each.events), f"{100 * (1 - each.share):.1f} %"] for each in lacking])
    return f'<p class="bad">Sources that more than 10 % of the events lack:</p>{body}'


def dropped(snapshot: Snapshot, rows: Table) -> str:
    """Why there is no picture of dropped shots where people would look for one."""
    shots = int((rows.column("lightStatus/xray") == 0).sum())
    if shots <= ENOUGH_DROPPED or any("dropped" in topic for topic in snapshot.pictures) or not snapshot.pictures:
        return ""
    return f"<p>{count(shots)} shots had no X-rays; their mean is made where the settings have the sum calib_dropped.</p>"


def presence(snapshot: Snapshot, rows: Table) -> str:
    """The sources that lack most, over time."""
    shares = {name: float(np.nanmean(each)) for name, each in rows.columns.items() if name.startswith("damage/") and len(rows)}
    worst = sorted((name for name, share in shares.items() if 0 < share < 1), key=lambda name: shares[name])[:MOST_MISSING]
    return missing_over_time(snapshot, _seconds(rows), {name: rows.column(name) for name in worst})


def _histogram(snapshot: Snapshot, name: str, values: Array) -> str:
    """One monitor, without the outermost half percent."""
    low, high = limits(values, 0.5)
    found = histogram(values[(values >= low) & (values <= high)], 80)
    if not len(found.counts):
        return ""
    drawn = Drawing(name, snapshot.label(name), "events", limits(found.edges), (0.0, float(found.counts.max())))
    return drawn.bars(found.edges, found.counts.astype(np.float64)).svg()


def numbers(snapshot: Snapshot, rows: Table) -> str:
    """Percentiles of the monitors, and how many events had the laser."""
    names = [name for name in rows.columns if re.search(r"/sum$|^gas_detector/|^ebeam/|^tt/|^lightStatus/", name)]
    lines = []
    for name in names:
        known = rows.column(name)[np.isfinite(rows.column(name))]
        cells = [number(float(value)) for value in np.percentile(known, PERCENTILES)] if len(known) else ["–"] * len(PERCENTILES)
        lines.append([snapshot.label(name), count(len(known)), *cells])
    head = ["field", "events", *(f"{percent:g} %" for percent in PERCENTILES[:-1]), "largest"]
    return table(lines, head) if lines else ""


def settings(snapshot: Snapshot) -> str:
    """Versions of the settings with what changed."""
    lines = [
        [f"v{v.version}", count(v.first), clock(v.time), v.author or "–", v.text(20) or "as at the start"]
        for v in snapshot.changes
    ]
    return table(lines, ["version", "from event", "UTC", "by", "what"]) if lines else ""


def table(lines: list[list[str]], head: list[str] | None = None) -> str:
    """A table of plain texts."""
    top = "<tr>" + "".join(f"<th>{escape(cell)}</th>" for cell in head) + "</tr>" if head else ""
    body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in line) + "</tr>" for line in lines)
    return f"<table>{top}{body}</table>"


def medians(x: Array, y: Array) -> tuple[Array, Array]:
    """Medians of ``MEDIAN_OF`` events in turn; what is left over at the end is left out."""
    whole = len(y) // MEDIAN_OF * MEDIAN_OF
    known = y[:whole].reshape(-1, MEDIAN_OF)
    some = np.isfinite(known).any(axis=1)
    middle = np.full(len(known), np.nan)
    middle[some] = np.nanmedian(known[some], axis=1)
    return x[:whole].reshape(-1, MEDIAN_OF).mean(axis=1), middle


def means(x: Array, y: Array) -> tuple[Array, Array, Array]:
    """Mean of ``y`` and its standard error at each value of ``x``; NaN where one event tells no error."""
    known = np.isfinite(x) & np.isfinite(y)
    places, index, n = np.unique(x[known], return_inverse=True, return_counts=True)
    mean = np.bincount(index, y[known], len(places)) / n
    square = np.bincount(index, (y[known] - mean[index]) ** 2, len(places))
    error = np.sqrt(np.divide(square, n * (n - 1.0), out=np.full(len(places), np.nan), where=n > 1))
    return places, mean, error


def _summary(snapshot: Snapshot) -> str:
    """Experiment, run, times, steps, ledger."""
    rows, status = snapshot.rows, snapshot.status
    laser = rows.column("lightStatus/laser")
    first, last = (float(rows.time[0]), float(rows.time[-1])) if len(rows) else (float("nan"),) * 2
    lines = [
        ["time", f"{clock(first)} to {clock(last)} UTC, {duration(last - first)}"],
        ["events", f"{count(status.get('written'))} written, {count(status.get('lost'))} lost"],
        [
            "ledger",
            ", ".join(f"{name} {count(n)}" for name, n in dict(status.get("balance") or {}).items()) or "the run was not closed",
        ],
        ["steps", count(len(set(rows.step.tolist())))],
        ["scan", scan_variable(rows.columns) or "none"],
        ["laser", f"on in {count(int((laser == 1).sum()))} events, off in {count(int((laser == 0).sum()))}"],
        ["X-rays dropped", f"in {count(int((rows.column('lightStatus/xray') == 0).sum()))} events"],
        ["event code 162", f"in {count(int((rows.column('evr/code_162') > 0).sum()))} events"],
    ]
    return table(lines)


def _seconds(rows: Table) -> Array:
    """Time since the first event in seconds."""
    return rows.time - rows.time[0] if len(rows) else rows.time
