"""The whole service on this machine: its processes, what a person sees meanwhile, and a clean end."""

import signal
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType

from monitor.errors import Unusable
from monitor.net.endpoints import read_endpoints
from monitor.net.processes import write_processes
from monitor.settings import Settings
from monitor.supervisor.service import Role, Service, Start
from monitor.tools import logs
from monitor.tools.nursery import nursery
from monitor.tools.process import argv, write_settings
from monitor.user_file import keep

TURN_S = 0.05
PAGES_FIRST_S = 10.0
"""How long the reader waits for the pages, so that they see the beginning, and a short run at all."""

Known = tuple[Mapping[str, int], Mapping[str, int]]
"""Process numbers and restarts, by name."""

EachTurn = Callable[[Service], bool]
"""Called once a turn; says whether the service should be kept although the run is done (somebody looks at the pages)."""


def roles(folder: Path, settings: Settings, *, dashboard: bool) -> list[Role]:
    """The processes of a service whose runtime folder holds its settings."""
    service = ("--service", str(folder))
    latest = time.monotonic() + PAGES_FIRST_S if dashboard else 0.0
    found = [
        Role("aggregator", argv("aggregator", *service), essential=True),
        Role("reader", argv("reader", *service), essential=True, may_begin=lambda: _pages_served(folder, latest)),
    ]
    for i in range(settings.pool.workers):
        name = f"worker-{i}"
        found.append(Role(name, argv("worker", *service, "--name", name), essential=True))
    if settings.bridge:
        found.append(Role("bridge", argv("bridge", *service), essential=False))
    if dashboard:
        found.append(Role("dashboard", argv("dashboard", *service), essential=False))
    return found


def _pages_served(folder: Path, latest: float) -> bool:
    """Whether the pages listen to the stream; from a moment on (monotonic seconds) they are not waited for."""
    return time.monotonic() >= latest or bool(read_endpoints(folder).dashboard)


def supervise(folder: Path, settings: Settings, *, dashboard: bool, each_turn: EachTurn, start: Start | None = None) -> Service:
    """Run the processes until the run is done, or somebody stops it.

    Parameters
    ----------
    folder
        Runtime folder of the service.
    settings
        The whole set-up.
    dashboard
        Serve the pages too.
    each_turn
        Called once a turn.
    start
        How a process is started; None: by a nursery of its own.

    Raises
    ------
    Unusable
        If a process cannot start, in that process's own words.
    """
    keep(settings)
    write_settings(folder, settings)
    output = settings.store.directory
    logs.make_way(output)
    logs.set_up(file=folder / "supervisor.log", process="supervisor", service=folder, output=output)
    with ExitStack() as ours:
        start = start or ours.enter_context(nursery()).start
        service = Service(roles(folder, settings, dashboard=dashboard), folder, start)
        try:
            known: Known = ({}, {})
            with _signals() as asked:
                while (each_turn(service) and not service.stopping) or not service.done:
                    _obey(service, len(asked))
                    service.step()
                    known = _note_processes(folder, service, known)
                    time.sleep(TURN_S)
        finally:
            service.end()
            logs.set_up(level="WARNING")
    if service.failure:
        raise Unusable(last_words(folder, service.failure.split()[0]) or service.failure)
    return service


def _note_processes(folder: Path, service: Service, known: Known) -> Known:
    """Write down who runs, whenever that has changed, for the status of the service."""
    now = (dict(service.pids), dict(service.restarts))
    if now != known:
        write_processes(folder, *now)
    return now


def last_words(folder: Path, name: str) -> str:
    """The last thing a process said before it ended; empty if it said nothing."""
    try:
        lines = (folder / f"{name}.log").read_text(errors="replace").strip().splitlines()
    except FileNotFoundError:
        return ""
    return lines[-1].removeprefix("xtcmon: ") if lines else ""


def _obey(service: Service, asked: int) -> None:
    """The first SIGINT or SIGTERM drains and commits, the second ends at once."""
    if asked and not service.stopping:
        service.request_stop()
    elif asked > 1 and not service.broken_off:
        service.abort()


@contextmanager
def _signals() -> Iterator[list[int]]:
    """The SIGINT and SIGTERM received so far. A handler may run between any two steps of the service, so it only takes note."""
    asked: list[int] = []

    def handle(number: int, frame: FrameType | None) -> None:
        asked.append(number)

    before = {number: signal.signal(number, handle) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield asked
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
