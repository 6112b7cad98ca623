"""What the commands that run one process share: the processes other packages declare, and the settings of a service."""

import signal
import sys
import threading
import time
from collections.abc import Callable
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

from monitor.errors import ConfigError, Unusable
from monitor.net.endpoints import Endpoints, read_endpoints
from monitor.net.keys import use_keys
from monitor.settings import Settings
from monitor.tools import logs

GROUP = "xtcmon.processes"

SETTINGS_FILE = "settings.json"
"""Name of the file in the runtime folder that holds the settings of the service."""

POLL_S = 0.02

PREFIX = (sys.executable, "-m", "monitor.tools.main")
"""How each command line of ours begins, with this very interpreter."""

STOPPED_EXIT = 4
"""Exit code of a process that a signal ended before its work was done; unless the supervisor sent it, it is started again."""


def declared(name: str) -> Callable[..., Any]:
    """The function that runs a process of another package (``worker``, ``dashboard``), found as an entry point.

    Raises
    ------
    Unusable
        If the package is not installed, so that nothing is declared.
    """
    found = entry_points(group=GROUP, name=name)
    if not found:
        raise Unusable(f"the {name} process is not installed here; run `make env` or `pip install -e .`")
    loaded: Callable[..., Any] = next(iter(found)).load()
    return loaded


def argv(command: str, *arguments: str) -> tuple[str, ...]:
    """Command line that starts ``xtcmon command``."""
    return (*PREFIX, command, *arguments)


def settings_of(folder: Path, process: str) -> Settings:
    """Settings of the service that has this runtime folder; log lines of this process go where the service's go from now on.

    Raises
    ------
    ConfigError
        If the folder holds no settings of a service.
    """
    settings = written_settings(folder)
    use_keys(settings.keys.directory, required=settings.keys.required, insecure=settings.keys.insecure)
    logs.set_up(process=process, service=folder, output=settings.store.directory)
    return settings


def written_settings(folder: Path) -> Settings:
    """What ``write_settings`` has written.

    Raises
    ------
    ConfigError
        If the folder holds no settings of a service.
    """
    path = folder / SETTINGS_FILE
    try:
        return Settings.model_validate_json(path.read_text())
    except (OSError, ValueError) as error:
        raise ConfigError("is not the runtime folder of a service; see `xtcmon status`", key=str(folder)) from error


def write_settings(folder: Path, settings: Settings) -> None:
    """Settings of the service of this runtime folder, for its processes."""
    (folder / SETTINGS_FILE).write_text(settings.model_dump_json())


def known_endpoints(folder: Path, stop: threading.Event, *names: str) -> Endpoints:
    """Addresses of a service, as soon as those named are known; incomplete if ``stop`` is set before."""
    while not all(getattr(endpoints := read_endpoints(folder), name) for name in names) and not stop.is_set():
        time.sleep(POLL_S)
    return endpoints


def stop_event() -> threading.Event:
    """An event that SIGTERM and SIGINT set."""
    event = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: event.set())
    return event
