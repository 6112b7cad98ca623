"""What is in the run: sources, slow variables, the settings in force and those before, the runs in the output folder."""

import math
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar
from urllib.parse import quote

from bokeh.layouts import column

from dashboards.pages.page import PAGES, Cell, Shown, View
from dashboards.plots.strip_chart import StripChart
from dashboards.reduce.age import row_age, word_age
from dashboards.reduce.choice import beam_monitor
from dashboards.reduce.contents import contents, slow_variables
from dashboards.settings_in_force import settings_in_force
from dashboards.snapshot import Snapshot
from dashboards.table import Table
from dashboards.texts import clock, count, duration, number
from dashboards.tuning import Tuning
from monitor.tools.toml_text import toml_text

MOST_SLOW = 400
MOST_RUNS = 60
EVERY_S = 1.0
"""How often the contents are counted anew: they stand on all rows of the run."""


class Run:
    """The contents of the newest run."""

    title: ClassVar[str] = "Run"
    order: ClassVar[int] = 9
    topics: ClassVar[tuple[str, ...]] = ()

    def __init__(self, view: View) -> None:
        self._view = view
        self._search = view.arguments.get("search", "")
        self._counted_at = float("-inf")
        self._shown = Shown()
        self._beam: StripChart | None = None
        self._place = column([], sizing_mode="stretch_width")
        self._tuning = Tuning(view)
        self.roots: Mapping[str, Any] = {"beam": self._place, "feature": self._tuning.feature}
        view.acts["slow-search"] = self._on_search

    def update(self, snapshot: Snapshot) -> Shown:
        """Count what is in the run, once a second."""
        now = time.monotonic()
        # The past changes only when somebody moves along it, and then at once.
        if snapshot.recorded or snapshot.held or now - self._counted_at >= EVERY_S:
            self._counted_at = now
            rows = snapshot.run_rows()
            self._show_beam(snapshot, rows)
            self._shown = Shown(self._texts(snapshot), self._tables(snapshot), {"search": self._search} if self._search else {})
        text = self._tuning.update(snapshot)
        tables = {**self._shown.tables, "setting-names": self._tuning.names}
        row, counted = row_age(snapshot), now - self._counted_at
        word = row if snapshot.held else word_age(snapshot)
        ages = {"contents-age": row, "slow-age": row, "settings-age": word, "versions-age": word, "runs-age": counted}
        return replace(self._shown, text={**self._shown.text, **text}, tables=tables, ages=ages)

    def _show_beam(self, snapshot: Snapshot, rows: Table) -> None:
        """The whole run at a glance."""
        field = beam_monitor(rows.columns)
        if field and (self._beam is None or self._beam.field != field):
            self._beam = StripChart([field], height=160)
            self._place.children = [self._beam.figure]
        if self._beam is not None:
            self._beam.update(snapshot, rows)

    def _texts(self, snapshot: Snapshot) -> dict[str, str]:
        rows = snapshot.run_rows()
        began, last = (rows.time[0], rows.time[-1]) if len(rows) else (math.nan, math.nan)
        controls = snapshot.step.get("controls")
        scanned = (
            ", ".join(f"{name} = {number(float(at))}" for name, at in controls.items()) if isinstance(controls, Mapping) else ""
        )
        return {
            "contents-events": f"{count(len(rows))} events are kept here",
            "contents-time": f"{clock(float(began))} to {clock(float(last))} UTC, {duration(float(last - began))}",
            "contents-steps": f"{count(len(set(rows.step.tolist())))} steps",
            "contents-scan": scanned or ("what was set then is not kept" if snapshot.held else "nothing is scanned"),
            "slow-search": self._search,
            "settings-text": toml_text(settings_in_force(snapshot, self._view.settings)),
        }

    def _tables(self, snapshot: Snapshot) -> dict[str, list[list[Cell]]]:
        rows = snapshot.run_rows()
        sources: list[list[Cell]] = [
            [each.name, count(each.fields), count(each.events), f"{100 * each.share:.1f} %"] for each in contents(rows)
        ]
        slow: list[list[Cell]] = [
            [each.name, number(each.value), each.unit, duration(each.age) if math.isfinite(each.age) else "no change seen"]
            for each in slow_variables(snapshot, rows, self._search)[:MOST_SLOW]
        ]
        versions: list[list[Cell]] = [
            [f"v{each.version}", count(each.first), clock(each.time), each.author or "–", each.text(20) or "as it was found"]
            for each in reversed(snapshot.changes)
        ]
        return {
            "sources": sources or [["nothing yet"]],
            "slow": slow or [["no slow variable has this name" if self._search else "no slow variables are recorded"]],
            "versions": versions or [["not known yet"]],
            "runs": run_rows(self._view) or [["no files yet"]],
        }

    def _on_search(self, value: str) -> None:
        self._search, self._counted_at = value.strip(), float("-inf")


PAGES.add("run", Run)


def run_rows(view: View) -> list[list[Cell]]:
    """One row per run of the output folder: open it, its report, size, last change."""
    found: list[list[Cell]] = []
    for entry in view.runs.all()[:MOST_RUNS]:
        stem = quote(entry.stem)
        report: Cell = ("report", f"/report/{stem}") if entry.report is not None else "no report yet"
        changed = time.strftime("%Y-%m-%d %H:%M", time.gmtime(entry.modified))
        found.append([(entry.stem, f"/run/{stem}/overview"), report, f"{entry.size / 1e6:.1f} MB", changed])
    return found
