"""Features of a converted set-up, with only such parameters as they have; the others are told with the nearest right one."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from monitor.tools.convert.value import Unknown

Catalog = Mapping[str, Mapping[str, Any]]
"""What features there are, as ``xtcmon features --json`` tells it."""


@dataclass(slots=True)
class Feature:
    """One feature with its children, as it will stand in the settings.

    Attributes
    ----------
    kind
        Its kind.
    given
        Parameters by name.
    remarks
        What stands above it as a comment: parameters that were left out, and why.
    known
        There is such a feature; otherwise it stands as a comment itself.
    """

    kind: str
    given: dict[str, Any] = field(default_factory=dict)
    children: list["Feature"] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    known: bool = True


def checked(feature: Feature, where: str, catalog: Catalog, note: Callable[[str], None]) -> Feature:
    """The same without parameters that it does not have, or whose values were not understood; each is noted.

    Parameters
    ----------
    where
        Detector and function of the configuration, for the notes.
    """
    given, remarks = {}, list(feature.remarks)
    known = _parameters(feature.kind, catalog)
    if known is None:
        remarks.append(f"there is no feature {feature.kind} here")
        note(f"{where}: {remarks[-1]}")
    for name, value in feature.given.items():
        strange = _strange(value)
        why = ""
        if strange is not None:
            why = f"its value in line {strange.line} is not plain: {strange.text}"
        elif known is not None and name not in known:
            why = f"{feature.kind} has no such parameter{_nearest(name, known)}"
        if why:
            remarks.append(f"{name} = {_shown(value)}: {why}")
            note(f"{where}: {name}: {why}")
        elif value is not None:
            given[name] = value
    children = [checked(child, f"{where}, {child.kind}", catalog, note) for child in feature.children]
    return Feature(feature.kind, given, children, remarks, known is not None)


def _parameters(kind: str, catalog: Catalog) -> Sequence[str] | None:
    if kind not in catalog:
        return None
    return ["name", *(parameter["name"] for parameter in catalog[kind]["parameters"])]


def _nearest(name: str, known: Sequence[str]) -> str:
    close = get_close_matches(name, known, n=1, cutoff=0.5)
    return f" (did you mean {close[0]!r}?)" if close else ""


def _strange(value: Any) -> Unknown | None:
    """The first part of a value that was not understood."""
    if isinstance(value, Unknown):
        return value
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list | tuple) else ()
    return next((found for part in parts if (found := _strange(part)) is not None), None)


def _shown(value: Any) -> str:
    text = value.text if isinstance(value, Unknown) else repr(value)
    return " ".join(text.split())[:80]
