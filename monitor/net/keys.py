"""CURVE keys: who this process is, and which of its sockets are guarded by them. Everything beyond this machine needs them."""

from dataclasses import dataclass
from typing import TypedDict

import zmq

from monitor.errors import ConfigError
from monitor.net.address import check_address, is_beyond
from monitor.net.gate import Gate
from monitor.net.key_folder import OWN, KeyFolder, Right, check_key, key_folder


@dataclass(slots=True)
class Identity:
    """How the sockets of this process are guarded.

    Attributes
    ----------
    keys
        The keys in use; ``None`` = there are none.
    required
        Guard tcp sockets on this machine too.
    insecure
        Open sockets to other machines without keys.
    """

    keys: KeyFolder | None = None
    required: bool = False
    insecure: bool = False

    def guards(self, address: str, *, insecure: bool = False) -> KeyFolder | None:
        """The keys for a socket at this address; ``None`` where it needs none.

        Raises
        ------
        ConfigError
            If the address is beyond this machine, or keys are required, and there are none.
        """
        beyond = is_beyond(address)
        if not address.startswith("tcp://") or insecure or self.insecure or not (beyond or self.required):
            return None
        if self.keys is None:
            raise ConfigError(
                f"{address!r} can be reached from other machines; make keys with `xtcmon keys make`, use 127.0.0.1, or say "
                "--insecure if that is meant"
            )
        return self.keys


IDENTITY = Identity()
"""Of this process; a process has one, as it has one user."""


def use_keys(directory: str, *, required: bool, insecure: bool) -> None:
    """Say once, before any socket opens, what the sockets of this process are guarded by.

    Raises
    ------
    ConfigError
        If a folder is named, or keys are required, and there are none.
    """
    folder = key_folder(directory)
    there = (folder / f"{OWN}.key_secret").exists()
    IDENTITY.keys = KeyFolder(folder) if there or directory or required else None
    IDENTITY.required, IDENTITY.insecure = required, insecure


class ClientKeys(TypedDict, total=False):
    """What ``monitor.client.Monitor`` takes: the path of a secret key, and a public one."""

    key: str
    server_key: str


def own_keys(address: str) -> ClientKeys:
    """The service's own keys as ``key`` and ``server_key`` of a client on this machine; empty where none are needed, or there.

    The service's pair opens everything, so it is for whoever may read its secret file.
    """
    keys = IDENTITY.guards(address) if IDENTITY.keys is not None else None
    return {} if keys is None else {"key": str(keys.folder / f"{OWN}.key_secret"), "server_key": keys.public.decode()}


def guard_bound(socket: "zmq.Socket[bytes]", address: str, right: Right, *, insecure: bool = False) -> Gate | None:
    """Make a socket that is about to be bound let in only who has this right; ``None`` where no keys are needed.

    Raises
    ------
    ConfigError
        If the address is none, or needs keys and there are none.
    """
    check_address(address)
    keys = IDENTITY.guards(address, insecure=insecure)
    if keys is None:
        return None
    gate = Gate(socket.context, keys, right)
    socket.setsockopt(zmq.CURVE_SECRETKEY, keys.secret)
    socket.setsockopt(zmq.CURVE_PUBLICKEY, keys.public)
    socket.setsockopt(zmq.CURVE_SERVER, 1)
    socket.setsockopt(zmq.ZAP_DOMAIN, b"xtcmon")
    return gate


def guard_connected(socket: "zmq.Socket[bytes]", address: str, server_key: str = "") -> None:
    """Give a socket that is about to connect to another process of the service the service's keys, where they are needed.

    Without any keys it connects all the same: the other side may be one that needs none. With a ``server_key`` it connects to
    whoever has that public key, and to nobody else.

    Raises
    ------
    ConfigError
        If the address or the key is none, or there are no keys to show to the owner of the ``server_key``.
    """
    check_address(address)
    keys = keys_to_show(server_key) if server_key else IDENTITY.keys
    if keys is None or not (server_key or IDENTITY.guards(address)):
        return
    socket.setsockopt(zmq.CURVE_SECRETKEY, keys.secret)
    socket.setsockopt(zmq.CURVE_PUBLICKEY, keys.public)
    socket.setsockopt(zmq.CURVE_SERVERKEY, server_key.encode() or keys.public)


def keys_to_show(server_key: str) -> KeyFolder:
    """The keys here, to be shown to the owner of this public key.

    Raises
    ------
    ConfigError
        If there are none, or it is no public key.
    """
    check_key(server_key)
    if IDENTITY.keys is None:
        raise ConfigError("who asks for a key must show one; make it with `xtcmon keys make`", key="server key")
    return IDENTITY.keys
