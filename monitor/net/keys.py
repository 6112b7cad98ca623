"""CURVE keys: who a process is, whom it lets in, and what for. Everything beyond this machine needs them.

A folder of keys has the service's own pair (``service.key``, ``service.key_secret``, the certificates of ZeroMQ) and the list
``allowed``, one line per client: public key, name, rights separated by commas. It is read again when it changes.
"""

import logging
import os
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypedDict, get_args

import zmq
import zmq.auth
import zmq.utils.z85

from monitor.errors import ConfigError, Unusable
from monitor.net.address import check_address, is_beyond

log = logging.getLogger(__name__)

Right = Literal["read", "control", "publish", "work"]
"""Read the stream and ask; change settings; publish own plots and columns; be a part of the service."""

RIGHTS: tuple[Right, ...] = get_args(Right)
OWN, ALLOWED = "service", "allowed"
KEY_LENGTH = 40
ZAP, ZAP_VERSION = "inproc://zeromq.zap.01", b"1.0"


@dataclass(frozen=True, slots=True)
class Client:
    """Somebody who may connect: a name, and what he may do."""

    name: str
    rights: frozenset[str]


class KeyFolder:
    """The keys of a service on disk.

    Parameters
    ----------
    folder
        Where they are.

    Raises
    ------
    ConfigError
        If there are none, or they cannot be read.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        try:
            public, secret = zmq.auth.load_certificate(folder / f"{OWN}.key_secret")
        except (OSError, ValueError) as error:
            raise ConfigError("no keys of a service are here; make them with `xtcmon keys make`", key=str(folder)) from error
        if secret is None:
            raise ConfigError("the secret half is missing; make it again with `xtcmon keys make`", key=str(folder / OWN))
        self.public, self.secret = public, secret
        self._changed = (-1, -1, -1)
        self._clients: Mapping[bytes, Client] = {}

    def client(self, key: bytes) -> Client | None:
        """Who has this public key (40 characters); ``None`` if he may not come in. The service itself may do everything."""
        return Client(OWN, frozenset(RIGHTS)) if key == self.public else self.clients().get(key)

    def clients(self) -> Mapping[bytes, Client]:
        """Everybody in the list by public key; nobody while the list cannot be understood."""
        path = self.folder / ALLOWED
        try:
            found = path.stat()
            changed = (found.st_mtime_ns, found.st_ino, found.st_size)
            if changed != self._changed:
                self._changed, self._clients = changed, allowed_in(path.read_text())
        except FileNotFoundError:
            self._changed, self._clients = (-1, -1, -1), {}
        except (OSError, ValueError, ConfigError) as error:
            log.error("keys_unreadable", extra={"path": str(path), "why": str(error)})
            self._clients = {}
        return self._clients

    def allow(self, key: str, name: str, rights: frozenset[str]) -> None:
        """Add a client to the list, or replace what it says of him; no rights take him off it.

        Raises
        ------
        ConfigError
            If the key is none, or a right has another name.
        """
        line = f"{key} {name} {','.join(sorted(rights)) or 'none'}"
        allowed_in(line) if rights else _check_key(key)
        others = [f"{k.decode()} {c.name} {','.join(sorted(c.rights))}" for k, c in self.clients().items() if k != key.encode()]
        fresh = self.folder / f".{ALLOWED}.{os.getpid()}"
        fresh.write_text("".join(f"{one}\n" for one in [*others, *([line] if rights else [])]))
        fresh.replace(self.folder / ALLOWED)


def allowed_in(text: str) -> dict[bytes, Client]:
    """Clients by public key in the text of a list; lines that begin with ``#`` are for people.

    Raises
    ------
    ConfigError
        Naming the line that is wrong.
    """
    found = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("# "):
            continue
        words = line.split()
        if len(words) != 3 or not set(words[2].split(",")) <= set(RIGHTS):
            raise ConfigError(f"line {number} is not a key, a name and rights ({', '.join(RIGHTS)})", key=ALLOWED)
        _check_key(words[0])
        found[words[0].encode()] = Client(words[1], frozenset(words[2].split(",")))
    return found


def make_pair(folder: Path, name: str) -> Path:
    """A new pair of keys, ``<name>.key`` to give away and ``<name>.key_secret`` to keep; returns the path of the secret one.

    Raises
    ------
    ConfigError
        If there is one of that name already.
    Unusable
        If the folder cannot be written.
    """
    secret = folder / f"{name}.key_secret"
    if secret.exists():
        raise ConfigError("exists already; whoever uses it would be shut out", key=str(secret))
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        before = os.umask(0o077)
        try:
            zmq.auth.create_certificates(folder, name)
        finally:
            os.umask(before)
    except OSError as error:
        raise Unusable(f"{folder} cannot be written: {error.strerror}") from error
    return secret


def key_folder(given: str = "") -> Path:
    """The folder given, else what the environment says, else the user's own."""
    return Path(given or os.environ.get("XTCMON_KEYS") or Path.home() / ".config" / "xtcmon" / "keys")


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


def guard_bound(socket: "zmq.Socket[bytes]", address: str, right: Right, *, insecure: bool = False) -> "Gate | None":
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
    _check_key(server_key)
    if IDENTITY.keys is None:
        raise ConfigError("who asks for a key must show one; make it with `xtcmon keys make`", key="server key")
    return IDENTITY.keys


class Gate:
    """Answers ZeroMQ's question whether a key may come in (ZAP, RFC 27), in a thread that ends with the socket's context.

    Attributes
    ----------
    refused
        Connections that were not let in.
    """

    def __init__(self, context: "zmq.Context[zmq.Socket[bytes]]", keys: KeyFolder, right: Right) -> None:
        self.refused = 0
        self._keys, self._right = keys, right
        self._socket = context.socket(zmq.ROUTER)
        self._socket.setsockopt(zmq.LINGER, 0)
        self._socket.bind(ZAP)
        threading.Thread(target=self._run, name="keys", daemon=True).start()

    def may(self, user: str, right: Right) -> Client | None:
        """Who sends under this user id (his public key), if he has the right at this moment."""
        client = self._keys.client(user.encode())
        return client if client is not None and right in client.rights else None

    def _run(self) -> None:
        """Answer until the context ends."""
        try:
            while True:
                self._answer(self._socket.recv_multipart())
        except zmq.ContextTerminated:
            self._socket.close()

    def _answer(self, parts: list[bytes]) -> None:
        """One question: route, empty, version, number, domain, address, identity, mechanism, key as 32 bytes."""
        curve = len(parts) == 9 and parts[7] == b"CURVE" and len(parts[8]) == 32
        key = zmq.utils.z85.encode(parts[8]) if curve else b""
        client = self._keys.client(key)
        good = client is not None and self._right in client.rights
        if not good:
            self.refused += 1
            log.warning("key_refused", extra={"key": key.decode(), "address": parts[5].decode(errors="replace")[:60]})
        status = (b"200", b"", key) if good else (b"400", b"this key is not allowed here", b"")
        self._socket.send_multipart([parts[0], b"", ZAP_VERSION, parts[3], *status, b""])


def public_key(given: str) -> str:
    """The key itself, or the one in a file whose name ends in ``.key``.

    Raises
    ------
    ConfigError
        If the file holds none.
    """
    if not given.endswith(".key"):
        return given
    try:
        return zmq.auth.load_certificate(given)[0].decode()
    except (OSError, ValueError) as error:
        raise ConfigError("there is no public key in this file", key=given) from error


def _check_key(key: str) -> None:
    """Refuse what is no public key.

    Raises
    ------
    ConfigError
        Saying what it should be.
    """
    if len(key) != KEY_LENGTH or not key.isascii() or not key.isprintable():
        raise ConfigError(f"{key[:60]!r} is no public key of {KEY_LENGTH} characters; `xtcmon keys show` tells it")
