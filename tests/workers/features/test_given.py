"""Arrays and rectangles of the settings that cannot be any are refused before a frame is seen, each by its name."""

from typing import Any

import pytest

from monitor.errors import ConfigError
from tests.support.features import settings
from workers.features.feature import check_feature

WRONG = [
    ("ROIFunc", {"ROI": "abc"}, "ROI"),
    ("ROIFunc", {"ROI": [[0, 10], [1.5, 2]]}, "ROI"),
    ("ROIFunc", {"ROI": [[[0, 10], [0, 10]], [[0, 10], [0]]]}, "ROI"),
    ("ROIFunc", {"image_ROI": [1, 2, 3]}, "image_ROI"),
    ("ROIFunc", {"userMask": "no/such/file.npy"}, "userMask"),
    ("photonFunc", {"mask": [[1, 0], [1]]}, "mask"),
    ("timetoolEdge", {"weights": {"a": 1}}, "weights"),
    ("timetoolRaw", {"ttROI_signal": "top", "weights": [1, 2]}, "ttROI_signal"),
]


@pytest.mark.parametrize(("kind", "given", "name"), WRONG)
def test_what_is_no_array_or_rectangle_is_refused(kind: str, given: dict[str, Any], name: str) -> None:
    with pytest.raises(ConfigError) as caught:
        check_feature(settings(kind, name="f", **given), "det")
    assert str(caught.value).startswith(f"detector.det.feature.f.{name}: ")


@pytest.mark.parametrize("region", [[[0, 10], [5, 25]], [0, 2], [[[0, 10], [5, 25]], [[10, 20], [5, 25]]], None])
def test_rectangles_in_every_form_are_taken(region: Any) -> None:
    check_feature(settings("ROIFunc", ROI=region), "det")
