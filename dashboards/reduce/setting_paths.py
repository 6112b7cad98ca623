"""The settings that may change while the service runs, by the paths under which a change names them."""

import json
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from monitor.settings import CHANGEABLE

ENABLED = "enabled"


def setting_paths(plain: Mapping[str, Any]) -> dict[str, Any]:
    """Path to present value of every setting that may change; ``None`` = not given.

    Parameters
    ----------
    plain
        The settings in force. Elements of a list go by their name or kind where no other has the same, else by their number.
    """
    return dict(_below({key: plain[key] for key in CHANGEABLE if key in plain}, ""))


def feature_switches(paths: Mapping[str, Any]) -> dict[str, bool]:
    """Path of each feature to whether it is on."""
    ending = f".{ENABLED}"
    return {path.removesuffix(ending): bool(value) for path, value in paths.items() if path.endswith(ending)}


def value_of(text: str) -> Any:
    """What a person means by a text: a TOML value, ``None`` (as without the setting) for nothing, else the text itself.

    >>> value_of("5"), value_of("[[0, 10], [3, 4]]"), value_of(""), value_of("constants/new"), value_of("2026-11-21")
    (5, [[0, 10], [3, 4]], None, 'constants/new', '2026-11-21')
    """
    text = text.strip()
    if not text:
        return None
    try:
        found = tomllib.loads(f"value = {text}")
        # TOML has days and hours, which no setting has.
        json.dumps(found)
    except (tomllib.TOMLDecodeError, TypeError):
        return text
    return found["value"] if len(found) == 1 else text


def text_of(value: Any) -> str:
    """A value as one would write it; the other way round of ``value_of``."""
    if value is None:
        return ""
    if isinstance(value, Mapping):
        inner = ", ".join(f"{json.dumps(str(key))} = {text_of(each)}" for key, each in value.items() if each is not None)
        return f"{{{inner}}}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(text_of(each) for each in value)}]"
    return json.dumps(value) if isinstance(value, str | bool) else repr(value)


def _below(node: Any, path: str) -> Iterator[tuple[str, Any]]:
    inner: list[tuple[str, Any]] = []
    if isinstance(node, Mapping):
        inner = [(str(key), value) for key, value in node.items()]
    elif isinstance(node, list | tuple) and node and all(isinstance(each, Mapping) for each in node):
        inner = list(zip(_steps(node), node, strict=True))
    if not inner:
        yield path, node
    for step, value in inner:
        yield from _below(value, f"{path}.{step}" if path else step)


def _steps(elements: Sequence[Mapping[str, Any]]) -> list[str]:
    """What each element of a list is called in a path: the first of name and kind that leads to it."""
    names, kinds = ([str(each.get(key) or "") for each in elements] for key in ("name", "kind"))
    return [
        name if name and names.index(name) == at else kind if kind and kind not in names and kinds.index(kind) == at else str(at)
        for at, (name, kind) in enumerate(zip(names, kinds, strict=True))
    ]
