"""The alarms at work in a dashboard process: looks at each snapshot, logs, runs commands, tells the aggregator."""

import fcntl
import logging
import time
from collections import deque
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from dashboards.alarms.book import AlarmBook
from dashboards.alarms.history import AlarmEvent, Told, raised_of
from dashboards.alarms.runner import Runner
from dashboards.alarms.watch import Watch
from dashboards.snapshot import Snapshot
from monitor.errors import Unusable
from monitor.net.endpoints import read_endpoints
from monitor.net.socket import ZmqDealer
from monitor.settings import Alarm
from monitor.wire.client_note import AlarmStatus
from monitor.wire.note import to_message

log = logging.getLogger("xtcmon.alarm")

LOCK = ".alarms.lock"
REPORT_S = 1.0


class Guard:
    """Watches for one service; of several dashboards that serve it, one does.

    Parameters
    ----------
    alarms
        Their settings, as the service was started: what comes over a socket never becomes a command.
    folder
        Runtime folder of the service.
    book
        What people change of them; without it nothing of that is kept.
    """

    def __init__(self, alarms: Sequence[Alarm], folder: Path, book: AlarmBook | None = None) -> None:
        self.book = book or AlarmBook(alarms)
        self._commands = {alarm.name: alarm.command for alarm in alarms}
        self._watch = Watch(self.book.active)
        self._limits = self.book.limits
        self._changes = self._newest_change()
        self._runner = Runner()
        self._folder = folder
        self._lock: IO[str] | None = None
        self._asked: deque[tuple[str, str]] = deque(maxlen=100)
        self._dealer: ZmqDealer | None = None
        self._told_at = float("-inf")

    def acknowledge(self, name: str, person: str) -> None:
        """Somebody has seen an alarm; from any thread."""
        self._asked.append((name, person))

    def step(self, snapshot: Snapshot) -> Told:
        """Look at a snapshot; what the pages should show."""
        self.book.refresh()
        if not self.book.limits or not self._on_duty():
            raised = raised_of(snapshot.status.get("alarms"))
            return Told(raised, limits=self.book.limits, trouble=self.book.trouble)
        now, unix = time.monotonic(), time.time()
        self._follow()
        for event in self._watch.look(snapshot, now, unix):
            self._tell(event)
            self._run(event, now, unix)
        while self._asked:
            for event in self._watch.acknowledge(*self._asked.popleft(), unix):
                self._tell(event)
        for name, why in self._runner.finished(now):
            self._command_failed(name, why, unix)
        self._report(now)
        told = self._watch.raised, self._watch.history, tuple(self._watch.wrong.items())
        return Told(*told, len(self.book.active), self.book.limits, self.book.trouble)

    def close(self) -> None:
        """Let go of everything."""
        self._runner.close()
        if self._dealer is not None:
            self._dealer.close()
        if self._lock is not None:
            self._lock.close()

    def _on_duty(self) -> bool:
        """Whether this is the dashboard that watches: the first one, and another when that is gone."""
        if self._lock is not None:
            return True
        try:
            # Held until this process ends.
            lock = open(self._folder / LOCK, "w")  # noqa: SIM115
        except OSError:
            return False
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.close()
            return False
        self._lock = lock
        return True

    def _follow(self) -> None:
        """Watch by the limits that hold now, and tell who changed them."""
        for each in self.book.versions:
            if each.number > self._changes:
                self._changes = each.number
                text = f"{each.what}, by {each.author}"
                event = AlarmEvent(name=f"v{each.number}", what="changed", time=each.time, value=float("nan"), text=text)
                self._watch.note(event)
                self._tell(event)
        if self.book.limits is not self._limits:
            self._limits = self.book.limits
            self._watch.change(self.book.active)

    def _newest_change(self) -> int:
        return self.book.versions[-1].number if self.book.versions else 0

    def _run(self, event: AlarmEvent, now: float, unix: float) -> None:
        command = self._commands.get(event.name)
        if command and (why := self._runner.start(command, event, now)):
            self._command_failed(event.name, why, unix)

    def _command_failed(self, name: str, why: str, unix: float) -> None:
        event = AlarmEvent(name=name, what="command", time=unix, value=float("nan"), text=why)
        self._watch.note(event)
        self._tell(event)

    def _tell(self, event: AlarmEvent) -> None:
        level = logging.WARNING if event.what in ("raised", "command") else logging.INFO
        # "name" is taken by the logging module itself.
        log.log(level, f"alarm_{event.what}", extra={"alarm": event.name, "value": event.value, "text": event.text})

    def _report(self, now: float) -> None:
        """Tell the aggregator, which shows it in the status of the service."""
        if now - self._told_at < REPORT_S:
            return
        self._told_at = now
        if self._dealer is None:
            try:
                address = read_endpoints(self._folder).rows
                self._dealer = ZmqDealer(address, f"alarms {id(self)}", hwm=10) if address else None
            except Unusable:
                return
        if self._dealer is not None:
            while self._dealer.receive() is not None:
                continue
            self._dealer.send(to_message(AlarmStatus(alarms=tuple(each.plain() for each in self._watch.raised))))
