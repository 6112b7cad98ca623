"""Where events are on their way through the monitor, how long each stage takes, what was lost and what is said about it."""

from collections.abc import Mapping
from typing import Any, ClassVar

from dashboards.numbers import log_line, process_rows, tables, tiles
from dashboards.pages.page import PAGES, Shown, View
from dashboards.plots.alarm_desk import AlarmDesk
from dashboards.plots.rate_chart import LatencyChart, RateChart
from dashboards.reduce.age import word_age
from dashboards.snapshot import Snapshot
from dashboards.texts import count

TILES = ("state", "mode", "lost", "late", "damaged", "quarantined", "lag", "restarts", "missed", "file", "balance")
AGES = tuple(f"{panel}-age" for panel in ("flow", "rate", "latency", "stage", "trouble", "workers", "processes", "log"))
"""Of all panels: what they show comes with what the service says about itself."""

LOG_LINES = 60
LEVELS = {"DEBUG": 0, "INFO": 1, "WARNING": 2, "ERROR": 3, "CRITICAL": 4}

FLOW_LEVELS = (("flow-reader", "lost", "bad"), ("flow-workers", "damaged", "warn"), ("flow-aggregator", "late", "warn"))
"""Box of the diagram, what is counted there, and its colour if there is any."""


class System:
    """The monitor itself."""

    title: ClassVar[str] = "System"
    order: ClassVar[int] = 10
    topics: ClassVar[tuple[str, ...]] = ()
    present: ClassVar[str] = "what the service said of itself before is not kept"

    def __init__(self, view: View) -> None:
        self._view = view
        self._level = view.arguments.get("level", "INFO")
        self._level = self._level if self._level in LEVELS else "INFO"
        self._chosen = "level" in view.arguments
        self._rate, self._latency = RateChart(), LatencyChart()
        self._alarms = AlarmDesk(view)
        self.roots: Mapping[str, Any] = {
            "rate": self._rate.figure,
            "latency": self._latency.figure,
            "alarms": self._alarms.root,
        }
        view.acts["log-level"] = self._on_level

    def update(self, snapshot: Snapshot) -> Shown:
        """Bring diagram, charts and tables up to date."""
        self._rate.update(snapshot)
        self._latency.update(snapshot)
        lines = log_rows(snapshot, self._level)
        texts, limits = self._alarms.update(snapshot)
        return Shown(
            {
                **texts,
                **tiles(snapshot, *TILES),
                **flow_texts(snapshot),
                "log-level": self._level,
                "log-shown": f"{len(lines)} lines from {self._level} on",
            },
            {**tables(snapshot), **limits, "log": lines or [["nothing yet"]], "processes": process_rows(snapshot)},
            {"level": self._level} if self._chosen else {},
            levels=flow_levels(snapshot),
            ages=dict.fromkeys(AGES, word_age(snapshot)),
        )

    def _on_level(self, value: str) -> None:
        if value in LEVELS:
            self._level, self._chosen = value, True


PAGES.add("system", System)


def log_rows(snapshot: Snapshot, level: str) -> list[list[str]]:
    """Lines of the log that are at least of this level, newest first."""
    least = LEVELS[level]
    loud = [entry for entry in snapshot.log if LEVELS.get(str(entry.get("level")), 1) >= least]
    return [log_line(entry) for entry in loud[: -LOG_LINES - 1 : -1]]


def flow_texts(snapshot: Snapshot) -> dict[str, str]:
    """Texts of the flow diagram."""
    status, reader = snapshot.status, _map(snapshot.status, "reader")
    queues = _map(status, "queues")
    workers = reader.get("workers")
    members = workers if isinstance(workers, list | tuple) else []
    busy = [each["busy"] for each in members if isinstance(each, Mapping) and isinstance(each.get("busy"), int | float)]
    return {
        "flow-rate-in": _rate(reader.get("rate")),
        "flow-queue": f"{count(reader.get('queue'))} batches wait",
        "flow-leased": f"{count(reader.get('leased'))} batches in work",
        "flow-busy": f"{len(members)} at {100 * sum(busy) / len(busy):.0f} %" if busy else f"{len(members)} workers",
        "flow-order": f"{count(queues.get('order'))} rows wait for earlier ones",
        "flow-rate-out": _rate(status.get("rate")),
        "flow-store": f"{count(queues.get('epoch'))} rows wait for their group",
        "flow-disk": f"{count(queues.get('store'))} rows wait for the disk",
        "flow-written": count(status.get("written")),
        "flow-lost": f"lost {count(status.get('lost'))}",
        "flow-damaged": f"damaged {count(status.get('damaged'))}",
        "flow-late": f"late {count(status.get('late'))}",
        "flow-missed": f"missed here {count(sum(snapshot.missed.values()))}",
    }


def flow_levels(snapshot: Snapshot) -> dict[str, str]:
    """Colours of the boxes."""
    status = snapshot.status
    found = {box: word if status.get(name) else "good" for box, name, word in FLOW_LEVELS}
    return {**found, "flow-file": "bad" if status.get("held_up") else "good"}


def _rate(value: object) -> str:
    return f"{value:.0f} Hz" if isinstance(value, int | float) else "–"


def _map(holder: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = holder.get(key)
    return value if isinstance(value, Mapping) else {}
