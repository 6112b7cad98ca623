"""Changes of the settings while the service runs: by dotted path, checked as a whole, never in place."""

from collections.abc import Mapping, Sequence
from typing import Any

from monitor.errors import ConfigError
from monitor.settings import CHANGEABLE, Settings, parse


def changed(settings: Settings, changes: Sequence[Mapping[str, Any]]) -> Settings:
    """Settings with these changes.

    Parameters
    ----------
    settings
        What is in force.
    changes
        Maps with ``path`` and ``value``. A step of the path is a key, or the name (or kind, or index) of a list's element:
        ``detector.cspad.feature.ROI_0.ROI``. A new name at the end of a path into a list appends the value.

    Raises
    ------
    ConfigError
        If a path leads nowhere, a section cannot change while the service runs, a further user file is named, or the result is
        not valid.
    """
    data = settings.model_dump(mode="json")
    for change in changes:
        path, value = change.get("path"), change.get("value")
        if not isinstance(path, str) or not path or "value" not in change:
            raise ConfigError("a change needs a path and a value", key=str(path))
        steps = path.split(".")
        if steps[0] not in CHANGEABLE:
            raise ConfigError(f"only {', '.join(CHANGEABLE)} can change while the service runs", key=path)
        _put(data, steps, value, path)
    found = parse(data)
    if strange := {user.path for user in found.user} - {user.path for user in settings.user}:
        why = "code comes from files that are named when the service starts, never from a message; start it again with this file"
        raise ConfigError(why, key=f"user {min(strange)}")
    return found


def _put(node: Any, steps: list[str], value: Any, path: str) -> None:
    """Set what the path leads to."""
    for step in steps[:-1]:
        node = _down(node, step, path)
    last = steps[-1]
    if isinstance(node, dict):
        node[last] = value
        return
    if not isinstance(node, list):
        raise ConfigError(f"there is nothing below {'.'.join(steps[:-1])!r}", key=path)
    at = _find(node, last)
    if at is not None:
        node[at] = value
    elif isinstance(value, dict):
        node.append({"name": last, **value})
    else:
        raise ConfigError(f"there is no {last!r} in this list", key=path)


def _down(node: Any, step: str, path: str) -> Any:
    """One step further."""
    if isinstance(node, dict) and step in node:
        return node[step]
    if isinstance(node, list):
        at = _find(node, step)
        if at is not None:
            return node[at]
    raise ConfigError(f"there is no {step!r} on this path", key=path)


def _find(items: list[Any], step: str) -> int | None:
    """Index of the element of this name; else of this kind; else the number itself."""
    for key in ("name", "kind"):
        for i, item in enumerate(items):
            if isinstance(item, dict) and item.get(key) == step:
                return i
    return int(step) if step.isascii() and step.isdigit() and len(step) < 6 and int(step) < len(items) else None
