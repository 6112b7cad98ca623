"""The settings as a plain map: as the service says, else as this process was started."""

from collections.abc import Mapping
from typing import Any

from dashboards.snapshot import Snapshot
from monitor.settings import Settings


def settings_in_force(snapshot: Snapshot, settings: Settings) -> Mapping[str, Any]:
    """Settings of the newest pipeline version that was heard of."""
    told = snapshot.pipeline.get("settings")
    return told if isinstance(told, Mapping) else settings.model_dump()


def detector_in(plain: Mapping[str, Any], name: str) -> Mapping[str, Any] | None:
    """The section of one detector; ``None`` if it has none."""
    return next((entry for entry in maps_in(plain.get("detector")) if entry.get("name") == name), None)


def maps_in(value: object) -> list[Mapping[str, Any]]:
    """The maps in a list."""
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list | tuple) else []
