"""Where the stream of a running service is, for the commands that listen to one."""

import time
from pathlib import Path
from typing import TYPE_CHECKING

from monitor.errors import ConfigError, Unusable
from monitor.net.endpoints import read_endpoints
from monitor.net.keys import own_keys, use_keys
from monitor.settings import Settings
from monitor.supervisor.folder import the_service
from monitor.tools.process import SETTINGS_FILE

if TYPE_CHECKING:
    from monitor.client import Monitor

WAIT_S = 10.0


def stream_address(service: Path | None, address: str) -> str:
    """The address given, else the one of the service named, else of the only one that runs.

    Raises
    ------
    Unusable
        If there is no such service, or it does not say its address in time.
    """
    if address:
        return address
    folder = the_service(service)
    deadline = time.monotonic() + WAIT_S
    while not (found := read_endpoints(folder).stream):
        if time.monotonic() > deadline:
            raise Unusable(f"the service in {folder} has no stream yet; is its aggregator running?")
        time.sleep(0.1)
    return found


def opened(service: Path | None, address: str, key: str = "", server_key: str = "") -> "Monitor":
    """A client of the service, with the keys given; of a service on this machine with its own, where it asks for any.

    Raises
    ------
    Unusable, ConfigError
        If there is no such service, or the keys cannot be read.
    """
    from monitor.client import Monitor

    where = stream_address(service, address)
    if bool(key) != bool(server_key):
        raise ConfigError("a key needs the other side's public key too: --key and --server-key", key="--key")
    try:
        if key:
            return Monitor(where, key=key, server_key=server_key)
    except (OSError, ValueError) as error:
        raise ConfigError(f"cannot be used: {error}", key="--key") from error
    if not address:
        known = Settings.model_validate_json((the_service(service) / SETTINGS_FILE).read_text()).keys
        use_keys(known.directory, required=known.required, insecure=known.insecure)
    return Monitor(where, **own_keys(where))
