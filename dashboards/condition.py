"""Is what the pages show the present? One rule for all of them."""

import math
from dataclasses import dataclass
from typing import Any, Literal

from dashboards.alarms.history import Raised
from dashboards.snapshot import Snapshot
from dashboards.texts import clock, duration, number

SILENT_S = 3.0
"""The service says how it is every 0.5 s; after this long without a word it does not answer."""

STARVED_S = 5.0
"""A running service without a row for this long is told as such."""

Level = Literal["live", "idle", "held", "warn", "stale"]


@dataclass(frozen=True, slots=True)
class Condition:
    """One word and one sentence about the service.

    Attributes
    ----------
    level
        ``live``; ``idle``: nothing comes and nothing should; ``held``: an earlier moment that somebody chose; ``warn``: runs, but
        something needs a look; ``stale``: what is shown is the past.
    word
        For the header.
    why
        For the person who wonders about the word; empty if all is well.
    """

    level: Level
    word: str
    why: str = ""


def condition(snapshot: Snapshot, now: float) -> Condition:
    """How the service is at this monotonic time."""
    if snapshot.recorded:
        return Condition("idle", "recorded", f"You look at the recorded run in {snapshot.recorded}, not at the present.")
    if snapshot.held:
        return Condition("held", "held", f"Not live: the run as it was after {snapshot.held}.")
    if snapshot.status_at is None:
        return Condition("stale", "waiting", "Nothing has been heard from the service yet.")
    if snapshot.ended:
        return Condition("idle", "ended", "The source has ended; everything is shown.")
    silent = snapshot.status_age(now)
    if silent > SILENT_S:
        return Condition("stale", "no answer", f"The service has been silent for {duration(silent)}; what you see is the past.")
    reader: Any = snapshot.status.get("reader") or {}
    state = str(reader.get("state", "running"))
    if state == "ended":
        return Condition("idle", "ended", "The source has ended; everything is shown.")
    if state == "waiting":
        return Condition(
            "idle", "starting", "No worker is ready yet; at the first start kernels are compiled, which takes a minute or two."
        )
    if held_up := snapshot.status.get("held_up"):
        return Condition("warn", "no room", str(held_up))
    starved = snapshot.data_age(now)
    if starved > STARVED_S:
        since = f"for {duration(starved)}" if snapshot.rows_at is not None else "so far"
        return Condition("stale", "no events", f"The service runs, but no event has come {since}.")
    return Condition("live", state)


CHANGES_SHOWN = 12
ALARMS_SHOWN = 6


def alarm_line(alarm: Raised, *, watched: bool) -> dict[str, Any]:
    """One line of the strip of alarms, for the page's own script."""
    value = f" ({number(alarm.value)})" if math.isfinite(alarm.value) else ""
    over = ", over by now" if alarm.over else ""
    seen = f", acknowledged by {alarm.acknowledged}" if alarm.acknowledged else ""
    loud = "bad" if alarm.severity == "alarm" else "warn"
    return {
        "name": alarm.name,
        "level": "quiet" if alarm.acknowledged or alarm.over else loud,
        "text": f"{alarm.name}: {alarm.text}{value}, since {clock(alarm.since)} UTC{over}{seen}",
        "acknowledge": watched and not alarm.acknowledged,
    }


def header(snapshot: Snapshot, now: float) -> dict[str, Any]:
    """What the bar at the top of every page says, for the page's own script."""
    found = condition(snapshot, now)
    status, reader = snapshot.status, snapshot.status.get("reader") or {}
    median, worst = snapshot.status_history.latency_median, snapshot.status_history.latency_99
    age = snapshot.data_age(now)
    step = reader.get("step", snapshot.step.get("step"))
    text = {
        "head-experiment": str(snapshot.run.get("experiment", "–")),
        "head-run": str(snapshot.run.get("run", "–")),
        "head-step": str(step) if isinstance(step, int) and step >= 0 else "–",
        "head-rate": f"{status['rate']:.0f} Hz" if isinstance(status.get("rate"), int | float) else "–",
        "head-latency": duration(float(median[-1])) if len(median) else "–",
        "head-latency-99": duration(float(worst[-1])) if len(worst) else "–",
        "head-version": str(snapshot.pipeline.get("version", "–")),
        "head-word": found.word,
        "head-why": found.why,
    }
    changes = [
        [f"v{each.version}", clock(each.time), each.author or "–", each.text() or "as it was found"]
        for each in snapshot.changes[: -CHANGES_SHOWN - 1 : -1]
    ]
    return {
        "text": text,
        "level": found.level,
        "age": round(age, 2) if age != float("inf") else None,
        "changes": changes,
        "alarms": [alarm_line(alarm, watched=snapshot.alarms.watched > 0) for alarm in snapshot.alarms.raised[:ALARMS_SHOWN]],
    }
