"""Where the stream of a running service is, for the commands that listen to one."""

import time
from pathlib import Path

from monitor.errors import Unusable
from monitor.net.endpoints import read_endpoints
from monitor.supervisor.folder import the_service

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
