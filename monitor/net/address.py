"""Addresses of sockets: what may be bound without keys, and what to say when it cannot be."""

import ipaddress
import socket
from urllib.parse import urlsplit

from monitor.errors import ConfigError, Unusable

IPC_LIMIT = 100
"""Characters in the path of an ipc address; the kernel refuses more than 107."""


def check_address(address: str, *, bind: bool = False, insecure: bool = False) -> None:
    """Refuse an address that cannot be meant, or, for what has no keys, that would open the service to the network unasked.

    Raises
    ------
    ConfigError
        Naming what would be right.
    """
    scheme, _, rest = address.partition("://")
    if scheme == "ipc" and rest:
        if len(rest) > IPC_LIMIT:
            raise ConfigError(f"{address!r} is too long for an ipc address; use a shorter folder")
        return
    try:
        parts = urlsplit(address)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if scheme != "tcp" or not host or port is None or parts.path:
        raise ConfigError(f"{address!r} is not an address; write tcp://127.0.0.1:5580 or ipc:///path/of/a/socket")
    if bind and not insecure and not is_loopback(host):
        raise ConfigError(f"{address!r} can be reached from other machines; use 127.0.0.1, or say --insecure if that is meant")


def is_beyond(address: str) -> bool:
    """Whether other machines can reach a socket at this (checked) address."""
    return address.startswith("tcp://") and not is_loopback(urlsplit(address).hostname or "")


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach a socket bound there."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def check_free(address: str) -> None:
    """Bind a tcp address and give it free again.

    Raises
    ------
    ConfigError
        If it is not an address.
    Unusable
        If it is taken.
    """
    check_address(address)
    if not address.startswith("tcp://"):
        return
    parts = urlsplit(address)
    with socket.socket(socket.AF_INET6 if ":" in (parts.hostname or "") else socket.AF_INET) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((parts.hostname, parts.port))
        except OSError as error:
            raise Unusable(f"{address} cannot be used: {error.strerror}; end what uses it, or choose another address") from error
