"""The stream's second way, for processes of its own machine: a socket file carries pictures with half the work of tcp."""

import functools
import socket
from pathlib import Path

from monitor.net.address import IPC_LIMIT
from monitor.net.endpoints import Endpoints

SCHEME = "ipc://"


def near_address(folder: Path) -> str:
    """A socket file in a service's runtime folder; empty where its path would be too long."""
    path = f"{folder.absolute()}/stream.sock"
    return f"{SCHEME}{path}" if len(path) <= IPC_LIMIT else ""


def stream_of(endpoints: Endpoints) -> str:
    """Where this process finds the stream best: near if it can be reached there, as only this machine's processes can.

    What comes there is to be handed to ``Recall``.
    """
    return endpoints.near if endpoints.stream and _answers(endpoints.near, endpoints.stream) else endpoints.stream


@functools.lru_cache(maxsize=8)
def _answers(near: str, stream: str) -> bool:
    """Whether somebody listens at a socket file; asked once for each service, which is told by its other address.

    A folder may be shared between machines, and its socket files be seen where nobody listens at them.
    """
    del stream
    if not near.startswith(SCHEME):
        return False
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        try:
            probe.connect(near.removeprefix(SCHEME))
        except OSError:
            return False
    return True
