"""Rectangles and what works on them against the original functions (golden/smalldata: roi_2d, roi_3d, rebin of fits)."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.support.features import all_values, branch, plain_view
from tests.support.golden_cases import Case, cases, good_pixels, our_values, pairs, view_of

RTOL = 1e-5
"""The original adds in float32."""
FILES = ("roi_2d", "roi_3d")


def every_case(golden_dir: Path, name: str) -> list[Case]:
    return cases(golden_dir, name, "ROIFunc")


def raw(case: Case, values: dict[str, Any]) -> dict[str, Any]:
    """By the function's own keys, where the file has those."""
    if "raw function keys" not in case.notes:
        return values
    return {key.removeprefix(f"{case.settings.name}_"): value for key, value in values.items()}


def assert_like(what: str, ours: NDArray[Any], expected: NDArray[Any]) -> None:
    assert ours.shape == expected.shape, what
    if what.endswith("_area") or "_lo_ax_" in what:
        # A bad pixel is NaN here and kept its raw value there.
        good = ~np.isnan(ours)
        np.testing.assert_allclose(ours[good], expected[good], rtol=1e-6, err_msg=what)
    elif np.issubdtype(expected.dtype, np.integer):
        np.testing.assert_array_equal(ours, expected, err_msg=what)
    else:
        np.testing.assert_allclose(ours, expected, rtol=RTOL, atol=RTOL, err_msg=what)


@pytest.mark.parametrize("name", FILES)
def test_compat_gives_every_number_of_the_original(golden_dir: Path, name: str) -> None:
    for case in every_case(golden_dir, name):
        _, values = our_values(case)
        for what, ours, expected in pairs(case, raw(case, values)):
            assert_like(what, ours, expected)


@pytest.mark.parametrize("name", FILES)
def test_the_default_differs_only_in_what_bad_pixels_and_panels_do(golden_dir: Path, name: str) -> None:
    for case in every_case(golden_dir, name):
        _, values = our_values(case, compat=False)
        for what, ours, expected in pairs(case, raw(case, values)):
            if np.isnan(expected).any() or what.endswith(("_mean", "_max", " mean", " max", "_rebin_data")):
                continue
            if "_pj_" in what:
                assert not expected[np.isnan(ours)].any(), what
                ours = np.nan_to_num(ours)
            assert_like(what, ours, expected)


@pytest.mark.parametrize("name", FILES)
def test_the_default_mean_is_that_of_the_good_pixels(golden_dir: Path, name: str) -> None:
    for case in every_case(golden_dir, name):
        label = case.settings.name or "full"
        made, values = our_values(case, compat=False)
        if f"{label}_mean" not in values or case.inputs == "nan_evt":
            continue
        mask = np.asarray(made.feature.config["mask"])
        for event in range(case.events):
            found = case.expected(event)
            total = found["sum" if "sum" in found else f"{label}_sum"]
            np.testing.assert_allclose(values[f"{label}_mean"][event], total / mask.sum(), rtol=RTOL)


def test_the_bounds_are_those_of_the_original(golden_dir: Path) -> None:
    for case in every_case(golden_dir, "roi_2d"):
        made, _ = our_values(case)
        inside = [slice(*bound) for bound in made.feature.config["bound"]]
        area = case.expected(0).get(f"{case.settings.name or 'full'}_area")
        if area is not None:
            assert good_pixels(case)[tuple(inside)].shape == area.shape


def test_images_are_assembled_like_the_original_s(golden_dir: Path) -> None:
    for case in cases(golden_dir, "roi_3d", "imageFunc"):
        if "original behaviour" in case.notes:
            continue
        frames = np.stack([case.stored[f"in/evt{event}"] for event in range(case.events)])
        made, values = image_of(case, frames, compat=True)
        for what, ours, expected in pairs(case, {key.removeprefix("det/"): value for key, value in values.items()}):
            np.testing.assert_allclose(ours, expected, rtol=1e-6, err_msg=what)
        np.testing.assert_array_equal(made.feature.config["mask_img"], case.stored[f"case/{case.label}/cfg/mask_img"])
        np.testing.assert_array_equal(made.feature.config["npix"], case.stored[f"case/{case.label}/cfg/npix"])
        np.testing.assert_array_equal(made.feature.config["imgShape"], case.stored[f"case/{case.label}/cfg/imgShape"])


def test_image_pixels_that_several_pixels_share_hold_their_mean(golden_dir: Path) -> None:
    for case in cases(golden_dir, "roi_3d", "imageFunc"):
        frames = np.stack([case.stored[f"in/evt{event}"] for event in range(case.events)])
        made, values = image_of(case, frames, compat=False)
        npix = case.stored[f"case/{case.label}/cfg/npix"]
        places = made.feature.config["npix"]
        np.testing.assert_array_equal(places, npix)
        which = "det4" if "det4" in case.inputs else "det"
        for event, frame in enumerate(frames):
            total = np.zeros(npix.shape)
            np.add.at(total, (case.stored[f"in/{which}_ix"], case.stored[f"in/{which}_iy"]), frame.astype(np.float64))
            expected = np.where(npix > 0, total / np.maximum(npix, 1), np.nan)
            np.testing.assert_allclose(values["det/image_img"][event], expected, rtol=1e-5, atol=1e-5)


def image_of(case: Case, frames: NDArray[Any], *, compat: bool) -> tuple[Any, dict[str, Any]]:
    """Without the mask, which the original does not look at."""
    good = good_pixels(case)
    made = branch(case.settings.model_copy(update={"compat": compat}), view_of(case, good))
    return made, all_values(made, frames)


def test_rebinned_frames_are_those_of_the_original(golden_dir: Path) -> None:
    for case in cases(golden_dir, "fits", "rebin"):
        frame = np.asarray(case.stored["in/rb"], np.float64)
        made = branch(case.settings.model_copy(update={"kind": "rebinFunc"}), plain_view(frame.shape))
        (ours,) = all_values(made, frame[None]).values()
        np.testing.assert_allclose(ours[0], case.stored[f"case/{case.label}/r"], rtol=1e-9, atol=1e-12, err_msg=case.label)
