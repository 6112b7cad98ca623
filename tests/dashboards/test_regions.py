"""Rectangle features of the settings in force, and how they are moved."""

from typing import Any

from dashboards.regions import region_features
from dashboards.snapshot import Snapshot
from monitor.settings import Settings, parse

PARSED = {"detector": [{"name": "cspad", "feature": [{"kind": "ROIFunc", "name": "R", "ROI": [[1, 2], [3, 4]]}]}]}


def told(**feature: Any) -> Snapshot:
    entry = {"kind": "ROIFunc", "name": "ROI_0", **feature}
    other = {"kind": "azav", "name": "az"}
    return Snapshot(pipeline={"settings": {"detector": [{"name": "cspad", "feature": [other, entry]}]}})


def test_the_service_knows_better_than_the_file() -> None:
    (found,) = region_features(told(image_ROI=[[10, 60], [20, 80]]), parse(PARSED), "cspad")

    assert (found.name, found.region, found.column) == ("ROI_0", ((10, 60), (20, 80)), "cspad/ROI_0_sum")


def test_before_the_service_speaks_the_settings_of_the_start_count() -> None:
    (found,) = region_features(Snapshot(), parse(PARSED), "cspad")

    assert (found.name, found.region) == ("R", ((1, 2), (3, 4)))


def test_a_region_in_panels_is_not_drawn_and_gives_way_to_a_drawn_one() -> None:
    (found,) = region_features(told(ROI=[[0, 1], [10, 60], [20, 80]]), Settings(), "cspad")

    assert found.region is None
    assert found.moved_to(((1, 2), (3, 4))) == [
        {"path": "detector.cspad.feature.ROI_0.ROI", "value": None},
        {"path": "detector.cspad.feature.ROI_0.image_ROI", "value": [[1, 2], [3, 4]]},
    ]


def test_a_drawn_region_is_moved_by_one_change() -> None:
    (found,) = region_features(told(image_ROI=[[10, 60], [20, 80]]), Settings(), "cspad")

    assert [change["path"] for change in found.moved_to(((1, 2), (3, 4)))] == ["detector.cspad.feature.ROI_0.image_ROI"]


def test_a_detector_without_rectangles_has_none() -> None:
    assert region_features(told(), Settings(), "opal") == []
