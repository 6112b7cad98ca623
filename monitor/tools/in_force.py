"""The settings that a running service works with, and a new reading of the user's files in it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from monitor.client import Monitor, NoAnswer, Refused
from monitor.errors import ConfigError, Unusable
from monitor.tools.find import stream_address

WAIT_S = 10.0


def in_force(service: Path | None, address: str) -> Mapping[str, Any]:
    """Settings of the newest pipeline version of a service.

    Raises
    ------
    Unusable
        If there is no such service, or it does not answer.
    """
    with Monitor(stream_address(service, address)) as monitor:
        return _settings(monitor)


def read_again(service: Path | None, address: str, author: str) -> int:
    """Have every file of the user's read again; the pipeline version that has them.

    Raises
    ------
    Unusable
        If there is no such service, or it does not answer.
    ConfigError
        If it has no such files, or a worker could not use them; the version before stays in force then.
    """
    with Monitor(stream_address(service, address)) as monitor:
        count = len(_settings(monitor).get("user") or ())
        if not count:
            raise ConfigError("this service has no files of your own; name them under [[user]] and start it again", key="user")
        changes = [{"path": f"user.{i}.sha256", "value": ""} for i in range(count)]
        try:
            return monitor.control(changes, author, WAIT_S)
        except Refused as error:
            raise ConfigError(f"nothing was changed: {error}") from error
        except NoAnswer as error:
            raise Unusable(f"the service does not answer: {error}") from error


def _settings(monitor: Monitor) -> Mapping[str, Any]:
    try:
        found: Mapping[str, Any] = monitor.latest("pipeline", WAIT_S).header["settings"]
    except NoAnswer as error:
        raise Unusable(f"the service does not say its settings: {error}") from error
    return found
