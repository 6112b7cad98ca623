"""A converted set-up as TOML for a person: sections in order, remarks above what they are about."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import tomlkit

from monitor.tools.convert.feature import Feature


def document(
    source: str, run: int, found: Mapping[str, Sequence[Feature]], sums: Mapping[str, Sequence[str]], remarks: Sequence[str]
) -> str:
    """The whole text.

    Parameters
    ----------
    source, run
        Where it comes from.
    found
        Features by detector.
    sums
        Names of run sums by detector.
    remarks
        What has no place further down.
    """
    lines = [f"# Converted from {_safe(source)} for run {run}.", *(f"# {_safe(remark)}" for remark in remarks)]
    for detector, features in found.items():
        lines += ["", "[[detector]]", f"name = {_value(detector)}"]
        if detector in sums:
            lines.append(f"sums = {_value(list(sums[detector]))}")
        for feature in features:
            lines += ["", *_lines(feature, "detector.feature")]
    return "\n".join(lines) + "\n"


def _lines(feature: Feature, path: str, lead: str = "") -> Iterator[str]:
    """A feature and its children; behind ``lead`` if they are a comment."""
    yield from (f"# {_safe(remark)}" for remark in feature.remarks)
    lead = lead if feature.known else "# "
    yield f"{lead}[[{path}]]"
    yield f"{lead}kind = {_value(feature.kind)}"
    for name, value in feature.given.items():
        yield f"{lead}{_key(name)} = {_value(value)}"
    for child in feature.children:
        yield ""
        yield from _lines(child, f"{path}.feature", lead)


def _value(value: Any) -> str:
    """As TOML has it, on one line; what TOML has no word for is left out."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_key(key)} = {_value(item)}" for key, item in value.items() if item is not None) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_value(item) for item in value if item is not None) + "]"
    return str(tomlkit.item(value).as_string())


def _key(name: Any) -> str:
    return str(tomlkit.key(str(name)).as_string())


def _safe(text: str) -> str:
    """One line: a comment must not end in the middle."""
    return " ".join("".join(character if character.isprintable() else " " for character in text).split())
