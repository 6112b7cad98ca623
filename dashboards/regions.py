"""The regions of a detector, as the settings in force describe them, and the changes that move them or add one."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dashboards.reduce.region import Corners, Region, corners_in, rectangle, region_in
from dashboards.settings_in_force import detector_in, maps_in, settings_in_force
from dashboards.snapshot import Snapshot
from monitor.settings import Settings

KIND = "ROIFunc"
PLACES = ("ROI", "image_ROI", "image_polygon")
"""Parameters that say where a region is; only one of them is given."""


@dataclass(frozen=True, slots=True)
class RegionFeature:
    """One region.

    Attributes
    ----------
    detector, name
        Their names in the settings.
    region
        Where it is in the image if it is a rectangle there.
    corners
        The same for a polygon.
    given
        Which of ``PLACES`` the settings give.
    """

    detector: str
    name: str
    region: Region | None
    corners: Corners | None
    given: tuple[str, ...]

    @property
    def column(self) -> str:
        """The field that shows the effect."""
        return f"{self.detector}/{self.name}_sum"

    @property
    def outline(self) -> Corners | None:
        """Its corners in the image, row and column; ``None`` if it is given in the panels' own coordinates."""
        return self.corners if self.region is None else rectangle(self.region)

    def moved_to(self, region: Region) -> list[dict[str, Any]]:
        """Changes of the settings that make it this rectangle."""
        return self._placed("image_ROI", [list(pair) for pair in region])

    def drawn_as(self, corners: Corners) -> list[dict[str, Any]]:
        """Changes of the settings that make it this polygon."""
        return self._placed("image_polygon", [list(corner) for corner in corners])

    def _placed(self, place: str, value: Any) -> list[dict[str, Any]]:
        path = f"detector.{self.detector}.feature.{self.name}"
        gone = [{"path": f"{path}.{other}", "value": None} for other in self.given if other != place]
        return [*gone, {"path": f"{path}.{place}", "value": value}]


def region_features(snapshot: Snapshot, settings: Settings, detector: str) -> list[RegionFeature]:
    """Regions of a detector: as the service says, else as this process was started."""
    entry = detector_in(settings_in_force(snapshot, settings), detector) or {}
    return [_feature(detector, each) for each in maps_in(entry.get("feature")) if each.get("kind") == KIND]


def new_region(detector: str, taken: Iterable[str], place: str, value: Any) -> list[dict[str, Any]]:
    """Changes of the settings that add a region under the next free name."""
    names = set(taken)
    name = next(name for n in range(len(names) + 1) if (name := f"ROI_{n}") not in names)
    return [{"path": f"detector.{detector}.feature.{name}", "value": {"kind": KIND, place: value}}]


def _feature(detector: str, entry: Mapping[str, Any]) -> RegionFeature:
    given = tuple(place for place in PLACES if entry.get(place) is not None)
    name = str(entry.get("name") or ("ROI" if given else "full"))
    drawn: Sequence[Any] | None = entry.get("image_ROI")
    region = region_in(drawn if drawn is not None else entry.get("ROI"))
    return RegionFeature(detector, name, region, corners_in(entry.get("image_polygon")), given)
