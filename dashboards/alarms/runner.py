"""Runs the commands of alarms: without a shell, few at a time, none for ever."""

import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field

from dashboards.alarms.history import AlarmEvent

MOST_AT_ONCE = 4
LONGEST_S = 60.0


@dataclass
class Runner:
    """Commands that run now.

    Attributes
    ----------
    running
        Each with the name of its alarm and the monotonic time at which it is ended.
    """

    running: list[tuple[str, subprocess.Popen[bytes], float]] = field(default_factory=list)

    def start(self, command: Sequence[str], event: AlarmEvent, now: float) -> str:
        """Run a command for what happened; why not, if it cannot be run."""
        if len(self.running) >= MOST_AT_ONCE:
            return f"not run: {MOST_AT_ONCE} commands are running already"
        told = {"XTCMON_ALARM": event.name, "XTCMON_ALARM_STATE": event.what, "XTCMON_ALARM_VALUE": repr(event.value)}
        try:
            process = subprocess.Popen(
                list(command),
                env={**os.environ, **told},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        except (OSError, ValueError) as error:
            return f"not run: {error}"
        self.running.append((event.name, process, now + LONGEST_S))
        return ""

    def finished(self, now: float) -> list[tuple[str, str]]:
        """Alarm and trouble of the commands that failed since the last call; those that take too long are ended."""
        failed, left = [], []
        for name, process, end in self.running:
            code = process.poll()
            if code is None and now < end:
                left.append((name, process, end))
            elif code is None:
                process.kill()
                process.wait()
                failed.append((name, f"ended after {LONGEST_S:g} s"))
            elif code:
                failed.append((name, f"ended with code {code}"))
        self.running = left
        return failed

    def close(self) -> None:
        """Let go of what runs: it is waited for by nobody, but it may come to its own end."""
        for _, process, _ in self.running:
            # Without a return code the interpreter would warn of a child that nobody waited for.
            if process.poll() is None:
                process.returncode = 0
        self.running = []
