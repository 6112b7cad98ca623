"""Is there beam, does the run go on, does the monitor keep up: the first page."""

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from bokeh.layouts import column
from bokeh.models import ColumnDataSource, DatetimeTickFormatter

from dashboards.look import ACCENT, OTHER, chart
from dashboards.pages.page import PAGES, Shown, View
from dashboards.plots.strip_chart import StripChart
from dashboards.reduce.choice import vital_signs
from dashboards.snapshot import Snapshot
from dashboards.texts import count, duration

VITAL_ROWS = 7200
"""Rows of the strip charts: the last minute at 120 Hz."""

LOG_LINES = 8


class Overview:
    """State of the run and of the service."""

    title: ClassVar[str] = "Overview"
    order: ClassVar[int] = 1
    topics: ClassVar[tuple[str, ...]] = ()

    def __init__(self, view: View) -> None:
        del view
        self._status = ColumnDataSource(data={"time": [], "rate": [], "median": [], "worst": []})
        self._signs: list[str] = []
        self._strips: list[StripChart] = []
        self._vital = column([], sizing_mode="stretch_width")
        self.roots: Mapping[str, Any] = {"rate": self._rate(), "latency": self._latency(), "vital": self._vital}

    def update(self, snapshot: Snapshot) -> Shown:
        """Bring charts, tiles and tables up to date."""
        history = snapshot.status_history
        self._status.data = {
            "time": history.time * 1e3,
            "rate": history.rate,
            "median": history.latency_median * 1e3,
            "worst": history.latency_99 * 1e3,
        }
        self._update_vital(snapshot)
        return Shown(tiles(snapshot), tables(snapshot))

    def _update_vital(self, snapshot: Snapshot) -> None:
        signs = vital_signs(snapshot.fields)
        if signs != self._signs:
            self._signs = signs
            self._strips = [StripChart([name], height=150) for name in signs]
            self._vital.children = [strip.figure for strip in self._strips]
        rows = snapshot.rows.last(VITAL_ROWS)
        for strip in self._strips:
            strip.update(snapshot, rows)

    def _rate(self) -> Any:
        made = chart(height=190, title="Rate", y_axis_label="events/s", x_axis_type="datetime")
        made.line("time", "rate", source=self._status, line_color=ACCENT, line_width=2)
        made.y_range.start = 0
        return _clock(made)

    def _latency(self) -> Any:
        made = chart(height=225, title="Latency, source to stream", y_axis_label="ms", x_axis_type="datetime")
        made.line("time", "median", source=self._status, line_color=ACCENT, line_width=2, legend_label="median")
        made.line("time", "worst", source=self._status, line_color=OTHER, line_width=1.5, legend_label="99 %")
        made.y_range.start = 0
        made.legend.orientation = "horizontal"
        made.add_layout(made.legend[0], "above")
        return _clock(made)


PAGES.add("overview", Overview)


def tiles(snapshot: Snapshot) -> dict[str, str]:
    """Texts of the tiles."""
    status, reader = snapshot.status, _reader(snapshot)
    total, processed = reader.get("total"), status.get("processed")
    share = ""
    # A total that is not known is 0 or below.
    if isinstance(total, int) and isinstance(processed, int) and total > 0:
        share = f"{100 * processed / total:.0f} % of {count(total)}"
    return {
        "state": "ended" if snapshot.ended else str(reader.get("state", "–")),
        "mode": str(reader.get("mode", "")),
        "processed": count(processed),
        "share": share,
        "written": count(status.get("written")),
        "late": count(status.get("late")),
        "lost": count(status.get("lost")),
        "damaged": count(status.get("damaged")),
        "quarantined": count(reader.get("quarantined")),
        "queue": count(reader.get("queue")),
        "leased": count(reader.get("leased")),
        "lag": duration(float(reader["lag"])) if isinstance(reader.get("lag"), int | float) else "–",
        "restarts": count(sum(n for n in _restarts(snapshot).values() if isinstance(n, int))),
        "missed": count(sum(snapshot.missed.values())),
        "file": str(status.get("file") or "no file is written"),
        "balance": ", ".join(f"{name} {count(n)}" for name, n in _map(status, "balance").items()),
    }


def tables(snapshot: Snapshot) -> dict[str, list[list[str]]]:
    """Rows of the tables."""
    reader = _reader(snapshot)
    trouble = [*_flat(_map(snapshot.status, "trouble")), *_flat(_map(reader, "damage"))]
    restarts = [(f"{name} started anew", n) for name, n in _restarts(snapshot).items() if n]
    stages = _map(snapshot.status, "latency").items()
    losses = [(f"lost, {why}", n) for why, n in _map(snapshot.status, "losses").items()]
    return {
        "workers": [*_workers(reader)],
        "trouble": [[str(what), count(n)] for what, n in (*losses, *restarts, *trouble)] or [["none", ""]],
        "latency": [
            [stage, duration(pair[0]), duration(pair[1])] for stage, pair in stages if isinstance(pair, list) and len(pair) == 2
        ],
        "log": [_log_line(entry) for entry in snapshot.log[-LOG_LINES:][::-1]] or [["nothing yet"]],
    }


def _workers(reader: Mapping[str, Any]) -> Iterator[list[str]]:
    """One row per worker: name, host and pid, start, batches, events, busy, leases, last seen."""
    restarts = _map(reader, "restarts")
    workers = reader.get("workers")
    for worker in workers if isinstance(workers, list) else ():
        if not isinstance(worker, Mapping):
            continue
        seen, busy = worker.get("last_seen"), worker.get("busy")
        yield [
            str(worker.get("name", "–")),
            f"{worker.get('host', '')} {worker.get('pid', '')}".strip(),
            count(worker.get("events")),
            count(worker.get("batches")),
            f"{100 * busy:.0f} %" if isinstance(busy, int | float) else "–",
            count(worker.get("leases")),
            duration(float(seen)) if isinstance(seen, int | float) else "–",
            count(restarts.get(str(worker.get("name")), 0)),
        ]


def _restarts(snapshot: Snapshot) -> Mapping[str, Any]:
    """Restarts by process: what the supervisor knows of all, else what the reader knows of its workers."""
    processes = _map(snapshot.status, "processes")
    known = {name: entry.get("restarts", 0) for name, entry in processes.items() if isinstance(entry, Mapping)}
    return known or _map(_reader(snapshot), "restarts")


def _flat(counts: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    """Counts within maps within maps, each with the names that lead to it."""
    for name, value in counts.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{before}{name}: ")
        else:
            yield f"{before}{name}", value


def _log_line(entry: Mapping[str, Any]) -> list[str]:
    said = entry.get("fields")
    details = ", ".join(f"{key} {value}" for key, value in said.items()) if isinstance(said, Mapping) else ""
    said_by = f"{entry.get('process', '')}: {entry.get('event', '')}".removeprefix(": ")
    return [str(entry.get("level", "")), said_by, details]


def _reader(snapshot: Snapshot) -> Mapping[str, Any]:
    return _map(snapshot.status, "reader")


def _map(holder: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """A map within a map; empty if it is absent or something else."""
    value = holder.get(key)
    return value if isinstance(value, Mapping) else {}


def _clock(made: Any) -> Any:
    """Hours and minutes on the axis."""
    made.xaxis.formatter = DatetimeTickFormatter(
        seconds="%H:%M:%S", minsec="%H:%M:%S", minutes="%H:%M", hourmin="%H:%M", hours="%H:%M"
    )
    made.xaxis.axis_label = "UTC"
    made.xaxis.ticker.desired_num_ticks = 5
    return made
