"""Files with a user's own features: named by path and content, so that a version of the settings always means the same code."""

import hashlib
from pathlib import Path

from monitor.errors import ConfigError
from monitor.settings import Settings, User

KEPT = "user-features"
"""Folder beside the small-data file with a copy of every file of the user's that made rows in it."""


def stamped(settings: Settings) -> Settings:
    """The same settings, with the content of those user files that are not bound to one yet.

    Raises
    ------
    ConfigError
        If a file cannot be read.
    """
    users = tuple(user if user.sha256 else user.model_copy(update={"sha256": sha256(_read(user))}) for user in settings.user)
    return settings.model_copy(update={"user": users})


def keep(settings: Settings) -> None:
    """Copy the user files beside the small-data file: what made its rows stays known after the next edit.

    Raises
    ------
    ConfigError
        If a file is not what the settings mean, or the copy cannot be written.
    """
    for user in settings.user:
        content, copy = content_of(user, settings), _copy_of(user, settings)
        if copy is None or copy.exists():
            continue
        try:
            copy.parent.mkdir(parents=True, exist_ok=True)
            fresh = copy.with_suffix(".part")
            fresh.write_bytes(content)
            fresh.replace(copy)
        except OSError as error:
            raise ConfigError(f"its copy {copy} cannot be written: {error.strerror}", file=user.path, key="user") from error


def kept(settings: Settings) -> Settings:
    """``stamped``, and every file copied: what a change of the settings while the service runs needs."""
    found = stamped(settings)
    keep(found)
    return found


def content_of(user: User, settings: Settings) -> bytes:
    """The bytes that these settings mean: of the file, or of the copy kept of it if it was edited since.

    Raises
    ------
    ConfigError
        If neither has that content any more.
    """
    if not user.sha256:
        return _read(user)
    copy = _copy_of(user, settings)
    for path in (Path(user.path), copy):
        if path is not None and path.is_file() and sha256(content := path.read_bytes()) == user.sha256:
            return content
    raise ConfigError(
        f"is not any more what these settings were made with (SHA-256 {user.sha256[:12]}…), and there is no copy of that",
        file=user.path,
        key="user",
    )


def sha256(content: bytes) -> str:
    """Content in 64 characters."""
    return hashlib.sha256(content).hexdigest()


def _copy_of(user: User, settings: Settings) -> Path | None:
    directory = settings.store.directory
    return Path(directory) / KEPT / f"{user.sha256[:16]}-{Path(user.path).name}" if directory else None


def _read(user: User) -> bytes:
    try:
        return Path(user.path).read_bytes()
    except OSError as error:
        raise ConfigError(f"cannot be read: {error.strerror}", file=user.path, key="user") from error
