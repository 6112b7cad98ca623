"""All settings together, read from a TOML file."""

import difflib
import re
import tomllib
from pathlib import Path
from typing import Any

from pydantic import BaseModel, Field, ValidationError

from monitor.errors import ConfigError
from monitor.settings.beam import Epics, Light, Names, TimeTool
from monitor.settings.detector import Detector, Others, Sum, User
from monitor.settings.pages import Alarm, Pages, Scan
from monitor.settings.section import Section
from monitor.settings.service import Bridge, Keys, Metrics, Pool, Store, Stream
from monitor.settings.source import Source


class Settings(Section):
    """The whole set-up."""

    source: Source = Source()
    detector: tuple[Detector, ...] = ()
    sum: tuple[Sum, ...] = ()
    others: Others = Others()
    user: tuple[User, ...] = ()
    light: Light = Light()
    names: Names = Names()
    timetool: TimeTool = TimeTool()
    epics: Epics = Epics()
    store: Store = Store()
    pool: Pool = Pool()
    pages: Pages = Pages()
    stream: Stream = Stream()
    keys: Keys = Keys()
    metrics: Metrics = Metrics()
    bridge: tuple[Bridge, ...] = ()
    scan: Scan = Scan()
    alarm: tuple[Alarm, ...] = ()
    calib_directory: str = ""
    constants: dict[str, str] = Field({})
    """Path and content (SHA-256) of each constants file in use; written by the service."""


CHANGEABLE = ("detector", "others", "user", "light", "timetool", "calib_directory", "scan")
"""Sections that may change while the service runs; the others say where bytes come from and go to."""
UNITS = {
    "B": 1,
    "KB": 10**3,
    "MB": 10**6,
    "GB": 10**9,
    "TB": 10**12,
    "KiB": 1 << 10,
    "MiB": 1 << 20,
    "GiB": 1 << 30,
    "TiB": 1 << 40,
}


def bytes_in(text: str, *, key: str) -> int:
    """Bytes in a size such as ``512 MiB``, ``2GB`` or ``4096``.

    Raises
    ------
    ConfigError
        If it is not a size, or not above 0.
    """
    found = re.fullmatch(r"\s*([0-9]+(?:\.[0-9]+)?)\s*([A-Za-z]*)\s*", text)
    if not found or (found[2] or "B") not in UNITS:
        raise ConfigError(f"{text!r} is not a size; write for example 512 MiB", key=key)
    size = int(float(found[1]) * UNITS[found[2] or "B"])
    if size <= 0:
        raise ConfigError("a size must be above 0", key=key)
    return size


def load(path: Path) -> Settings:
    """Settings in a TOML file.

    Raises
    ------
    ConfigError
        Naming file, key and the nearest valid key, for anything that is not as it should be.
    """
    try:
        data = tomllib.loads(path.read_text())
    except FileNotFoundError as error:
        raise ConfigError("there is no such settings file", file=str(path)) from error
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"cannot be read as TOML: {error}", file=str(path)) from error
    return parse(data, file=str(path))


def parse(data: dict[str, Any], *, file: str = "") -> Settings:
    """Settings in a plain mapping, as TOML gives it.

    Raises
    ------
    ConfigError
        As ``load``.
    """
    try:
        return Settings.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        place = first["loc"]
        key = ".".join(str(part) for part in place)
        if first["type"] == "extra_forbidden":
            raise ConfigError("there is no such key", file=file, key=key, nearest=_nearest(place)) from error
        raise ConfigError(first["msg"], file=file, key=key) from error


def _nearest(place: tuple[int | str, ...]) -> str:
    """The valid key closest to the last name of a path; empty if none is close."""
    model: type[BaseModel] = Settings
    for name in place[:-1]:
        if isinstance(name, int):
            continue
        annotation = model.model_fields[name].annotation
        inner = getattr(annotation, "__args__", (annotation,))[0]
        if not (isinstance(inner, type) and issubclass(inner, BaseModel)):
            return ""
        model = inner
    close = difflib.get_close_matches(str(place[-1]), model.model_fields, n=1, cutoff=0.4)
    return close[0] if close else ""
