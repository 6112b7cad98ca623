"""The rectangle features of a detector, as the settings in force describe them, and the changes that move them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dashboards.reduce.region import Region, region_in
from dashboards.snapshot import Snapshot
from monitor.settings import Settings

KIND = "ROIFunc"


@dataclass(frozen=True, slots=True)
class RegionFeature:
    """One rectangle feature.

    Attributes
    ----------
    detector, name
        Their names in the settings.
    region
        Where it is in the image; ``None`` if it is given in the panels' own coordinates.
    in_panels
        It has such coordinates, which have to go when it is drawn in the image.
    """

    detector: str
    name: str
    region: Region | None
    in_panels: bool

    @property
    def column(self) -> str:
        """The field that shows the effect."""
        return f"{self.detector}/{self.name}_sum"

    def moved_to(self, region: Region) -> list[dict[str, Any]]:
        """Changes of the settings that put it there."""
        path = f"detector.{self.detector}.feature.{self.name}"
        wanted = [{"path": f"{path}.image_ROI", "value": [list(pair) for pair in region]}]
        return [{"path": f"{path}.ROI", "value": None}, *wanted] if self.in_panels else wanted


def region_features(snapshot: Snapshot, settings: Settings, detector: str) -> list[RegionFeature]:
    """Rectangle features of a detector: as the service says, else as this process was started."""
    told = snapshot.pipeline.get("settings")
    plain: Mapping[str, Any] = told if isinstance(told, Mapping) else settings.model_dump()
    for entry in _maps(plain.get("detector")):
        if entry.get("name") == detector:
            return [_feature(detector, each) for each in _maps(entry.get("feature")) if each.get("kind") == KIND]
    return []


def _maps(value: object) -> list[Mapping[str, Any]]:
    """The maps in a list."""
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list | tuple) else []


def _feature(detector: str, entry: Mapping[str, Any]) -> RegionFeature:
    drawn, panels = entry.get("image_ROI"), entry.get("ROI")
    whole = drawn is None and panels is None
    name = str(entry.get("name") or ("full" if whole else "ROI"))
    return RegionFeature(detector, name, region_in(drawn if drawn is not None else panels), panels is not None)
