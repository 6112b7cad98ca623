"""What people changed of the alarms, version by version, and how that stands in a file. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

FORMAT = 1
MOST_VERSIONS = 50

Edits = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class AlarmVersion:
    """What people had changed at one time: alarm to fields that differ from the settings; ``on`` = whether it is watched."""

    number: int
    author: str
    time: float
    what: str
    edits: Edits

    def plain(self) -> dict[str, Any]:
        """As it stands in the file."""
        return {"number": self.number, "author": self.author, "time": self.time, "what": self.what, "edits": self.edits}


UNDONE = "taken back version "


def not_undone(versions: Sequence[AlarmVersion]) -> AlarmVersion | None:
    """The last change that is not taken back."""
    skip = 0
    for each in reversed(versions):
        if each.what.startswith(UNDONE):
            skip += 1
        elif skip:
            skip -= 1
        else:
            return each
    return None


def last_change(versions: Sequence[AlarmVersion], name: str) -> AlarmVersion | None:
    """The version that gave an alarm its present edits; ``None`` if it has none."""
    now = versions[-1].edits.get(name) if versions else None
    found = None
    for each in reversed(versions):
        if each.edits.get(name) != now:
            break
        found = each
    return found if now else None


def versions_in(data: object) -> tuple[AlarmVersion, ...]:
    """Versions out of a file.

    Raises
    ------
    ValueError
        If it is something else, or of another program's time.
    """
    match data:
        case {"format": 1, "versions": list(entries)}:
            return tuple(_version(entry) for entry in entries[-MOST_VERSIONS:])
        case {"format": other}:
            raise ValueError(f"format {other!r} is not {FORMAT}")
    raise ValueError("not a file of alarms")


def _version(entry: object) -> AlarmVersion:
    match entry:
        case {"number": int(n), "author": str(by), "time": int() | float() as when, "what": str(what), "edits": dict(edits)}:
            if all(isinstance(each, dict) for each in edits.values()):
                return AlarmVersion(n, by, float(when), what, edits)
    raise ValueError("a version of the alarms that is none")
