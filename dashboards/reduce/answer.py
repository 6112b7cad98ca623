"""Answers for people on shift: is there beam, overlap, a healthy detector, signal; does the run go on, and the monitor too."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dashboards.reduce.choice import beam_monitor, first_match, scan_variable, signal
from dashboards.snapshot import Snapshot
from dashboards.table import Table
from dashboards.texts import count, duration, number, with_error

RECENT = 240
"""Events that stand for the present: two seconds at 120 Hz."""

WEAK, GONE = 0.6, 0.2
"""Shares of the usual value below which something is weak or gone."""

SURE = 5.0
"""A difference of so many standard errors is there."""

LATE_S = 1.0
LOST_WITHIN = 20
"""Statuses over which a loss is recent: ten seconds."""

EDGE = (r"^tt/ampl$", r"^tt/.*ampl", r"^tt/FLTPOS$")
ARRIVAL = (r"^tt/ttCorr$", r"^tt/FLTPOS_PS$", r"^phase_cav/fit_time_1$")
LASER = (r"^lightStatus/laser$",)


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer.

    Attributes
    ----------
    level
        ``good``, ``warn``, ``bad`` or ``quiet`` (nobody can say).
    word
        For across the room.
    value
        The number it rests on.
    detail
        What the number is, and how many events it stands for.
    """

    level: str
    word: str
    value: str = ""
    detail: str = ""


def answers(snapshot: Snapshot) -> dict[str, Answer]:
    """All answers by question, in the order in which people ask."""
    rows = snapshot.run_rows()
    # Sums of values that are too large are infinite or NaN, and then nothing is known; that is no error of the page.
    with np.errstate(over="ignore", invalid="ignore"):
        return {
            "beam": beam(snapshot, rows),
            "overlap": overlap(rows),
            "detector": detector(rows),
            "signal": signal_seen(snapshot, rows),
            "scan": scan(snapshot, rows),
            "monitor": monitor(snapshot),
        }


def beam(snapshot: Snapshot, rows: Table) -> Answer:
    """Intensity of the last events against what is usual in this run."""
    name = beam_monitor(rows.columns)
    if not name or not len(rows):
        return Answer("quiet", "not known", "", "no intensity monitor in the rows")
    recent = rows.last(RECENT).column(name)
    if not np.isfinite(recent).any():
        return Answer("bad", "no value", "", f"{name}: none of {len(recent)} events")
    mean, usual = float(np.nanmean(recent)), float(np.nanmedian(rows.column(name)))
    share = mean / usual if usual > 0 else math.nan
    level, word = _judged(share, "beam", "weak", "no beam")
    of_usual = f", {100 * share:.0f} % of the run's median" if math.isfinite(share) else ""
    value = f"{number(mean)} {snapshot.unit(name)}".rstrip()
    return Answer(level, word, value, f"{name}{of_usual}; last {count(len(recent))} events")


def overlap(rows: Table) -> Answer:
    """Whether the laser is there, the time tool sees its edge, and where."""
    recent = rows.last(RECENT)
    laser, edge, arrival = (first_match(rows.columns, patterns) for patterns in (LASER, EDGE, ARRIVAL))
    if not laser or not len(recent):
        return Answer("quiet", "not known", "", "no laser status in the rows")
    pumped = recent.column(laser) == 1
    shots = f"laser on in {100 * pumped.mean():.0f} % of {count(len(recent))} events"
    if not pumped.any():
        return Answer("warn", "laser off", "", shots)
    times = recent.column(arrival)[pumped] if arrival else np.empty(0)
    times = times[np.isfinite(times)]
    spread = f"{arrival} ± {number(float(times.std()))}" if len(times) > 1 else ""
    if not edge:
        return Answer("quiet", "laser on", spread, f"{shots}; no time tool")
    size = np.abs(recent.column(edge)[pumped])
    usual = float(np.nanmedian(np.abs(rows.column(edge)))) if np.isfinite(rows.column(edge)).any() else math.nan
    seen = float((size > GONE * usual).mean()) if usual > 0 else 0.0
    level, word = _judged(seen, "overlap", "partly", "no edge")
    return Answer(level, word, spread, f"edge in {100 * seen:.0f} % of pumped events; {shots}")


def detector(rows: Table) -> Answer:
    """The group of fields whose presence fell most, against what is usual in this run."""
    recent = rows.last(RECENT)
    worst, least = "", 1.0
    here = 1.0
    for name in _one_of_each_group(rows.columns):
        usual, now = _present(rows.column(name)), _present(recent.column(name))
        if usual > 0 and now / usual < least:
            worst, least, here = name.split("/")[0], now / usual, now
    if not len(recent):
        return Answer("quiet", "not known", "", "no events yet")
    groups = len(_one_of_each_group(rows.columns))
    if least >= 0.95:
        return Answer("good", "healthy", "", f"all {groups} sources as usual; last {count(len(recent))} events")
    level, word = _judged(least, "healthy", "gaps", "missing")
    return Answer(
        "warn" if level == "good" else level,
        "gaps" if level == "good" else word,
        worst,
        f"in {100 * here:.0f} % of the last {len(recent)} events",
    )


def signal_seen(snapshot: Snapshot, rows: Table) -> Answer:
    """The signal, and whether it differs between laser on and off over the run, or since means began anew."""
    by = beam_monitor(rows.columns)
    name = signal(rows.columns, by)
    if not name or not len(rows):
        return Answer("quiet", "not known", "", "no signal in the rows")
    recent = rows.last(RECENT).column(name)
    known = recent[np.isfinite(recent)]
    if not len(known):
        return Answer("bad", "no value", "", f"{name}: none of {len(recent)} events")
    error = float(known.std() / math.sqrt(len(known)))
    value = f"{with_error(float(known.mean()), error)} {snapshot.unit(name)}".rstrip()
    laser = first_match(rows.columns, LASER)
    if not laser:
        return Answer("good", "signal", value, f"{name}; last {count(len(known))} events")
    counted = rows.part(int(np.searchsorted(rows.seq, snapshot.counted_from)))
    sigma, used = _difference(counted, name, by, laser)
    anew = ", since means began anew" if snapshot.since is not None else ""
    detail = f"{name}; on/off differ by {sigma:.1f} σ over {count(used)} events{anew}" if math.isfinite(sigma) else name
    seen = math.isfinite(sigma) and abs(sigma) >= SURE
    return Answer("good" if seen else "quiet", "pumped signal" if seen else "no difference yet", value, detail)


def scan(snapshot: Snapshot, rows: Table) -> Answer:
    """How far the run is, where the scan is, and how long it will take."""
    status, reader = snapshot.status, _map(snapshot.status.get("reader"))
    step = reader.get("step", snapshot.step.get("step"))
    name = scan_variable(rows.columns)
    place = rows.last(1).column(name) if name and len(rows) else np.full(1, np.nan)
    value = f"{name.split('/')[-1]} {number(float(place[-1]))} {snapshot.unit(name)}".rstrip() if np.isfinite(place[-1]) else ""
    steps = f"step {step}" if isinstance(step, int) and step >= 0 else "no steps"
    total, done, rate = reader.get("total"), status.get("processed"), status.get("rate")
    if not isinstance(total, int) or total <= 0 or not isinstance(done, int):
        return Answer("quiet", steps, value, "at that moment" if snapshot.held else "how many events will come is not known")
    left = (total - done) / rate if isinstance(rate, int | float) and rate > 0 else math.nan
    wait = f", {duration(left)} to go" if math.isfinite(left) and done < total else ""
    return Answer("good", f"{100 * done / total:.0f} %", value, f"{steps}; {count(done)} of {count(total)} events{wait}")


def monitor(snapshot: Snapshot) -> Answer:
    """Whether everything that comes is shown in time and nothing is lost."""
    if snapshot.recorded:
        return Answer("quiet", "recorded", "", f"{count(snapshot.status.get('written'))} events in {snapshot.recorded}")
    if snapshot.held:
        return Answer("quiet", "not kept", "", "what the service said of itself then is not kept")
    if snapshot.status_at is None:
        return Answer("bad", "no answer", "", "nothing has been heard from the service")
    if not snapshot.status.get("processed", 1):
        return Answer("quiet", "not started", "", "no event has been processed yet")
    history, reader = snapshot.status_history, _map(snapshot.status.get("reader"))
    lost = history.lost[-LOST_WITHIN:]
    lost = lost[np.isfinite(lost)]
    newly = lost[-1] - lost[0] if len(lost) else 0.0
    late = float(history.latency_99[-1]) if len(history.latency_99) else math.nan
    rate = snapshot.status.get("rate")
    value = f"{rate:.0f} Hz" if isinstance(rate, int | float) else ""
    detail = f"99 % within {duration(late)}; {count(reader.get('queue'))} batches wait; {count(snapshot.status.get('lost'))} lost"
    if snapshot.status.get("held_up"):
        return Answer("bad", "held up", value, str(snapshot.status["held_up"]))
    if newly > 0:
        return Answer("bad", "losing", value, f"{count(int(newly))} events lost in the last {len(lost) / 2:.0f} s; {detail}")
    if late > LATE_S:
        return Answer("warn", "behind", value, detail)
    return Answer("good", "keeps up", value, detail)


def _judged(share: float, good: str, weak: str, gone: str) -> tuple[str, str]:
    """Level and word of a share of what is usual."""
    if not math.isfinite(share):
        return "quiet", "not known"
    if share < GONE:
        return "bad", gone
    return ("warn", weak) if share < WEAK else ("good", good)


def _difference(rows: Table, name: str, by: str, laser: str) -> tuple[float, int]:
    """On minus off of the signal over the monitor in standard errors, and how many events it stands on."""
    values = rows.column(name)
    if by:
        below = rows.column(by)
        values = np.divide(values, below, out=np.full(len(values), np.nan), where=below > 0)
    pumped = rows.column(laser)
    on, off = (values[np.isfinite(values) & (pumped == state)] for state in (1, 0))
    if len(on) < 2 or len(off) < 2:
        return math.nan, len(on) + len(off)
    error = math.sqrt(on.var() / len(on) + off.var() / len(off))
    return (float(on.mean() - off.mean()) / error if error > 0 else math.nan), len(on) + len(off)


def _one_of_each_group(names: Mapping[str, object] | Sequence[str]) -> list[str]:
    """The first field of each source."""
    first: dict[str, str] = {}
    for name in names:
        if "/" in name:
            first.setdefault(name.split("/")[0], name)
    return list(first.values())


def _present(values: NDArray[np.float64]) -> float:
    return float(np.isfinite(values).mean()) if len(values) else 0.0


def _map(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
