"""``xtcmon features``: everything that can be extracted, as people and programs see it."""

import json
from typing import Any

import pytest

import workers.pipeline  # noqa: F401  # fills the registry of features
from monitor.tools.main import run
from workers.features.feature import FEATURES


def printed(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> str:
    assert run(["features", *arguments]) == code
    captured = capsys.readouterr()
    return captured.out if code == 0 else captured.err


@pytest.fixture
def listed(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(printed(capsys, "--json"))
    return found


def test_every_feature_of_the_folder_is_listed(listed: dict[str, Any]) -> None:
    assert list(listed) == [name for name, _ in FEATURES.items()]


def test_every_parameter_has_a_type_and_a_text(listed: dict[str, Any]) -> None:
    for name, about in listed.items():
        assert about["about"], name
        for parameter in about["parameters"]:
            assert parameter["type"], (name, parameter)
            assert parameter["text"], (name, parameter)


def test_parameters_without_a_default_are_marked(listed: dict[str, Any]) -> None:
    about = {parameter["name"]: parameter for parameter in listed["azimuthalBinning"]["parameters"]}
    assert about["center"]["required"]
    assert (about["eBeam"]["required"], about["eBeam"]["default"], about["eBeam"]["type"]) == (False, 9.5, "float")


def test_the_fields_of_an_example_have_their_units(listed: dict[str, Any]) -> None:
    units = {field["name"]: field["unit"] for field in listed["ROIFunc"]["fields"]}
    values, places = ("sum", "mean", "std", "min", "max"), ("com", "com_tiles")
    assert units == {f"det/ROI_0_{key}": "ADU" for key in values} | {f"det/ROI_0_{key}": "pixel" for key in places}


def test_one_feature_is_told_in_full(capsys: pytest.CaptureFixture[str]) -> None:
    text = printed(capsys, "ROIFunc")
    assert all(word in text for word in ("writeArea", "thresADU", "centre of mass", "[[detector.feature]]", "det/ROI_0_sum"))


def test_all_features_have_one_line_each(capsys: pytest.CaptureFixture[str]) -> None:
    text = printed(capsys)
    assert all(name in text for name, _ in FEATURES.items())


def test_a_misspelt_feature_is_answered_with_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    assert "did you mean 'azimuthalBinning'?" in printed(capsys, "azimutalBinning", code=2)
