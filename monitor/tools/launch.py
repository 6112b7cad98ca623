"""The whole service on this machine: folder, processes, progress, clean end."""

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from monitor.errors import Unusable
from monitor.settings import Settings
from monitor.supervisor.child import Child
from monitor.supervisor.service import Role, Service
from monitor.tools.process import SETTINGS_FILE, argv

TURN_S = 0.05


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a service ended: the exit code for the command line, and what the aggregator says it wrote."""

    exit_code: int
    summary: str


def roles(folder: Path, settings: Settings, *, dashboard: bool) -> list[Role]:
    """The processes of a service whose runtime folder holds its settings."""
    service = ("--service", str(folder))
    found = [
        Role("aggregator", argv("aggregator", *service), essential=True),
        Role("reader", argv("reader", *service), essential=True),
    ]
    for i in range(settings.pool.workers):
        name = f"worker-{i}"
        found.append(Role(name, argv("worker", *service, "--name", name), essential=True))
    if dashboard:
        found.append(Role("dashboard", argv("dashboard", *service), essential=False))
    return found


@contextmanager
def signals(service: Service) -> Iterator[None]:
    """First SIGINT or SIGTERM drains and commits, the second ends at once."""

    def handle(number: int, frame: FrameType | None) -> None:
        if service.stopping:
            service.end()
        else:
            service.request_stop()

    before = {number: signal.signal(number, handle) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def supervise(folder: Path, settings: Settings, *, dashboard: bool, each_turn: "Turn") -> Service:
    """Run the processes until the run is done or somebody stops it.

    Raises
    ------
    Unusable
        If a process cannot start, in that process's own words.
    """
    (folder / SETTINGS_FILE).write_text(settings.model_dump_json())
    service = Service(roles(folder, settings, dashboard=dashboard), folder, Child)
    with signals(service):
        while not service.done:
            service.step()
            each_turn(service)
            time.sleep(TURN_S)
        if service.failure:
            raise Unusable(_last_words(folder, service))
    return service


def _last_words(folder: Path, service: Service) -> str:
    """What the process that could not start said last."""
    name = service.failure.split()[0]
    lines = (folder / f"{name}.log").read_text(errors="replace").strip().splitlines()
    return lines[-1].removeprefix("xtcmon: ") if lines else service.failure
