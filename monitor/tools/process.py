"""The processes of a service as the distribution declares them, and how one is started from the command line."""

import sys
from collections.abc import Callable
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

from monitor.errors import ConfigError, Unusable
from monitor.settings import Settings
from monitor.tools import logs

GROUP = "xtcmon.processes"
SETTINGS_FILE = "settings.json"
"""Name of the file in the runtime folder that holds the settings of the service."""


def process(name: str) -> Callable[..., Any]:
    """The function that runs one process (``reader``, ``worker``, ``aggregator``, ``dashboard``).

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
    """Command line that starts ``xtcmon command`` with this very interpreter."""
    return (sys.executable, "-m", "monitor.tools.main", command, *arguments)


def run_process(name: str, folder: Path, **options: Any) -> None:
    """Run one process of the service that has this runtime folder, in this process, until it is done.

    Raises
    ------
    ConfigError
        If the folder holds no settings of a service.
    """
    path = folder / SETTINGS_FILE
    try:
        settings = Settings.model_validate_json(path.read_text())
    except (OSError, ValueError) as error:
        raise ConfigError("is not the runtime folder of a service; see `xtcmon status`", key=str(folder)) from error
    logs.set_up()
    process(name)(settings, folder, **options)
