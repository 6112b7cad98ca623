"""What a message of the service says, in the pages' own terms."""

import math
from collections.abc import Mapping
from typing import Any

from dashboards.reduce.difference import difference
from dashboards.snapshot import FieldInfo, SettingsVersion, Since
from monitor.errors import ProtocolError
from monitor.wire.message import Message

RUN, STEP, SINCE = "sum/", "step_sum/", "since_sum/"
"""Means of the run, of its present step, and those since somebody had them begin anew."""


def heard_as(topic: str) -> str:
    """Where the service tells the means of this topic while they have begun anew."""
    return SINCE + topic.removeprefix(RUN) if topic.startswith(RUN) else topic


def shown_as(topic: str) -> str:
    """The topic under which pages find these means, whenever they began."""
    return RUN + topic.removeprefix(SINCE) if topic.startswith(SINCE) else topic


def since_in(status: Mapping[str, Any]) -> Since | None:
    """From where on means count, as the status says it; ``None`` = the whole run."""
    said = status.get("since")
    first, time = (said.get("first"), said.get("time")) if isinstance(said, Mapping) else (None, None)
    if not isinstance(said, Mapping) or not isinstance(first, int) or not isinstance(time, int | float):
        return None
    return Since(first=first, time=float(time), author=str(said.get("author") or ""))


def units_in(message: Message) -> dict[str, FieldInfo]:
    """Unit and description by field name."""
    said = message.header.get("fields", {})
    if not isinstance(said, Mapping) or not all(
        isinstance(about, list | tuple) and len(about) in (2, 3) for about in said.values()
    ):
        raise ProtocolError("the fields of the rows do not say unit and description")
    return {name: FieldInfo(str(about[0]), str(about[1])) for name, about in said.items()}


def number_in(value: object) -> float:
    """A number; NaN for anything else."""
    return float(value) if isinstance(value, int | float) else math.nan


def latency_in(latency: object) -> tuple[float, float]:
    """Median and 99 % of the whole way, in seconds: the stage ``total`` if it is given, else the slowest stage."""
    if not isinstance(latency, Mapping) or not latency:
        return math.nan, math.nan
    pairs = [
        (number_in(pair[0]), number_in(pair[1])) for pair in latency.values() if isinstance(pair, list | tuple) and len(pair) == 2
    ]
    total = latency.get("total")
    if isinstance(total, list | tuple) and len(total) == 2:
        return number_in(total[0]), number_in(total[1])
    return max(pairs, default=(math.nan, math.nan))


def settings_version(header: Mapping[str, Any], before: SettingsVersion | None) -> SettingsVersion:
    """A version of the settings, with what changed.

    Raises
    ------
    ProtocolError
        If it has no number, no first event or no settings.
    """
    version, first, settings = (header.get(key) for key in ("version", "first", "settings"))
    if not isinstance(version, int) or not isinstance(first, int) or not isinstance(settings, Mapping):
        raise ProtocolError("settings without version, first event or content")
    what = () if before is None else tuple(difference(before.settings, settings))
    author, time = str(header.get("author") or ""), number_in(header.get("time"))
    return SettingsVersion(version=version, first=first, time=time, author=author, what=what, settings=settings)
