"""What a report shows of array fields: mean curves (azimuthal averages, projections, spectra, traces), droplets and photons."""

from collections.abc import Iterator, Mapping
from html import escape

import numpy as np
from bokeh.palettes import Viridis256
from numpy.typing import NDArray

from dashboards.reduce.axis import axis_of
from dashboards.reduce.choice import beam_monitor, first_match
from dashboards.reduce.curves import lines, mean_of, newest, values_at
from dashboards.reduce.delay import LASER
from dashboards.reduce.histogram import histogram
from dashboards.report.drawing import Drawing, limits
from dashboards.report.png import data_url, png
from dashboards.snapshot import Curves, Lists, Snapshot
from dashboards.texts import count

LEAST_ELEMENTS = 5
"""Shorter ones are channels, which are numbers of their own."""

MOST_CURVES = 24
MOST_GROUPS = 8
BINS = 80
MAP_CELLS = 120
SIZES = ("npix", "pixels")
HEIGHTS = ("adu", "amp_tot", "amp_max", "energy", "son")
PLACES = (("row", "col"), ("y", "x"))
AZIMUTHAL = (r"azav[^/]*$", r"_azav")

Array = NDArray[np.float64]


def curves(snapshot: Snapshot) -> Iterator[str]:
    """The mean of each array field, with the laser on and off where both are; the azimuthal average against the intensity."""
    shown = 0
    for name in snapshot.curves:
        if shown == MOST_CURVES:
            yield f"<p>Further array fields are not shown: {MOST_CURVES} are.</p>"
            return
        found = snapshot.curves[name]
        if found.values.shape[-1] < LEAST_ELEMENTS or not len(found):
            continue
        if not shown:
            yield "<p>Means over events; where the laser was on and off, on is blue and off orange.</p>"
        shown += 1
        yield mean_curve(snapshot, name, found)
    name = first_match(snapshot.curves, AZIMUTHAL)
    monitor = beam_monitor(snapshot.rows.columns)
    if name and monitor:
        yield against_intensity(snapshot, name, snapshot.curves[name], monitor)


def mean_curve(snapshot: Snapshot, name: str, found: Curves) -> str:
    """One plot: the mean in blue, or laser on in blue and off in orange."""
    used = newest(found, 0)
    values = lines(used.values, None)
    laser = values_at(snapshot.rows, LASER, used.seq)
    both = bool((laser == 1).any() and (laser == 0).any())
    means = [mean_of(values[laser == state]).mean for state in (1, 0)] if both else [mean_of(values).mean]
    x, label = axis_of(name, values.shape[1], snapshot.axes)
    title = f"{name}, mean of {count(len(used))} of {count(len(found) * found.every)}"
    drawn = Drawing(title, label, found.info.unit or "value", limits(x), limits(np.concatenate(means)))
    for i, mean in enumerate(means):
        drawn.line(x, mean, i)
    return drawn.svg()


def against_intensity(snapshot: Snapshot, name: str, found: Curves, monitor: str) -> str:
    """The mean of a curve over its elements, for each event, against the intensity."""
    used = newest(found, 0)
    with np.errstate(all="ignore"):
        values = lines(used.values, None)
        there = np.isfinite(values)
        size = np.where(there, values, 0.0).sum(axis=1) / np.where(there.any(axis=1), there.sum(axis=1), np.nan)
    light = values_at(snapshot.rows, monitor, used.seq)
    labels = snapshot.label(monitor), f"mean of {name}"
    drawn = Drawing(f"{name}: mean of its elements", *labels, limits(light, 0.5), limits(size, 0.5))
    return drawn.density(light, size).svg()


def droplets(snapshot: Snapshot) -> Iterator[str]:
    """Of each ragged group: how many per event, their sizes, their heights (linear and logarithmic), where they are."""
    groups: dict[str, list[str]] = {}
    for name in snapshot.lists:
        groups.setdefault(name.rpartition("/")[0], []).append(name.rpartition("/")[2])
    for group, leaves in list(groups.items())[:MOST_GROUPS]:
        yield from _group(snapshot, group, leaves)
    if len(groups) > MOST_GROUPS:
        yield f"<p>Further lists are not shown: {MOST_GROUPS} are.</p>"


def _group(snapshot: Snapshot, group: str, leaves: list[str]) -> Iterator[str]:
    first = snapshot.lists[f"{group}/{leaves[0]}"]
    if not len(first):
        return
    thinned = f", of about one in {first.every} events" if first.every > 1 else ""
    yield f"<p>{escape(group)}: {count(int(first.lengths.sum()))} in {count(len(first))} events{thinned}; none is cut off.</p>"
    yield _bars(f"{group}: number per event", "per event", first.lengths.astype(np.float64))
    for leaf in (next((leaf for leaf in SIZES if leaf in leaves), ""), next((leaf for leaf in HEIGHTS if leaf in leaves), "")):
        if not leaf:
            continue
        found = snapshot.lists[f"{group}/{leaf}"]
        values = found.values.astype(np.float64)
        yield _bars(f"{group}: {leaf}", f"{leaf} ({found.info.unit})".replace(" ()", ""), values)
        if leaf in HEIGHTS:
            yield _bars(f"{group}: {leaf}, logarithmic", leaf, values, log=True)
    for row, column in PLACES:
        if row in leaves and column in leaves:
            yield _map(f"{group}: where they are", *(snapshot.lists[f"{group}/{each}"] for each in (row, column)))
            return


def _bars(title: str, label: str, values: Array, *, log: bool = False) -> str:
    """A histogram of all but the outermost thousandths."""
    low, high = limits(values, 0.1)
    found = histogram(values[(values >= low) & (values <= high)], BINS)
    if not len(found.counts):
        return ""
    heights = found.counts.astype(np.float64)
    heights = np.log10(np.maximum(heights, 1.0)) if log else heights
    drawn = Drawing(title, label, "log10 of the number" if log else "number", limits(found.edges), (0.0, float(heights.max())))
    return drawn.bars(found.edges, heights).svg()


def _map(title: str, rows: Lists, columns: Lists) -> str:
    """Where they are in their panel, all panels one on the other."""
    row, column = rows.values.astype(np.float64), columns.values.astype(np.float64)
    known = np.isfinite(row) & np.isfinite(column) if len(row) == len(column) else np.zeros(0, bool)
    if not known.any():
        return ""
    counts, _, _ = np.histogram2d(row[known], column[known], bins=MAP_CELLS)
    url = data_url(png(counts, 0.0, max(1.0, float(np.percentile(counts, 99.5))), Viridis256))
    said = f"{title} (row down, column right; all panels one on the other)"
    return f'<figure><img src="{url}" alt="{escape(said)}" width="360"><figcaption>{escape(said)}</figcaption></figure>'


def missing_over_time(snapshot: Snapshot, seconds: Array, worst: Mapping[str, Array], groups: int = 400) -> str:
    """Presence of sources over time: the smallest mean of ten events in each of so many stretches of the run."""
    if not worst:
        return ""
    drawn = Drawing(
        "Presence: " + ", ".join(worst), "seconds since the first event", "mean of ten events", limits(seconds), (0.0, 1.05)
    )
    for i, values in enumerate(worst.values()):
        known = np.where(np.isfinite(values), values, 0.0)
        rolling = np.convolve(known, np.ones(10) / 10, "valid")
        if not len(rolling):
            continue
        starts = np.unique(np.linspace(0, len(rolling) - 1, groups).astype(np.int64))
        drawn.line(seconds[starts], np.minimum.reduceat(rolling, starts), i % 3)
    return drawn.svg()
