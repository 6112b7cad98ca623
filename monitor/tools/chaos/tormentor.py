"""Kills and freezes the processes of a running service, at moments and in an order that follow from a seed."""

import random
import signal
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

import psutil

MARK = "monitor.tools.main"


@dataclass(frozen=True, slots=True, kw_only=True)
class Torment:
    """What is done to a service.

    Attributes
    ----------
    seed
        Start of all chance.
    blows
        How many processes are hit in all.
    pause_s
        Shortest and longest time between two blows.
    frozen
        Share of the blows that stop a process (SIGSTOP) for a while instead of killing it.
    freeze_s
        Shortest and longest time for which it is stopped.
    """

    seed: int
    blows: int
    pause_s: tuple[float, float] = (0.2, 1.2)
    frozen: float = 0.0
    freeze_s: tuple[float, float] = (0.5, 7.0)


@dataclass(slots=True)
class Tormentor:
    """Hits one process after the other; driven by ``step``, which never waits.

    Attributes
    ----------
    supervisor
        Process id of the service.
    torment
        What is to be done.
    killed, frozen
        Blows so far by role.
    """

    supervisor: int
    torment: Torment
    killed: Counter[str] = field(default_factory=Counter)
    frozen: Counter[str] = field(default_factory=Counter)
    _chance: random.Random = field(init=False)
    _next: float | None = None
    _asleep: list[tuple[float, psutil.Process]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._chance = random.Random(self.torment.seed)

    @property
    def blows(self) -> int:
        """Processes hit so far."""
        return self.killed.total() + self.frozen.total()

    def step(self, now: float) -> None:
        """Hit somebody if it is time to; wake who has slept long enough."""
        for until, process in list(self._asleep):
            if now >= until:
                self._wake(until, process)
        if self._next is None:
            self._next = now + self._chance.uniform(*self.torment.pause_s)
        if self.blows >= self.torment.blows or now < self._next:
            return
        self._next = now + self._chance.uniform(*self.torment.pause_s)
        there = processes_of(self.supervisor)
        if there:
            role = self._chance.choice(sorted(there))
            self._hit(role, there[role], now)

    def release(self) -> None:
        """Wake everybody."""
        for until, process in list(self._asleep):
            self._wake(until, process)

    def _hit(self, role: str, process: psutil.Process, now: float) -> None:
        try:
            if self._chance.random() < self.torment.frozen:
                process.send_signal(signal.SIGSTOP)
                self._asleep.append((now + self._chance.uniform(*self.torment.freeze_s), process))
                self.frozen[role] += 1
            else:
                process.kill()
                self.killed[role] += 1
        except psutil.NoSuchProcess:
            return

    def _wake(self, until: float, process: psutil.Process) -> None:
        self._asleep.remove((until, process))
        if process.is_running():
            process.send_signal(signal.SIGCONT)


def processes_of(supervisor: int) -> Mapping[str, psutil.Process]:
    """The processes of a service by role (``reader``, ``aggregator``, ``worker-0`` ...), those that have begun their work."""
    found: dict[str, psutil.Process] = {}
    try:
        children = psutil.Process(supervisor).children()
    except psutil.NoSuchProcess:
        return found
    for child in children:
        try:
            words = child.cmdline()
        except psutil.Error:
            continue
        # One that only checks the settings has no work that another could go on with.
        if MARK in words and "--service" in words and "--check" not in words:
            role = words[words.index(MARK) + 1]
            found[words[words.index("--name") + 1] if "--name" in words else role] = child
    return found
