"""Where the pages listen, and under which names browsers may speak to them."""

import os
import socket

from dashboards.door import is_own
from monitor.errors import Unusable
from monitor.settings import Pages


def origins(pages: Pages, port: int) -> list[str]:
    """Under which names pages may speak to this server: its own, and those of the settings."""
    own = {host_of(pages.address), "127.0.0.1", "localhost"}
    if not is_own(pages.address):
        own |= {socket.gethostname(), socket.getfqdn()}
    return sorted({f"{host}:{port}" for host in own} | set(pages.origins))


def host_of(address: str) -> str:
    """The address as it stands in an URL; every address of this machine is told as its name."""
    if address in ("0.0.0.0", "::", ""):
        return socket.gethostname()
    return f"[{address}]" if ":" in address else address


def bound(address: str, port: int) -> socket.socket:
    """A listening socket, before anything else is built."""
    try:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        listening = socket.create_server((address, port), family=family)
    except OSError as error:
        why = os.strerror(error.errno or 0) if error.errno and error.errno > 0 else str(error)
        raise Unusable(
            f"port {port} of {address} cannot be used ({why}): end what uses it, or choose another with --port"
        ) from error
    listening.setblocking(False)
    return listening
