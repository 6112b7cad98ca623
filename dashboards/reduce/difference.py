"""What is different between two versions of the settings, in words."""

from collections.abc import Iterator, Mapping
from typing import Any

LONGEST_VALUE = 60
"""Letters of a value; masks and polygons are longer than anybody reads."""

MISSING = object()


def difference(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """One text ``path: old → new`` for each setting that differs, in the order of the settings.

    Entries of lists that have names (detectors, features) are told by them, as ``detector.cspad.feature.ROI_0``, the others by
    number.
    """
    return list(_different("", old, new))


def _different(path: str, old: object, new: object) -> Iterator[str]:
    """The differences below a path."""
    old, new = _by_name(old), _by_name(new)
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in dict.fromkeys([*old, *new]):
            yield from _different(f"{path}.{key}".lstrip("."), old.get(key, MISSING), new.get(key, MISSING))
    elif old != new:
        yield f"{path}: {_text(old)} → {_text(new)}"


def _by_name(value: object) -> object:
    """A list of maps as a map, so that an entry put in front does not change all others."""
    if not isinstance(value, list | tuple) or not value or not all(isinstance(each, Mapping) for each in value):
        return list(value) if isinstance(value, tuple) else value
    names = [str(each.get("name") or each.get("kind") or "") for each in value]
    unique = all(names) and len(set(names)) == len(names)
    return {names[i] if unique else str(i): each for i, each in enumerate(value)}


def _text(value: object) -> str:
    """A value as short as it can be read."""
    if value is MISSING:
        return "none"
    if isinstance(value, Mapping):
        return "added" if value else "nothing"
    text = str(value).replace("'", "")
    return text if len(text) <= LONGEST_VALUE else text[: LONGEST_VALUE - 1] + "…"
