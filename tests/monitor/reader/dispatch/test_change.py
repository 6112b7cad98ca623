"""Changes of the settings while the service runs."""

from typing import Any

import pytest

from monitor.errors import ConfigError
from monitor.reader.dispatch.change import changed
from monitor.settings import Settings, parse

SETTINGS = parse(
    {
        "detector": [
            {"name": "cspad", "feature": [{"kind": "ROIFunc", "name": "ROI_0", "ROI": [[0, 1]]}, {"kind": "azav"}]},
            {"name": "epix", "common_mode": 4},
        ]
    }
)


def after(path: str, value: Any) -> Settings:
    return changed(SETTINGS, [{"path": path, "value": value}])


def test_a_parameter_of_a_feature_is_found_by_names() -> None:
    found = after("detector.cspad.feature.ROI_0.ROI", [[5, 9]])
    assert found.detector[0].feature[0].model_extra == {"ROI": [[5, 9]]}
    assert found.detector[1] == SETTINGS.detector[1]


def test_a_feature_without_a_name_is_found_by_its_kind() -> None:
    assert after("detector.cspad.feature.azav.enabled", False).detector[0].feature[1].enabled is False


def test_a_new_feature_is_appended_under_its_name() -> None:
    found = after("detector.epix.feature.ROI_1", {"kind": "ROIFunc", "ROI": [[1, 2]]}).detector[1].feature
    assert [(feature.kind, feature.name) for feature in found] == [("ROIFunc", "ROI_1")]


def test_the_settings_before_stay_as_they_were() -> None:
    before = SETTINGS.model_dump()
    after("detector.epix.common_mode", 1)
    assert SETTINGS.model_dump() == before


def test_several_changes_count_together_or_not_at_all() -> None:
    good = {"path": "detector.epix.common_mode", "value": 1}
    assert changed(SETTINGS, [good, {"path": "light.xray", "value": [162]}]).light.xray == (162,)
    with pytest.raises(ConfigError):
        changed(SETTINGS, [good, {"path": "light.colour", "value": 1}])


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("source.rate", 1),
        ("pool", {}),
        ("", 1),
        ("detector.none.common_mode", 1),
        ("detector.cspad.none.x", 1),
        ("detector.epix.common_mode", "much"),
        ("detector.epix.colour", 1),
        ("detector.epix.name.x", 1),
        ("detector.99", 1),
        ("light.xray.0", "a"),
        ("scan.time_scale", [1]),
    ],
)
def test_what_cannot_be_is_refused_with_a_reason(path: str, value: Any) -> None:
    with pytest.raises(ConfigError) as caught:
        after(path, value)
    assert str(caught.value)


@pytest.mark.parametrize("change", [{}, {"path": "light.xray"}, {"path": 3, "value": 1}])
def test_a_change_needs_path_and_value(change: dict[str, Any]) -> None:
    with pytest.raises(ConfigError):
        changed(SETTINGS, [change])
