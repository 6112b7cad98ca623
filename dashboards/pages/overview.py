"""Beam, overlap, detector, signal, scan, monitor: the first page answers within seconds whether to go on."""

from collections.abc import Mapping
from typing import Any, ClassVar

from bokeh.layouts import column

from dashboards.numbers import tiles
from dashboards.pages.page import PAGES, Shown, View, lack
from dashboards.plots.rate_chart import RateChart
from dashboards.plots.strip_chart import StripChart
from dashboards.reduce.age import row_age, word_age
from dashboards.reduce.answer import answers
from dashboards.reduce.choice import vital_signs
from dashboards.snapshot import Snapshot
from dashboards.texts import clock

TILES = ("state", "mode", "processed", "share", "written", "late", "lost", "damaged", "restarts")
VITAL_ROWS = 7200
"""Rows of the strip charts: the last minute at 120 Hz."""

ALARMS_TOLD = 8


class Overview:
    """Answers, alarms and the few curves that matter."""

    title: ClassVar[str] = "Overview"
    order: ClassVar[int] = 1
    topics: ClassVar[tuple[str, ...]] = ()

    def __init__(self, view: View) -> None:
        del view
        self._signs: list[str] = []
        self._strips: list[StripChart] = []
        self._vital = column([], sizing_mode="stretch_width")
        self._rate = RateChart()
        self.roots: Mapping[str, Any] = {"rate": self._rate.figure, "vital": self._vital}

    def update(self, snapshot: Snapshot) -> Shown:
        """Bring answers, tiles and curves up to date."""
        self._rate.update(snapshot)
        self._update_vital(snapshot)
        found = answers(snapshot)
        texts = {
            f"answer-{name}-{part}": getattr(each, part) for name, each in found.items() for part in ("word", "value", "detail")
        }
        vital = "" if self._signs else lack(snapshot, "This run has no intensity monitor and no signal.")
        return Shown(
            {**tiles(snapshot, *TILES), **texts, "vital-state": vital},
            {"alarm-history": alarm_rows(snapshot)},
            levels={f"answer-{name}": each.level for name, each in found.items()},
            ages={"vital-age": row_age(snapshot), "service-age": word_age(snapshot)},
        )

    def _update_vital(self, snapshot: Snapshot) -> None:
        signs = vital_signs(snapshot.fields)
        if signs != self._signs:
            self._signs = signs
            self._strips = [StripChart([name], height=170) for name in signs]
            self._vital.children = [strip.figure for strip in self._strips]
        rows = snapshot.rows.last(VITAL_ROWS)
        for strip in self._strips:
            strip.update(snapshot, rows)


PAGES.add("overview", Overview)


def alarm_rows(snapshot: Snapshot) -> list[list[str]]:
    """What happened to the alarms, newest first."""
    told = snapshot.alarms
    lines = [[clock(each.time), each.name, each.what, each.text] for each in told.history[: -ALARMS_TOLD - 1 : -1]]
    waiting = [["", name, "not judged", why] for name, why in told.wrong]
    nothing = f"nothing so far; watched: {told.watched}" if told.watched else "no alarms are set up"
    return [*waiting, *lines] or [[nothing]]
