"""A whole service: its processes, kept alive until the run is done or somebody asks to stop."""

import logging
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from monitor.supervisor.policy import Finished, GiveUp, Policy, Restart

log = logging.getLogger("xtcmon.supervisor")

DRAIN_TIME_S = 30.0
"""How long processes may take to finish their work after the reader was asked to stop."""

LEAVE_TIME_S = 5.0
"""How long a process may take to end after it was asked to."""

KEEPER = "aggregator"
"""Role that writes the files: what it has finished is safe, and it is the one that should close them properly."""


class Process(Protocol):
    """What the service needs of a child process."""

    @property
    def pid(self) -> int:
        """Process id."""

    def exit_code(self) -> int | None:
        """Exit code, or None while it runs."""

    def terminate(self) -> None:
        """Ask it to end."""

    def kill(self) -> None:
        """End it now and wait until it is gone."""


@dataclass(frozen=True, slots=True)
class Role:
    """One process of the service.

    Attributes
    ----------
    name
        Unique within the service (``reader``, ``worker-0`` ...).
    argv
        Command line, without the generation.
    essential
        The run is over when all essential processes have finished; others are then ended.
    may_begin
        Whether it is time to start it.
    """

    name: str
    argv: tuple[str, ...]
    essential: bool
    may_begin: Callable[[], bool] = lambda: True


Start = Callable[[Sequence[str], Path], Process]


class Service:
    """Starts the processes of a service, restarts what dies, ends everything together.

    Parameters
    ----------
    roles
        The processes.
    folder
        Runtime folder; each process logs into ``<name>.log`` in it.
    start
        How a process is started; tests pass a twin.
    clock
        Monotonic seconds.
    pause
        Waits so many seconds; used only while processes are being ended.
    """

    def __init__(
        self,
        roles: Sequence[Role],
        folder: Path,
        start: Start,
        *,
        clock: Callable[[], float] = time.monotonic,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._roles = {role.name: role for role in roles}
        self._folder = folder
        self._start = start
        self._clock = clock
        self._pause = pause
        self._policies = {role.name: Policy(role.name) for role in roles}
        self._running: dict[str, Process] = {}
        self._due: dict[str, float] = {role.name: 0.0 for role in roles}
        self._codes: dict[str, int] = {}
        self._kill_at: float | None = None
        self._leave_at: float | None = None
        self.failure = ""
        self.broken_off = False
        """Ended before what was read had become durable."""

    @property
    def restarts(self) -> Mapping[str, int]:
        """Restarts so far by process name."""
        return {name: policy.generation for name, policy in self._policies.items()}

    @property
    def pids(self) -> Mapping[str, int]:
        """Process ids of what runs now."""
        return {name: process.pid for name, process in self._running.items()}

    @property
    def done(self) -> bool:
        """Whether every essential process has finished, or the service has failed and nothing runs."""
        if self.failure:
            return not self._running
        return all(name in self._codes for name, role in self._roles.items() if role.essential)

    @property
    def stopping(self) -> bool:
        """Whether the service was asked to stop."""
        return self._kill_at is not None

    def step(self) -> None:
        """One turn: see who ended, start who is due, enforce the stop deadline."""
        now = self._clock()
        for name, process in list(self._running.items()):
            code = process.exit_code()
            if code is not None:
                del self._running[name]
                self._ended(name, code, now)
        for name, at in list(self._due.items()):
            if now >= at and self._roles[name].may_begin():
                del self._due[name]
                self._begin(name, now)
        if self._leave_at is not None and now >= self._leave_at:
            self._dismiss()
        if self._kill_at is not None and now >= self._kill_at:
            self.abort()

    def request_stop(self) -> None:
        """Ask the reader to stop, so that what was read is finished and committed; the others follow it."""
        if self.stopping:
            return
        self._kill_at = self._clock() + DRAIN_TIME_S
        self._due.clear()
        if (reader := self._running.get("reader")) is not None:
            reader.terminate()
        else:
            self.abort()

    def abort(self) -> None:
        """End at once, without finishing what was read; the files are still closed, so that every program can open them."""
        self.broken_off = self.broken_off or not self.done
        self._kill_at = self._clock()
        for name in [name for name in self._running if name != KEEPER]:
            process = self._running.pop(name)
            process.kill()
            self._codes[name] = -signal.SIGKILL
        self.end()

    def end(self) -> None:
        """End every process that still runs: politely, then by force."""
        self._due.clear()
        for process in self._running.values():
            process.terminate()
        deadline = self._clock() + LEAVE_TIME_S
        while self._running and self._clock() < deadline:
            for name, process in list(self._running.items()):
                code = process.exit_code()
                if code is not None:
                    del self._running[name]
                    self._codes[name] = code
            self._pause(0.02)
        for name, process in self._running.items():
            process.kill()
            self._codes[name] = -signal.SIGKILL
        self._running.clear()

    def exit_code_of(self, name: str) -> int | None:
        """Exit code of a process that has finished for good."""
        return self._codes.get(name)

    def _begin(self, name: str, now: float) -> None:
        """Start one process."""
        policy = self._policies[name]
        argv = (*self._roles[name].argv, "--generation", str(policy.generation))
        self._running[name] = self._start(argv, self._folder / f"{name}.log")
        policy.started(now)
        log.info("process_started", extra={"role": name, "generation": policy.generation})

    def _dismiss(self) -> None:
        """All is written: end whoever was started anew too late to be told so."""
        self._leave_at = float("inf")
        for name, role in self._roles.items():
            if role.essential and name not in self._codes:
                self._due.pop(name, None)
                if (process := self._running.pop(name, None)) is not None:
                    process.kill()
                self._codes[name] = 0

    def _ended(self, name: str, code: int, now: float) -> None:
        """Act on a process that ended. While stopping, what the drain needs is still restarted; the reader is not."""
        if self.failure:
            self._codes[name] = code
            return
        if self._leave_at is not None and self._roles[name].essential:
            self._codes[name] = max(code, 0)
            return
        if self.stopping and name == "reader":
            self._codes[name] = code
            if code < 0:
                # It was killed while it drained: nobody else knows what is missing.
                self._kill_at = now
            return
        match self._policies[name].ended(code, now):
            case Finished():
                self._codes[name] = code
                self._leave_at = now + LEAVE_TIME_S if name == KEEPER else self._leave_at
            case Restart(at=at):
                log.warning("process_died", extra={"role": name, "code": code})
                self._due[name] = at
            case GiveUp(why=why):
                self.failure = why
                self._codes[name] = code
                self._due.clear()
                self._kill_at = now + LEAVE_TIME_S
                for process in self._running.values():
                    process.terminate()
