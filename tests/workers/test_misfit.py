"""What cannot fit a frame is said with feature, parameter and shape before any event has it."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from monitor.model.frame_shape import FrameShape
from monitor.settings import parse
from workers.misfit import misfits
from workers.pipeline import Pipeline

CAMERA = {"opal": FrameShape(shape=(64, 512), image=(64, 512))}
CSPAD = {"opal": FrameShape(shape=(32, 185, 388), image=(1700, 1700))}
WEIGHTS = [-1.0, -1.0, 0.0, 1.0, 1.0]


PLACED = {
    "opal": FrameShape(shape=(4, 100, 80), image=(220, 170), known={"x": (-11e3, 11e3), "y": (-8.5e3, 8.5e3), "rms": (2.0, 4.0)})
}
"""Four panels around the beam: the farthest pixel 13.9 mm from it."""
TRACE = {"opal": FrameShape(shape=(400,))}
AZIMUTHAL = {"kind": "azimuthalBinning", "center": [0.0, 0.0], "dis_to_sam": 100.0, "eBeam": 9.5}


def said(frames: Any, *features: dict[str, Any], **detector: Any) -> list[str]:
    settings = parse({"detector": [{"name": "opal", "feature": list(features), **detector}]})
    Pipeline(settings, 0)
    return misfits(settings, frames)


@pytest.mark.parametrize(
    ("feature", "sentence"),
    [
        (
            {"kind": "ROIFunc", "name": "R", "ROI": [[70, 80], [0, 9]]},
            "feature.R: ROI [[70, 80], [0, 9]] holds no pixel of a frame of shape (64, 512)",
        ),
        (
            {"kind": "ROIFunc", "name": "R", "image_ROI": [[0, 9], [600, 700]]},
            "feature.R: image_ROI [[0, 9], [600, 700]] holds no pixel of a frame of shape (64, 512)",
        ),
        (
            {"kind": "ROIFunc", "name": "R", "ROI": [[0, 1], [0, 9], [0, 9]]},
            "feature.R: ROI [[0, 1], [0, 9], [0, 9]] has 3 axes, a frame of shape (64, 512) only 2",
        ),
        (
            {"kind": "timetoolRaw", "ttROI_signal": [[64, 70], [0, 99]], "reference_file": [], "weights": WEIGHTS},
            "feature.timetoolRaw: ttROI_signal [[64, 70], [0, 99]] holds no pixel of a frame of shape (64, 512)",
        ),
        (
            {"kind": "mecttFunc", "background": 5.0, "roi_n": [[90, 99], [0, 12]]},
            "feature.mecttFunc: roi_n [[90, 99], [0, 12]] holds no pixel of a frame of shape (64, 512)",
        ),
        (
            {"kind": "Autocorrelation", "roi": [[0, 9], [512, 600]]},
            "feature.Autocorrelation: roi [[0, 9], [512, 600]] holds no pixel of a frame of shape (64, 512)",
        ),
    ],
)
def test_a_region_outside_is_said_with_feature_parameter_and_shape(feature: dict[str, Any], sentence: str) -> None:
    assert said(CAMERA, feature) == [f"detector.opal.{sentence}"]


def test_a_child_is_measured_on_what_its_parent_hands_on() -> None:
    child = {"kind": "ROIFunc", "name": "inner", "ROI": [[0, 5], [30, 40]]}
    parent = {"kind": "ROIFunc", "name": "outer", "ROI": [[0, 20], [0, 20]], "feature": [child]}
    (sentence,) = said(CAMERA, parent)
    assert sentence.endswith("inner: ROI [[0, 5], [30, 40]] holds no pixel of a frame of shape (20, 20)")


def test_a_mask_of_another_size_is_said_with_both(tmp_path: Path) -> None:
    np.save(tmp_path / "mask.npy", np.ones((10, 20), np.uint8))
    (sentence,) = said(CAMERA, mask={"file": str(tmp_path / "mask.npy")})
    assert sentence == (f"detector.opal.mask.file: {tmp_path / 'mask.npy'} has 200 pixels, a frame of shape (64, 512) has 32,768")


def test_a_mask_parameter_of_a_feature_is_measured_too() -> None:
    (sentence,) = said(CAMERA, {"kind": "correlation", "mask": [[1, 1], [1, 1]]})
    assert "(2, 2)" in sentence
    assert "(64, 512)" in sentence


def test_what_fits_or_needs_to_know_places_or_is_switched_off_is_left_alone() -> None:
    azimuthal = {"kind": "azimuthalBinning", "center": [0.0, 0.0], "dis_to_sam": 100.0, "eBeam": 9.5, "qbin": 0.05}
    inside = {"kind": "ROIFunc", "name": "R", "ROI": [[0, 2], [10, 60], [20, 80]]}
    noise = {"kind": "dropletFunc", "threshold": 5.0, "thresholdLow": 3.0, "thresADU": 5.0}
    off = {"kind": "ROIFunc", "name": "far", "ROI": [[90, 95]], "enabled": False}
    assert said(PLACED, azimuthal, noise, off) == []
    assert said(CSPAD, inside, off) == []


@pytest.mark.parametrize(
    ("parameters", "sentence"),
    [
        # q = 4 pi sin(theta / 2) / wavelength, tan(theta) = 13.9 / 100, 9.5 keV: 0.664 / angstrom
        ({"qbin": [2.0, 3.0]}, r"qbin from 2 to 3 1/Å holds no good pixel; theirs are about 0 to 0\.664 1/Å"),
        ({"rbin": [20.0, 30.0]}, r"rbin from 20 to 30 mm holds no good pixel; theirs are about [0-9.]+ to 13\.9 mm"),
        ({"qbin": 1e-9}, "qbin 1e-09 makes more than 65535 bins"),
        ({"phiBins": 0}, "phiBins must be at least 1"),
        ({"darkImg": [[1.0, 2.0]]}, "darkImg has 2 numbers, its input 32,000"),
        ({"gainImg": [[1.0, 2.0]]}, "gainImg has 2 numbers, its input 32,000"),
    ],
)
def test_bins_that_no_pixel_reaches_are_said_with_the_range_of_the_pixels(parameters: dict[str, Any], sentence: str) -> None:
    (text,) = said(PLACED, {**AZIMUTHAL, **parameters})
    assert re.fullmatch(f"detector.opal.feature.azimuthalBinning: {sentence}", text), text


def test_a_large_frame_is_measured_by_some_of_its_pixels_unless_a_parameter_has_one_number_for_each() -> None:
    large = {"opal": replace(PLACED["opal"], shape=(32, 185, 388))}
    (text,) = said(large, {**AZIMUTHAL, "rbin": [20.0, 30.0]})
    assert text.endswith("13.9 mm")
    (text,) = said(large, {**AZIMUTHAL, "darkImg": [[1.0, 2.0]]})
    assert text.endswith("darkImg has 2 numbers, its input 2,296,960")


def test_bins_that_reach_the_farthest_pixel_are_left_alone() -> None:
    assert said(PLACED, {**AZIMUTHAL, "qbin": [0.65, 2.0]}, {**AZIMUTHAL, "name": "r", "rbin": [13.8, 30.0]}) == []


def test_a_single_line_of_pixels_is_taken_as_one() -> None:
    line = {"opal": FrameShape(shape=(1, 1000), image=(1, 1000), known={"x": (0.0, 0.0), "y": (0.0, 50e3)})}
    assert said(line, {**AZIMUTHAL, "rbin": [0.0, 0.05]}) == []
    assert len(said(line, {**AZIMUTHAL, "rbin": [50.1, 60.0]})) == 1


def test_what_needs_places_that_the_detector_does_not_have_is_said() -> None:
    (sentence,) = said(CAMERA, AZIMUTHAL)
    assert "needs pixel positions" in sentence


def test_thresholds_in_noise_are_said_where_the_noise_is_not_known() -> None:
    droplets, projection = {"kind": "dropletFunc"}, {"kind": "projectionFunc", "axis": 1, "thresRms": 3.0}
    assert said(PLACED, droplets, projection) == []
    one, other = said(CAMERA, droplets, projection)
    assert "useRms needs the noise" in one
    assert "thresRms needs the noise" in other
    assert len(said(PLACED, droplets, constants="none")) == 1


def test_a_trace_is_held_against_its_length() -> None:
    outside = {"kind": "WfIntegration", "sig_roi": [500, 600]}
    settings = {"detector": [{"name": "opal", "field": "acq/wave", "feature": [outside]}]}
    assert misfits(parse(settings), TRACE) == [
        "detector.opal.feature.WfIntegration: sig_roi = [500, 600] holds no sample of a trace of 400"
    ]


def test_two_features_that_give_the_same_field_are_said() -> None:
    first, second = ({"kind": "ROIFunc", "name": "R", "ROI": [[0, 9], [0, size]]} for size in (9, 8))
    (sentence,) = said(CAMERA, first, second)
    assert sentence == "detector.opal.feature.R: opal/R_com is given by another feature; use another name"


@pytest.mark.parametrize(
    ("mask", "words"),
    [
        ({"edges": [32, 0]}, "mask.edges: edges of 32 rows and 0 columns leave no pixel of panels of shape (64, 512)"),
        ({"edges": [65, 0]}, "65 rows"),
    ],
)
def test_edges_that_leave_nothing_are_said(mask: dict[str, Any], words: str) -> None:
    (sentence,) = said(CAMERA, mask=mask)
    assert words in sentence


def test_a_mask_without_a_good_pixel_is_said(tmp_path: Path) -> None:
    np.save(tmp_path / "none.npy", np.zeros((64, 512), np.uint8))
    (sentence,) = said(CAMERA, mask={"file": str(tmp_path / "none.npy")})
    assert sentence == f"detector.opal.mask.file: {tmp_path / 'none.npy'} leaves no pixel good of frames of shape (64, 512)"


def changed(before: list[dict[str, Any]], after: list[dict[str, Any]], **detector: Any) -> list[str]:
    former = parse({"detector": [{"name": "opal", "feature": before}]})
    return misfits(parse({"detector": [{"name": "opal", "feature": after, **detector}]}), CAMERA, former)


def test_of_a_change_only_what_it_changes_is_looked_at() -> None:
    astray, fine = {"kind": "ROIFunc", "name": "A", "ROI": [[90, 95]]}, {"kind": "ROIFunc", "name": "B", "ROI": [[0, 9]]}
    assert changed([astray], [astray, fine]) == []
    assert len(changed([fine], [astray, fine])) == 1
    assert len(changed([astray], [astray, fine], shared_places="mean")) == 1


def test_a_new_feature_with_the_fields_of_an_old_one_is_said() -> None:
    old, new = ({"kind": "ROIFunc", "name": "R", "ROI": [[0, size]]} for size in (9, 8))
    assert len(changed([old], [old, new])) == 1


def test_a_file_that_is_not_there_is_said_even_of_a_detector_that_nobody_has_seen() -> None:
    wanted = {"name": "opal", "geometry": "/gone/geometry.data", "mask": {"file": "/gone/mask.npy"}}
    assert misfits(parse({"detector": [wanted]}), {}) == [
        "detector.opal.geometry: there is no file /gone/geometry.data",
        "detector.opal.mask.file: there is no file /gone/mask.npy",
    ]


def test_of_another_geometry_nothing_is_said_that_would_need_it(tmp_path: Path) -> None:
    (tmp_path / "other.data").write_text("")
    other = str(tmp_path / "other.data")
    former = parse({"detector": [{"name": "opal", "feature": []}]})
    wanted = parse({"detector": [{"name": "opal", "geometry": other, "feature": [{**AZIMUTHAL, "qbin": [2.0, 3.0]}]}]})
    assert misfits(wanted, PLACED, former) == []


def test_a_detector_that_nobody_has_seen_is_left_alone() -> None:
    assert said({}, {"kind": "ROIFunc", "ROI": [[900, 999], [0, 9]]}) == []
