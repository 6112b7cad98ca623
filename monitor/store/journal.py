"""What is said once and must survive: settings, gaps, the end of the run. JSON lines, appended, durable with the next commit."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsEntry:
    """Settings of one pipeline version.

    Attributes
    ----------
    version
        Pipeline version, as in the column ``pipeline_version``.
    first
        Sequence number of the first event it holds for.
    text
        The whole settings, as TOML or JSON.
    author, time
        Who made them, and when (Unix s).
    """

    version: int
    first: int
    text: str
    author: str = ""
    time: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class LostEntry:
    """Events ``first`` to ``stop`` (half open) have no rows, and why."""

    first: int
    stop: int
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigEntry:
    """What the rows of a pipeline version were made with.

    Attributes
    ----------
    version
        Pipeline version.
    arrays
        Name to path below ``UserDataCfg`` and SHA-256 of the content.
    """

    version: int
    arrays: Mapping[str, tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class FinishEntry:
    """The run is over.

    Attributes
    ----------
    complete
        False if the closing transitions of the run are missing.
    ledger
        Events by fate (``read``, ``written``, ``lost`` ...).
    time
        When it was finished, Unix s.
    """

    complete: bool
    ledger: Mapping[str, int] = field(default_factory=dict)
    time: float = 0.0


Entry = SettingsEntry | LostEntry | ConfigEntry | FinishEntry
_KINDS: Mapping[str, type[SettingsEntry] | type[LostEntry] | type[ConfigEntry] | type[FinishEntry]] = {
    "config": ConfigEntry,
    "settings": SettingsEntry,
    "lost": LostEntry,
    "finish": FinishEntry,
}


def encode(entry: Entry) -> bytes:
    """One line, with its newline."""
    kind = next(name for name, kind in _KINDS.items() if isinstance(entry, kind))
    return json.dumps({"kind": kind, **asdict(entry)}, ensure_ascii=False, sort_keys=True).encode() + b"\n"


def decode(data: bytes) -> list[Entry]:
    """Entries of whole lines; lines of a kind that is not known here (a newer program wrote them) are passed over.

    Raises
    ------
    ValueError
        If a line is not what ``encode`` writes.
    """
    entries: list[Entry] = []
    for line in data.splitlines():
        fields: Any = json.loads(line)
        kind = _KINDS.get(fields.pop("kind", ""))
        if kind is None:
            continue
        try:
            entries.append(kind(**fields))
        except TypeError as error:
            raise ValueError(f"journal line {line[:80]!r} has unexpected fields") from error
    return entries


def settings_of(entries: Sequence[Entry]) -> dict[int, SettingsEntry]:
    """Settings by pipeline version; a version said twice keeps its first statement."""
    found: dict[int, SettingsEntry] = {}
    for entry in entries:
        if isinstance(entry, SettingsEntry):
            found.setdefault(entry.version, entry)
    return found


def lost_of(entries: Sequence[Entry]) -> list[LostEntry]:
    """Gaps in order of events, each once."""
    gaps = {(entry.first, entry.stop): entry for entry in entries if isinstance(entry, LostEntry)}
    return [gaps[key] for key in sorted(gaps)]


def configs_of(entries: Sequence[Entry]) -> dict[int, dict[str, tuple[str, str]]]:
    """What each pipeline version used: name to path and SHA-256; of what was said twice the last."""
    found: dict[int, dict[str, tuple[str, str]]] = {}
    for entry in entries:
        if isinstance(entry, ConfigEntry):
            found.setdefault(entry.version, {}).update({name: (path, digest) for name, (path, digest) in entry.arrays.items()})
    return found


def finish_of(entries: Sequence[Entry]) -> FinishEntry | None:
    """The last word on the end of the run, if there is one."""
    ends = [entry for entry in entries if isinstance(entry, FinishEntry)]
    return ends[-1] if ends else None
