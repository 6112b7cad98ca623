"""What cannot fit a frame is said with feature, parameter and shape before any event has it."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from monitor.settings import parse
from workers.misfit import misfits
from workers.pipeline import Pipeline

CAMERA = {"opal": ((64, 512), (64, 512))}
CSPAD = {"opal": ((32, 185, 388), (1700, 1700))}
WEIGHTS = [-1.0, -1.0, 0.0, 1.0, 1.0]


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
    assert said(CSPAD, azimuthal, inside, noise, off) == []


def test_a_detector_that_nobody_has_seen_is_left_alone() -> None:
    assert said({}, {"kind": "ROIFunc", "ROI": [[900, 999], [0, 9]]}) == []
