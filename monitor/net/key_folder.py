"""Keys of a service on disk: its own pair, and the list of those it lets in.

A folder of keys has the service's own pair (``service.key``, ``service.key_secret``, the certificates of ZeroMQ) and the list
``allowed``, one line per client: public key, name, rights separated by commas. It is read again when it changes.
"""

import logging
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

import zmq.auth

from monitor.errors import ConfigError, Unusable

log = logging.getLogger(__name__)

Right = Literal["read", "control", "publish", "work"]
"""Read the stream and ask; change settings; publish own plots and columns; be a part of the service."""

RIGHTS: tuple[Right, ...] = get_args(Right)
OWN, ALLOWED = "service", "allowed"
KEY_LENGTH = 40


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
        allowed_in(line) if rights else check_key(key)
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
        check_key(words[0])
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


def check_key(key: str) -> None:
    """Refuse what is no public key.

    Raises
    ------
    ConfigError
        Saying what it should be.
    """
    if len(key) != KEY_LENGTH or not key.isascii() or not key.isprintable():
        raise ConfigError(f"{key[:60]!r} is no public key of {KEY_LENGTH} characters; `xtcmon keys show` tells it")
