"""Hits: how often there is one, where the peaks are, how many, and what the last one looked like."""

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
from bokeh.layouts import column
from bokeh.palettes import Inferno256
from numpy.typing import NDArray

from dashboards.anew import Anew, cut_text
from dashboards.change import Change
from dashboards.choices import Choices
from dashboards.pages.page import PAGES, Shown, View, lack
from dashboards.plots.bars import BarsPlot
from dashboards.plots.little_picture import LittlePicture
from dashboards.plots.points import PointsPlot
from dashboards.reduce.age import age_of, row_age
from dashboards.reduce.curves import values_at
from dashboards.reduce.hits import (
    PeakFields,
    count_field,
    flat_pixels,
    hit_field,
    hit_rate,
    newest_hit,
    newest_peaks,
    peak_fields,
    peak_map,
)
from dashboards.settings_in_force import detector_in, maps_in, settings_in_force
from dashboards.snapshot import Lists, Picture, Snapshot
from dashboards.table import Table
from dashboards.texts import count, number

WINDOWS = {"7200": "7200 events", "36000": "36 000 events", "0": "the whole run"}
GROUPS = {"120": "120 events", "12": "12 events", "1200": "1200 events"}
MAP_POINTS = 150
NOT_LIMITS = frozenset({"rank", "r0", "dr"})
"""Numbers of a peak finder that decide how it looks, and not what is enough."""


class Hits:
    """One peak finder or other field that says what a hit is."""

    title: ClassVar[str] = "Hits"
    order: ClassVar[int] = 7
    topics: ClassVar[tuple[str, ...]] = ("frame/",)

    def __init__(self, view: View) -> None:
        self._view = view
        self._choices = choices = Choices(view)
        self._change, self._anew = Change(view), Anew(view)
        self._hit_picture: tuple[Picture, int] | None = None
        self._hit_of = "", -1
        what = [choices.select("hit", "Hit where above 0"), choices.select("peaks", "Number of peaks")]
        what += [choices.select("list", "Positions of peaks"), choices.select("window", "Events", WINDOWS)]
        what.append(choices.select("group", "One point per", GROUPS))
        self._value = choices.number("value", "Value")
        self._rate = PointsPlot(260, over="event", joined=True)
        self._bars = BarsPlot(260)
        self._map = LittlePicture(440, Inferno256)
        self._last = LittlePicture(440)
        view.acts["threshold"] = lambda value: self._put_in_force()
        self.roots: Mapping[str, Any] = {
            "what": column(what, sizing_mode="stretch_width"),
            "limit": column([choices.select("limit", "Setting"), self._value], sizing_mode="stretch_width"),
            "rate": self._rate.figure,
            "bars": self._bars.figure,
            "map": self._map.figure,
            "last": self._last.figure,
        }

    def update(self, snapshot: Snapshot) -> Shown:
        """Bring everything up to date."""
        self._learn(snapshot)
        name = self._choices.value("hit")
        limit_text = self._show_limit(snapshot)
        if name not in snapshot.fields:
            texts = {"nothing": lack(snapshot, NOTHING), "limit-state": limit_text}
            return Shown(texts, {}, self._choices.address(), {}, {"hits-age": None})
        run, window = snapshot.run_rows(), int(self._choices.value("window"))
        rows = run.last(window) if window else run
        texts = {"limit-state": limit_text, "nothing": ""} | self._draw_rate(snapshot, rows, name)
        texts |= self._draw_map(snapshot, rows) | self._draw_last(snapshot, name) | self._anew.texts(snapshot)
        self._last.figure.visible = self._hit_picture is not None
        age = row_age(snapshot) if len(rows) else None
        last = age_of(snapshot, self._hit_picture[1]) if self._hit_picture else None
        return Shown(texts, {}, self._choices.address(), {}, {"hits-age": age, "bars-age": age, "map-age": age, "last-age": last})

    def _learn(self, snapshot: Snapshot) -> None:
        """Offer what the run has."""
        names = {name: name for name in snapshot.fields}
        found = hit_field(names) or count_field(names)
        self._choices.learn("hit", {"": "none"} | names, found)
        self._choices.learn("peaks", {"": "none"} | names, count_field(names))
        groups = {fields.group: fields.group for fields in peak_fields(snapshot.lists)}
        self._choices.learn("list", groups)
        self._choices.learn("limit", {path: ": ".join(path.split(".")[-2:]) for path in self._limits(snapshot)})

    def _draw_rate(self, snapshot: Snapshot, rows: Table, name: str) -> dict[str, str]:
        """Hit rate, also before means began anew; its mean and the distribution of the number of peaks since then."""
        found = hit_rate(rows.seq, rows.column(name), int(self._choices.value("group")), snapshot.begun_in(rows))
        self._rate.show(found.x, 100 * found.share, 100 * found.error, labels=("event", "hits (%)"), title="", snapshot=snapshot)
        since, rows = cut_text(snapshot, rows), snapshot.counted(rows)
        self._view.events[self._bars.figure.id] = since
        hit, peaks = rows.column(name), self._choices.value("peaks")
        values = rows.column(peaks)
        values = values[np.isfinite(values) & (np.abs(values) < 1e6)]
        edges, counts = whole_bins(values)
        said = f"mean {number(float(values.mean()))}" if len(values) else "no peaks are counted"
        self._bars.show(edges, counts, peaks or "peaks", said)
        known = np.isfinite(hit)
        hits, of = int((hit[known] > 0).sum()), int(known.sum())
        rate = snapshot.status.get("rate")
        each = f", {number(hits / of * rate)} per second" if of and isinstance(rate, int | float) else ""
        return {
            "hits-share": f"{100 * hits / of:.3g} %" if of else "–",
            "hits-state": f"{count(hits)} hits in {count(of)} of the last {count(len(rows))} events{each}."
            + (f" Only events {since}; the plot keeps earlier ones." if since else ""),
        }

    def _draw_map(self, snapshot: Snapshot, rows: Table) -> dict[str, str]:
        """Where peaks were, summed over events."""
        fields = self._fields(snapshot)
        self._map.figure.visible = fields is not None and len(rows) > 0
        if fields is None or not len(rows):
            return {"map-state": "No feature gives positions of peaks (peakFinder does)."}
        detector = fields.group.partition("/")[0]
        whole = snapshot.lists[fields.row]
        if fields.row in snapshot.reading:
            return {"map-state": f"{fields.row}: {snapshot.reading[fields.row]}."}
        lists = newest_peaks(whole.since(max(int(rows.seq[0]), snapshot.counted_from)))
        places, shape = self._places(snapshot, detector, fields, lists)
        if shape is None:
            return {"map-state": f"It is not known yet where the pixels of {detector} are."}
        counts, side = peak_map(places, shape, MAP_POINTS)
        most = max(1.0, float(counts.max(initial=0.0)))
        self._map.show(counts, side, "peaks", (snapshot.version, fields.group), (0.0, most))
        thinned = f"; about one of {lists.every} in the file is read" if lists.every > 1 else ""
        since = f" {cut}" if (cut := cut_text(snapshot, rows)) else ""
        self._view.events[self._map.figure.id] = cut
        stands_on = f"{count(len(places))} peaks of {count(len(lists))} events{since}{thinned}"
        return {"map-state": f"{stands_on}, {side} x {side} pixels per point"}

    def _places(
        self, snapshot: Snapshot, detector: str, fields: PeakFields, lists: Lists
    ) -> tuple[NDArray[np.int64], tuple[int, int] | None]:
        """Place of each peak in the flattened image, and the image's shape (``None`` = not known)."""
        details = self._view.detectors.get(detector)
        if details is None or not len(lists):
            return np.empty(0, np.int64), None if details is None else details.index.shape
        names = [name for name in (fields.row, fields.column, fields.tile) if name]
        # The fields of a group share their lengths, so the same events have the same elements.
        first, last = int(lists.seq[0]), int(lists.seq[-1])
        parts = [snapshot.lists[name].between(first, last).values for name in names]
        if len({len(part) for part in parts}) > 1:
            return np.empty(0, np.int64), details.index.shape
        pixels = flat_pixels(parts[0], parts[1], parts[2] if fields.tile else None, details.shape)
        return np.where(pixels >= 0, details.places[pixels], -1), details.index.shape

    def _draw_last(self, snapshot: Snapshot, name: str) -> dict[str, str]:
        """The newest frame that was shown and is of a hit, with its peaks; of a file the peaks alone, on the mean of the run."""
        detector = name.partition("/")[0]
        if (why := self._find_hit(snapshot, name, detector)) or self._hit_picture is None:
            return {"last-state": why + self._held_hit(snapshot, name)}
        picture, seq = self._hit_picture
        self._last.show(picture.image, 1, picture.unit, picture)
        fields = self._fields(snapshot)
        row, col = np.empty(0), np.empty(0)
        if fields is not None and fields.group.startswith(f"{detector}/"):
            places, shape = self._places(snapshot, detector, fields, snapshot.lists[fields.row].between(seq, seq))
            if shape is not None:
                row, col = np.divmod(places[places >= 0], shape[1])
        self._last.circle(col + 0.5, row + 0.5)
        on = " on the mean of the run, for files have no frames" if snapshot.recorded else ""
        return {"last-state": f"event {count(seq)}, {count(len(row))} peak{'' if len(row) == 1 else 's'} marked{on}"}

    def _held_hit(self, snapshot: Snapshot, name: str) -> str:
        """What is still known of the last hit before an earlier moment."""
        seq = newest_hit(snapshot.run_rows(), name) if snapshot.held else None
        if seq is None:
            return ""
        fields, said = self._fields(snapshot), f" The last hit until then was event {count(seq)}"
        own = fields is not None and fields.group.startswith(f"{name.partition('/')[0]}/")
        lists = snapshot.lists[fields.row].between(seq, seq) if fields is not None and own else None
        if lists is None or not len(lists):
            # Lists of events are kept for a shorter time than rows.
            return f"{said}."
        peaks = len(lists.values)
        return f"{said}, {count(peaks)} peak{'' if peaks == 1 else 's'}."

    def _find_hit(self, snapshot: Snapshot, name: str, detector: str) -> str:
        """Take the newest picture of a hit; why there is none, if so."""
        if snapshot.held:
            self._hit_picture = None
            return "Frames of earlier events are not kept."
        if snapshot.recorded:
            mean, seq = snapshot.pictures.get(f"sum/{detector}/calib"), newest_hit(snapshot.run_rows(), name)
            self._hit_picture = (mean, seq) if mean is not None and seq is not None else None
            return "" if self._hit_picture else "There is no hit so far, or no mean picture to show its peaks on."
        rows = snapshot.run_rows()
        if self._hit_of != (of := (name, int(rows.run[-1]) if len(rows) else -1)):
            # A hit of another detector or run is not the last one here.
            self._hit_of, self._hit_picture = of, None
        picture = snapshot.pictures.get(f"frame/{detector}")
        at = picture.header.get("seq") if picture is not None else None
        if picture is not None and isinstance(at, int) and values_at(rows, name, np.array([at]))[0] > 0:
            self._hit_picture = picture, at
        if self._hit_picture is not None:
            return ""
        seen = "Frames are shown a few times per second; none of them was a hit yet."
        return seen if picture is not None else "No frame of the detector has come yet."

    def _fields(self, snapshot: Snapshot) -> PeakFields | None:
        group = self._choices.value("list")
        return next((fields for fields in peak_fields(snapshot.lists) if fields.group == group), None)

    def _limits(self, snapshot: Snapshot) -> dict[str, float]:
        """Numbers of the hit finder in the settings that decide what a hit is, by their path."""
        detector, _, leaf = self._choices.value("hit").partition("/")
        section = detector_in(settings_in_force(snapshot, self._view.settings), detector) or {}
        found: dict[str, float] = {}
        for feature in maps_in(section.get("feature")):
            name = str(feature.get("name") or NAMES.get(str(feature.get("kind")), feature.get("kind", "")))
            if leaf.startswith(name):
                known = {**DEFAULTS.get(str(feature.get("kind")), {}), **feature}
                numbers = {key: value for key, value in known.items() if _is_number(value) and key not in NOT_LIMITS}
                found |= {f"detector.{detector}.feature.{name}.{key}": float(value) for key, value in numbers.items()}
        return found

    def _show_limit(self, snapshot: Snapshot) -> str:
        """What the chosen setting is now, or what became of a change."""
        path = self._choices.value("limit")
        now = self._limits(snapshot).get(path)
        said = self._change.text(snapshot)
        if now is None:
            return said or "No limits are in the settings."
        then = "was {} then; what you put in force holds for the present." if snapshot.held else "is {}."
        return said or f"{path.rpartition('.')[2]} {then.format(number(now))}"

    def _put_in_force(self) -> None:
        """Ask for another limit."""
        path, value = self._choices.value("limit"), self._choices.figure_of("value")
        if not path or value is None:
            self._change.complain("Choose a setting and write a value.")
            return
        self._change.ask([{"path": path, "value": int(value) if value.is_integer() else value}])


PAGES.add("hits", Hits)

NOTHING = "This run has no field that says what a hit is: add peakFinder, SimpleHitFinder or another hit finder to a detector."
NAMES = {"peakFinder": "peaks"}
DEFAULTS: dict[str, dict[str, Any]] = {
    "peakFinder": {"min_peaks": 15, "son_min": 6.0, "npix_min": 2, "npix_max": 50, "amax_thr": 0.0, "atot_thr": 0.0, "nsigm": 5.0}
}
"""What holds where the settings say nothing; tests compare it with the feature."""


def whole_bins(values: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """A histogram of whole numbers, one bin each, or as few more as give 100 bins."""
    if not len(values):
        return np.zeros(1), np.empty(0, np.int64)
    low, high = np.floor(values.min()), np.ceil(values.max())
    width = max(1.0, np.ceil((high - low + 1) / 100))
    edges = np.arange(low - 0.5, high + 0.5 + width, width)
    return edges, np.histogram(values, edges)[0]


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
