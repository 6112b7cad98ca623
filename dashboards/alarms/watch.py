"""All alarms of a service: rows and status in, what happened out. Pure: time comes in as an argument."""

import math
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from dashboards.alarms.history import AlarmEvent, Raised, limit_text
from dashboards.alarms.level import Level
from dashboards.reduce.expression import Expression
from dashboards.snapshot import Snapshot
from dashboards.table import Table
from monitor.errors import ConfigError
from monitor.settings import Alarm

HISTORY = 200
COUNTED = ("lost", "late", "damaged", "quarantined")
"""Numbers of the service that only grow: their growth in a second is judged."""

OVERDUE_S = 5.0
"""A status this old says nothing about the rate any more: it is 0."""


class Watch:
    """The alarms of one service.

    Parameters
    ----------
    alarms
        Their settings.
    """

    def __init__(self, alarms: Sequence[Alarm]) -> None:
        self._levels = {alarm.name: Level(alarm) for alarm in alarms}
        self._raised: dict[str, Raised] = {}
        self._history: deque[AlarmEvent] = deque(maxlen=HISTORY)
        self._seen = -1
        self._session = 0
        self._counted: tuple[float, Mapping[str, float]] | None = None
        self._status_at: float | None = None
        self._expressions: tuple[tuple[str, ...], Mapping[str, Expression | str]] = ((), {})
        self.wrong: Mapping[str, str] = {}
        """Alarms that cannot be judged, and why: a field that is not there yet."""

    @property
    def raised(self) -> tuple[Raised, ...]:
        """What must be shown, newest first."""
        return tuple(sorted(self._raised.values(), key=lambda each: -each.since))

    @property
    def history(self) -> tuple[AlarmEvent, ...]:
        """What happened, oldest first."""
        return tuple(self._history)

    def change(self, alarms: Sequence[Alarm]) -> None:
        """Judge by other limits from now on; what is raised by one that is another now is not any more."""
        kept = {alarm.name: self._levels[alarm.name] for alarm in alarms if alarm.name in self._levels}
        same = {name: level for name, level in kept.items() if level.alarm in alarms}
        self._levels = {alarm.name: same.get(alarm.name) or Level(alarm) for alarm in alarms}
        self._raised = {name: each for name, each in self._raised.items() if name in same}
        self._expressions, self.wrong = ((), {}), {}

    def look(self, snapshot: Snapshot, now: float, time: float) -> list[AlarmEvent]:
        """Judge what is new in a snapshot.

        Parameters
        ----------
        snapshot
            The newest one.
        now
            Monotonic seconds.
        time
            Unix seconds.

        Returns
        -------
        list of AlarmEvent
            What happened.
        """
        if not self._levels:
            return []
        rows = self._new_rows(snapshot)
        numbers = self._numbers(snapshot, now)
        happened: list[AlarmEvent] = []
        for level in self._levels.values():
            values = self._values(level.alarm, rows, numbers)
            # One that flickers is told once for each look.
            for bad in level.take(values, now)[-2:]:
                happened.append(self._happened(level, bad, time))
            self._renew(level)
        self._history.extend(happened)
        return happened

    def acknowledge(self, name: str, by: str, time: float) -> list[AlarmEvent]:
        """Somebody has seen an alarm; one that is over goes away."""
        found = self._raised.get(name)
        if found is None or found.acknowledged:
            return []
        if found.over:
            del self._raised[name]
        else:
            self._raised[name] = replace(found, acknowledged=by)
        event = AlarmEvent(name=name, what="acknowledged", time=time, value=found.value, text=f"by {by}")
        self._history.append(event)
        return [event]

    def note(self, event: AlarmEvent) -> None:
        """Keep what became of a command."""
        self._history.append(event)

    def _happened(self, level: Level, bad: bool, time: float) -> AlarmEvent:
        """Take a change of state down."""
        alarm, text = level.alarm, limit_text(level.alarm)
        if bad:
            new = Raised(name=alarm.name, severity=alarm.severity, text=text, value=level.value, since=time)
            self._raised[alarm.name] = new
        elif (held := self._raised.get(alarm.name)) is not None:
            if held.acknowledged:
                del self._raised[alarm.name]
            else:
                self._raised[alarm.name] = replace(held, over=True)
        return AlarmEvent(name=alarm.name, what="raised" if bad else "over", time=time, value=level.value, text=text)

    def _renew(self, level: Level) -> None:
        """The value of a raised alarm is the newest one."""
        held = self._raised.get(level.alarm.name)
        if held is not None and not held.over:
            self._raised[level.alarm.name] = replace(held, value=level.value)

    def _new_rows(self, snapshot: Snapshot) -> Table:
        """Rows that were not judged yet; history from before the start is none of our business."""
        rows = snapshot.rows
        if snapshot.restarts != self._session or (len(rows) and rows.seq[-1] < self._seen):
            self._session, self._seen, self._counted = snapshot.restarts, -1, None
        if self._seen < 0:
            self._seen = int(rows.seq[-1]) if len(rows) else -1
            return rows.part(len(rows))
        new = rows.part(int(np.searchsorted(rows.seq, self._seen, side="right")))
        self._seen = int(rows.seq[-1]) if len(rows) else self._seen
        self._learn(rows)
        return new

    def _learn(self, rows: Table) -> None:
        """Read the expressions anew when the fields of the run have changed."""
        names = tuple(rows.columns)
        if names == self._expressions[0]:
            return
        built: dict[str, Expression | str] = {}
        for level in self._levels.values():
            text = level.alarm.value or level.alarm.absent
            if text:
                built[level.alarm.name] = _built(text, names)
        self._expressions = (names, built)
        self.wrong = {name: each for name, each in built.items() if isinstance(each, str)}

    def _values(self, alarm: Alarm, rows: Table, numbers: Mapping[str, float]) -> NDArray[np.float64]:
        """What an alarm judges, NaN where there is nothing to judge."""
        if alarm.service:
            return np.array([numbers[alarm.service]]) if alarm.service in numbers else np.empty(0)
        found = self._expressions[1].get(alarm.name)
        if not isinstance(found, Expression):
            # A field that no event has is as absent as can be.
            return np.ones(len(rows)) if alarm.absent else np.empty(0)
        values = found.of(rows)
        return np.isnan(values).astype(np.float64) if alarm.absent else values

    def _numbers(self, snapshot: Snapshot, now: float) -> Mapping[str, float]:
        """Numbers of the service, once for each status."""
        if snapshot.status_at is None:
            return {}
        if snapshot.status_at == self._status_at:
            overdue = not snapshot.ended and snapshot.status_age(now) > OVERDUE_S
            return {"rate": 0.0} if overdue else {}
        self._status_at = snapshot.status_at
        status, reader = snapshot.status, snapshot.status.get("reader") or {}
        if reader.get("state") in ("ended", "waiting", "draining"):
            # Before the source begins and after it has ended no rate is too low.
            return {}
        history = snapshot.status_history
        found = {"rate": status.get("rate"), "lag": reader.get("lag"), "latency": history.latency_99[-1]}
        return _finite({**found, **self._growth({**reader, **status}, snapshot.status_at)})

    def _growth(self, counts: Mapping[str, object], moment: float) -> Mapping[str, float]:
        """Growth in a second of what is only counted."""
        known = {name: float(n) for name in COUNTED if isinstance(n := counts.get(name), int)}
        before, self._counted = self._counted, (moment, known)
        if before is None or moment <= before[0]:
            return {}
        return {name: (n - before[1].get(name, n)) / (moment - before[0]) for name, n in known.items()}


def _built(text: str, names: tuple[str, ...]) -> Expression | str:
    """An expression, or why it cannot be one."""
    try:
        return Expression(text, names)
    except ConfigError as error:
        return str(error)


def _finite(numbers: Mapping[str, object]) -> dict[str, float]:
    return {name: float(n) for name, n in numbers.items() if isinstance(n, int | float) and math.isfinite(n)}
