"""What the settings say of a position, and where changes of it belong."""

from typing import Any

import numpy as np
import pytest

from dashboards.reduce.arrival import Tool
from dashboards.snapshot import FieldInfo, Snapshot
from dashboards.timetool_reference import divided_by
from dashboards.timetool_settings import Section, scan_scale, section_of, settings_text
from monitor.reader.dispatch.change import changed
from monitor.settings import parse

RAW = {
    "kind": "timetoolRaw",
    "ttROI_signal": [[27, 14], [16, 496]],
    "ttROI_reference": [[38, 51], [16, 496]],
    "reference_file": [],
    "weights": [-1.0, 0.0, 1.0],
    "ttCalib": [0.5, 0.002],
}


def tool(position: str) -> Tool:
    return Tool(position, "", "", "")


def plain(*features: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"detector": [{"name": "opal", "feature": list(features)}], **more}


def test_a_feature_without_a_name_is_found_by_its_fields_and_reached_by_its_kind() -> None:
    section = section_of(tool("opal/ttRaw_pos"), plain(RAW))

    assert section.calibration == "detector.opal.feature.timetoolRaw.ttCalib"
    assert section.reference == "detector.opal.feature.timetoolRaw.reference_file"
    assert section.terms == (0.5, 0.002)
    assert section.regions == {"signal": ((14, 27), (16, 496)), "reference": ((38, 51), (16, 496))}
    assert (section.left, section.taps) == (16.0, 3)


@pytest.mark.parametrize("named", [{}, {"name": "mine"}])
def test_the_service_takes_changes_at_these_places(named: dict[str, str]) -> None:
    section = section_of(tool(f"opal/{named.get('name', 'ttRaw')}_pos"), plain({**RAW, **named}))
    settings = parse(plain({**RAW, **named}))

    for path, value in ((section.calibration, [1.0, 2.0]), (section.reference, [3.0, 4.0])):
        after = changed(settings, [{"path": path, "value": value}])
        assert (after.detector[0].feature[0].model_extra or {})[path.rpartition(".")[2]] == value


def test_the_service_takes_a_polynomial_for_the_position_of_the_acquisition() -> None:
    path = section_of(tool("tt/FLTPOS"), {}).calibration

    assert changed(parse({}), [{"path": path, "value": [1.0, 2.0]}]).timetool.calibration == (1.0, 2.0)


def test_of_two_features_that_one_is_meant_whose_field_it_is() -> None:
    both = plain({**RAW, "name": "a"}, {**RAW, "name": "b", "ttCalib": [7.0, 8.0]})

    assert section_of(tool("opal/b_pos"), both).terms == (7.0, 8.0)
    assert section_of(tool("opal/c_pos"), both) == Section()


def test_the_position_of_the_acquisition_has_a_section_of_its_own() -> None:
    section = section_of(tool("tt/FLTPOS"), {"timetool": {"calibration": [1.0, 2.0, 3.0]}})

    assert (section.calibration, section.reference, section.terms) == ("timetool.calibration", "", (1.0, 2.0, 3.0))


def test_settings_to_copy_are_settings() -> None:
    assert settings_text(section_of(tool("opal/ttRaw_pos"), plain(RAW)), (-0.25, 0.0025)) == (
        "# feature timetoolRaw of the detector opal\nttCalib = [-0.25, 0.0025]"
    )
    assert settings_text(Section("timetool"), (1.0, 2.0)) == "[timetool]\ncalibration = [1, 2]"
    assert settings_text(Section(), (1.0, 2.0)) == ""


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "Divided by the region reference of the same frame."),
        ({"ttROI_reference": None}, "There is no reference yet, so no event has a position."),
        ({"reference_file": "a.npy"}, "Divided by a.npy."),
        ({"reference_file": [1.0, 2.0]}, "Divided by the reference of the settings."),
        ({"kind": "timetoolEdge"}, "The settings divide this position by nothing."),
    ],
)
def test_what_is_divided_by_is_said(given: dict[str, Any], said: str) -> None:
    name = "ttEdge" if given.get("kind") == "timetoolEdge" else "ttRaw"

    assert divided_by(section_of(tool(f"opal/{name}_pos"), plain({**RAW, **given}))) == said


@pytest.mark.parametrize("strange", ["x", [["a", 1], [2, 3]], [[1, 2]], None, [1, "b"], {"a": 1}, [True]])
def test_strange_settings_are_no_settings(strange: Any) -> None:
    odd = {"kind": "timetoolRaw", **dict.fromkeys(("ttROI_signal", "ttCalib", "weights"), strange)}
    section = section_of(tool("opal/ttRaw_pos"), plain(odd))

    assert (section.terms, section.regions, section.left, section.divisor) == ((), {}, 0.0, None)
    assert section_of(tool("opal/ttRaw_pos"), {"detector": strange, "timetool": strange}) == Section()


def test_the_divisor_is_the_list_of_the_settings() -> None:
    divisor = section_of(tool("opal/ttRaw_pos"), plain({**RAW, "reference_file": [1, 2.5]})).divisor

    assert divisor is not None
    np.testing.assert_array_equal(divisor, [1.0, 2.5])


def test_the_settings_of_the_scan_tell_the_picoseconds_of_its_variable() -> None:
    seen = Snapshot(fields={"opal/ttRaw_pos_ps": FieldInfo("ps"), "ipm/sum": FieldInfo("V")})
    scan = {"variable": "scan/lxt", "time": "opal/ttRaw_pos_ps", "time_scale": 1000.0}

    assert scan_scale({"scan": scan}, "scan/lxt", seen) == pytest.approx(1e-3)
    assert scan_scale({"scan": scan}, "scan/other", seen) is None
    assert scan_scale({"scan": {**scan, "time": "ipm/sum"}}, "scan/lxt", seen) is None
    assert scan_scale({"scan": {**scan, "time_scale": 0.0}}, "scan/lxt", seen) is None
    assert scan_scale({"scan": "x"}, "scan/lxt", seen) is None
