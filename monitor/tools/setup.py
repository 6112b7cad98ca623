"""Settings from a TOML file, data files and options, as one checked whole."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from monitor.calib.directory import calib_near
from monitor.errors import ConfigError, Unusable
from monitor.net.address import check_free
from monitor.net.keys import IDENTITY, use_keys
from monitor.settings import Settings, load, parse
from monitor.user_file import stamped

DEFAULT_OUTPUT = "xtcmon-output"


def gather(what: Sequence[str], options: Mapping[str, Any]) -> Settings:
    """Settings of a service.

    Parameters
    ----------
    what
        At most one ``.toml`` file, then data files or run specifications (``exp=…:run=…``).
    options
        Dotted path to value; ``None`` leaves the settings as they are.

    Raises
    ------
    ConfigError
        If anything is wrong with the settings, or a file of the user's cannot be read.
    """
    tomls = [name for name in what if name.endswith(".toml")]
    data = [name for name in what if not name.endswith(".toml")]
    if len(tomls) > 1:
        raise ConfigError(f"one settings file at most, not {len(tomls)}", file=", ".join(tomls))
    settings = load(Path(tomls[0])) if tomls else Settings()
    changes: dict[str, Any] = {path: value for path, value in options.items() if value is not None}
    if data:
        changes.update(_source(data))
    if not settings.store.directory and "store.directory" not in changes:
        changes["store.directory"] = DEFAULT_OUTPUT
    settings = parse(_changed(settings.model_dump(exclude_unset=True), changes), file=tomls[0] if tomls else "")
    _one_source(settings)
    return stamped(_with_constants(with_user_files(settings, Path(tomls[0]).parent if tomls else Path())))


def with_user_files(settings: Settings, folder: Path) -> Settings:
    """The same with whole paths of the user's files; relative ones count from this folder."""
    users = tuple(user.model_copy(update={"path": os.path.abspath(folder / user.path)}) for user in settings.user)
    return settings.model_copy(update={"user": users})


def check_output(directory: str) -> Path:
    """The output folder, made if need be.

    Raises
    ------
    Unusable
        If it cannot be written.
    """
    path = Path(directory)
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Unusable(f"the output folder {path} cannot be made: {error.strerror}; choose another with --output") from error
    if not os.access(path, os.W_OK | os.X_OK):
        raise Unusable(f"the output folder {path} is not writable; choose another with --output")
    return path


def _source(data: list[str]) -> dict[str, Any]:
    """Source settings for data files or one run specification."""
    if any(name.startswith("exp=") for name in data):
        if len(data) > 1:
            raise ConfigError("give one run specification, or files, not both", key="source")
        return {"source.dataset": data[0], "source.files": ()}
    return {"source.files": tuple(os.path.abspath(name) for name in data), "source.dataset": ""}


def _changed(data: dict[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """The mapping with values set at dotted paths."""
    for path, value in changes.items():
        *parents, last = path.split(".")
        here = data
        for name in parents:
            here = here.setdefault(name, {})
        here[last] = value
    return data


def _with_constants(settings: Settings) -> Settings:
    """The same with the calib directory named: workers that get bytes and no file names could not find it."""
    if settings.calib_directory or not settings.source.files:
        return settings
    near = calib_near(Path(settings.source.files[0]))
    return settings if near is None else settings.model_copy(update={"calib_directory": str(near)})


def _one_source(settings: Settings) -> None:
    """Refuse no source, and more than one."""
    source = settings.source
    given = [name for name in ("dataset", "files", "listen") if getattr(source, name)]
    if not given:
        raise ConfigError("say where events come from: data files, exp=…:run=…, or --listen ADDRESS", key="source")
    if len(given) > 1:
        raise ConfigError(f"one source at a time, not {' and '.join(given)}", key="source")


def check_ports(settings: Settings, *, dashboard: bool) -> None:
    """Say at once that a port is taken, and not when half of the service runs.

    Raises
    ------
    Unusable, ConfigError
        If an address cannot be bound.
    """
    use_keys(settings.keys.directory, required=settings.keys.required, insecure=settings.keys.insecure)
    for address in (settings.stream.address, settings.stream.requests):
        if address:
            check_free(address)
            IDENTITY.guards(address)
    if settings.metrics.port:
        check_free(f"tcp://{settings.metrics.address}:{settings.metrics.port}")
    for bridge in settings.bridge:
        check_free(bridge.address.replace("http://", "tcp://", 1))
    if dashboard:
        check_free(f"tcp://127.0.0.1:{settings.pages.port}")
