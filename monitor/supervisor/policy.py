"""What to do when a process ends: nothing, start it again (when?), or give up. Pure; time comes in."""

from dataclasses import dataclass, field

BACK_OFF_S = (0.0, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
"""Waits before successive restarts; the last one repeats."""

HEALTHY_AFTER_S = 30.0
"""A process that lived this long starts again at the first wait."""

FLAWED_EXIT = 3
"""Exit code of a process that finished, though some of its input could not be used."""

USAGE_EXIT = 2
"""Exit code of a process whose settings or surroundings are wrong: starting it again would not help."""


@dataclass(frozen=True, slots=True)
class Restart:
    """Start the process again, not before this time (same clock as passed in)."""

    at: float
    generation: int


@dataclass(frozen=True, slots=True)
class Finished:
    """The process did what it was there for."""


@dataclass(frozen=True, slots=True)
class GiveUp:
    """Starting it again is pointless; the whole service has to end."""

    why: str


@dataclass(slots=True)
class Policy:
    """The restart rule of one process.

    Attributes
    ----------
    name
        Name of the process, for messages.
    generation
        Starts so far, counted from 0.
    """

    name: str
    generation: int = 0
    _failures: int = 0
    _started: float = field(default=0.0)

    def started(self, now: float) -> None:
        """Note that the process runs from now on."""
        self._started = now

    def ended(self, code: int, now: float) -> Restart | Finished | GiveUp:
        """Decide about a process that ended with this exit code (negative = signal)."""
        if code in (0, FLAWED_EXIT):
            return Finished()
        if code == USAGE_EXIT:
            return GiveUp(f"{self.name} cannot start")
        if now - self._started >= HEALTHY_AFTER_S:
            self._failures = 0
        wait = BACK_OFF_S[min(self._failures, len(BACK_OFF_S) - 1)]
        self._failures += 1
        self.generation += 1
        return Restart(now + wait, self.generation)
