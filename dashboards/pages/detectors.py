"""Is every detector there and well: presence, damage, temperatures, dark level, hot and saturated pixels."""

import time
from collections import deque
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar
from weakref import WeakValueDictionary

import numpy as np
from bokeh.layouts import column

from dashboards.choices import Choices
from dashboards.pages.page import PAGES, Shown, View
from dashboards.plots.strip_chart import StripChart
from dashboards.reduce.age import row_age
from dashboards.reduce.frame_health import frame_health, saturated
from dashboards.reduce.health import TEXTS, Health, Word, sources, spark
from dashboards.snapshot import Picture, Snapshot
from dashboards.texts import count, duration, number

MOST_ROWS = 14_400
"""Two minutes at 120 Hz: what presence and courses are of."""

MOST_READINGS = 80
COURSE = 24
"""Points of the little curves."""

KEPT_LEVELS = 60


class Detectors:
    """One line per source."""

    title: ClassVar[str] = "Detectors"
    order: ClassVar[int] = 8
    topics: ClassVar[tuple[str, ...]] = ("frame/", "sum/")

    def __init__(self, view: View) -> None:
        self._choices = choices = Choices(view)
        self._levels: dict[str, deque[float]] = {}
        self._last: WeakValueDictionary[str, Picture] = WeakValueDictionary()
        self._strip: StripChart | None = None
        self._place = column([], sizing_mode="stretch_width")
        reading = choices.select("reading", "Reading or presence against events")
        self.roots: Mapping[str, Any] = {
            "limit": column([choices.number("saturation", "Saturated from")], sizing_mode="stretch_width"),
            "reading": column([reading], sizing_mode="stretch_width"),
            "strip": self._place,
        }

    def update(self, snapshot: Snapshot) -> Shown:
        """Bring tables and chart up to date."""
        rows = snapshot.run_rows().last(MOST_ROWS)
        reader: Any = snapshot.status.get("reader") or {}
        damage = reader.get("damage") if isinstance(reader.get("damage"), Mapping) else {}
        found = sources(rows, snapshot.fields, damage)
        bad = [health for health in found if health.word < Word.FINE]
        drawn = self._draw_reading(snapshot)
        now = float(rows.time[-1]) if len(rows) else 0.0
        tables = {
            "sources": [_line(health, snapshot, now) for health in found],
            "readings": [*_readings(snapshot)],
            "frames": [*self._frames(snapshot)],
        }
        age = row_age(snapshot) if len(rows) else None
        shown = [picture for topic, picture in snapshot.pictures.items() if topic.startswith("frame/")]
        frame_age = min((age_of_picture(picture) for picture in shown), default=None)
        texts = {"sources-state": _state(found, bad), "sources-share": f"of the last {count(len(rows))} events"}
        texts["reading-state"] = "" if drawn else "No reading of this run can be drawn."
        ages = {"sources-age": age, "readings-age": age, "reading-age": age, "frames-age": frame_age}
        levels = {"sources-state": "bad" if any(h.word == Word.MISSING for h in bad) else "warn" if bad else "good"}
        return Shown(texts, tables, self._choices.address(), levels, ages)

    def _draw_reading(self, snapshot: Snapshot) -> bool:
        """One reading against the event number; whether there is one."""
        names = [*_environment(snapshot), *(name for name in snapshot.fields if name.startswith("damage/"))]
        self._choices.learn("reading", {name: name for name in names})
        name = self._choices.value("reading")
        if name not in snapshot.fields:
            return False
        if self._strip is None or self._strip.field != name:
            self._strip = StripChart([name], height=220)
            self._place.children = [self._strip.figure]
        self._strip.update(snapshot, snapshot.run_rows())
        return True

    def _frames(self, snapshot: Snapshot) -> Iterator[list[str]]:
        """One line per area detector."""
        limit = self._choices.figure_of("saturation")
        for topic, picture in sorted(snapshot.pictures.items()):
            if not topic.startswith("frame/"):
                continue
            name = topic.removeprefix("frame/")
            live = frame_health(picture)
            levels = self._levels.setdefault(name, deque(maxlen=KEPT_LEVELS))
            if self._last.get(name) is not picture:
                self._last[name] = picture
                levels.append(live.level)
            mean = snapshot.pictures.get(f"sum/{name}/calib")
            hot = f"{count(frame_health(mean).hot)} in the mean of {count(mean.count)}" if mean is not None else "no mean yet"
            yield [
                name,
                f"{number(live.level)} {picture.unit}".rstrip(),
                spark(tuple(levels)[-COURSE:]),
                number(live.noise),
                hot,
                number(live.largest),
                count(saturated(picture, limit)) if limit is not None else "no limit given",
                f"{100 * live.masked:.2g} %",
                f"event {count(picture.header.get('seq'))}",
            ]


PAGES.add("detectors", Detectors)


def age_of_picture(picture: Picture) -> float:
    """Seconds since a picture came."""
    return max(0.0, time.monotonic() - picture.arrived)


def _state(found: list[Health], bad: list[Health]) -> str:
    """The sentence above the table."""
    if not found:
        return "No source has been heard of yet."
    if not bad:
        return (
            f"All {len(found)} sources are good." if all(h.word == Word.FINE for h in found) else "All that were seen are good."
        )
    return "; ".join(f"{health.name}: {TEXTS[health.word]}" for health in bad)


def _line(health: Health, snapshot: Snapshot, now: float) -> list[str]:
    """A source for the table."""
    rate = snapshot.status.get("rate")
    per_second = f"{health.recent * rate:.3g} Hz" if isinstance(rate, int | float) else "–"
    if health.behind is None:
        seen = "never"
    elif health.behind == 0:
        seen = "in the newest event"
    else:
        seen = f"{count(health.behind)} events ago ({duration(now - health.seen)})"
    kinds = ", ".join(f"{kind} {count(n)}" for kind, n in health.damage.items())
    share, recent = f"{100 * health.share:.4g} %", f"{100 * health.recent:.4g} %"
    return [
        health.name,
        TEXTS[health.word],
        recent,
        share,
        spark(health.course, 0.0, max(health.course)),
        per_second,
        seen,
        kinds or ("not kept" if snapshot.held else "none"),
    ]


def _environment(snapshot: Snapshot) -> list[str]:
    """Temperatures and other readings of detectors."""
    return [name for name in snapshot.fields if name.partition("/")[0].endswith("_env")]


def _readings(snapshot: Snapshot) -> Iterator[list[str]]:
    """Newest value, and the course of the last minutes."""
    rows = snapshot.run_rows()
    names = _environment(snapshot)
    if not names:
        yield ["no detector of this run tells its temperature", "", "", "", ""]
    for name in names[:MOST_READINGS]:
        values = rows.column(name)
        good = np.flatnonzero(np.isfinite(values))
        if not len(good):
            yield [name, "–", "", "", "never"]
            continue
        chosen = values[good[:: -(-len(good) // COURSE)]]
        unit = snapshot.unit(name)
        span = f"{number(float(values[good].min()))} to {number(float(values[good].max()))}"
        behind = int(rows.seq[-1] - rows.seq[good[-1]])
        said = "in the newest event" if not behind else f"{count(behind)} events ago"
        yield [name, f"{number(float(values[good[-1]]))} {unit}".rstrip(), spark(chosen), span, said]
