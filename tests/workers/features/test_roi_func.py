"""Rectangles: numbers equal plain NumPy's, bad pixels count nowhere, and the settings are understood or refused."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from monitor.errors import ConfigError
from monitor.settings import Feature as FeatureSettings
from tests.support.features import all_values, settings, values_of
from workers.features.feature import feature_from
from workers.features.region import bounds_in
from workers.features.tree import branches
from workers.features.view import View
from workers.trouble import Trouble


def view(shape: tuple[int, ...], index: NDArray[np.int32] | None = None, good: NDArray[np.bool_] | None = None) -> View:
    flat = np.zeros(shape)
    image = np.arange(flat.size, dtype=np.int32).reshape(-1, shape[-1]) if index is None else index
    return View(
        name="det", shape=shape, unit="ADU", good=np.ones(shape, bool) if good is None else good, x=flat, y=flat, index=image
    )


def process(
    frames: NDArray[Any], index: NDArray[np.int32] | None = None, good: NDArray[np.bool_] | None = None, **parameters: Any
) -> dict[str, Any]:
    feature = feature_from(FeatureSettings(kind="ROIFunc", name="r", **parameters), view(frames.shape[1:], index, good))
    return {name.removeprefix("det/r_"): values.tolist() for name, values in values_of(feature, frames).items()}


FRAME = np.array([[1, 2, np.nan], [4, 5, 6], [7, 8, 9]], np.float32)


def test_bad_pixels_count_nowhere() -> None:
    found = process(FRAME[None], ROI=[[0, 2], [1, 3]])
    assert (found["sum"], found["mean"], found["max"]) == ([13.0], [13 / 3], [6.0])
    assert found["com"] == [[11 / 13, 6 / 13]]


def test_compat_counts_bad_pixels_as_zeros_in_mean_and_maximum() -> None:
    found = process(-FRAME[None], good=~np.isnan(FRAME), ROI=[[0, 2], [1, 3]], compat=True)
    assert (found["mean"], found["max"]) == ([-13 / 4], [0.0])


def test_compat_lets_a_bad_value_of_a_good_pixel_spoil_the_numbers() -> None:
    found = process(FRAME[None], ROI=[[0, 2], [1, 3]], compat=True)
    assert np.isnan([*found["sum"], *found["mean"], *found["max"], *found["com"][0]]).all()


def test_spread_and_smallest_value_are_those_of_the_good_pixels() -> None:
    found = process(FRAME[None], ROI=[[0, 2], [1, 3]])
    np.testing.assert_allclose([found["std"][0], found["min"][0]], [np.std([2.0, 5.0, 6.0]), 2.0], rtol=1e-12)


def test_a_large_offset_does_not_spoil_the_spread() -> None:
    frame = np.random.default_rng(3).normal(1e6, 1, (1, 64, 64)).astype(np.float32)
    np.testing.assert_allclose(process(frame)["std"], frame.std(dtype=np.float64), rtol=1e-9)


def test_pixels_of_the_user_mask_count_nowhere() -> None:
    found = process(FRAME[None], userMask=[[1, 1, 1], [1, 1, 0], [0, 1, 1]], writeArea=True)
    assert (found["sum"], found["max"]) == ([1 + 2 + 4 + 5 + 8 + 9], [9.0])
    np.testing.assert_array_equal(found["area"][0], [[1, 2, np.nan], [4, 5, np.nan], [np.nan, 8, 9]])


def test_a_user_mask_may_be_a_file(tmp_path: Path) -> None:
    np.save(tmp_path / "mask.npy", np.eye(3))
    assert process(FRAME[None], userMask=str(tmp_path / "mask.npy"))["sum"] == [1 + 5 + 9]


@pytest.mark.parametrize("mask", [[1, 0], "nowhere.npy", "words", [[1, 2], [3]]])
def test_a_user_mask_that_cannot_be_used_is_refused(mask: Any) -> None:
    with pytest.raises(ConfigError, match="userMask"):
        process(FRAME[None], userMask=mask)


def test_saturated_pixels_are_counted_among_the_good_ones() -> None:
    assert process(FRAME[None], nsat=5.0)["nsat"] == [5]
    assert "sum" not in process(FRAME[None], nsat=5.0, calcPars=False)


def test_panels_have_a_centre_in_the_image_and_one_each() -> None:
    frames = np.zeros((1, 2, 2, 2), np.float32)
    frames[0, 0, 1, 0], frames[0, 1, 0, 1] = 3.0, 1.0
    image = np.array([[0, 1, -1, 4, 5], [2, 3, -1, 6, 7]], np.int32)
    found = process(frames, image)
    assert found["com"] == [[3 / 4, 4 / 4]]
    assert found["com_tiles"] == [[[1.0, 0.0], [0.0, 1.0]]]


def test_whole_numbers_are_added_without_loss() -> None:
    assert process(np.full((1, 2, 2), 2**31 - 1, np.int32))["sum"] == [4 * (2.0**31 - 1)]


def test_a_waveform_has_its_centre_in_samples() -> None:
    assert process(np.array([[0.0, 1.0, 3.0]]))["com"] == [[0.0, 7 / 4]]


def test_a_list_of_rectangles_makes_a_feature_of_each() -> None:
    wanted = settings("ROIFunc", settings("projectionFunc"), ROI=[[[0, 1], [0, 2]], [[1, 3], [0, 3]]])
    made = branches([wanted], view((3, 3)), Trouble())
    assert [part.name for part in made] == ["det/ROI_0", "det/ROI_1"]
    assert all_values(made[1], FRAME[None])["det/ROI_1_sum"] == [4 + 5 + 6 + 7 + 8 + 9]


def test_a_rectangle_without_good_pixels_has_no_numbers() -> None:
    found = process(FRAME[None], ROI=[[0, 1], [2, 3]])
    assert np.isnan([*found["sum"], *found["mean"], *found["max"], *found["com"][0]]).all()


def test_values_below_a_threshold_count_as_zero() -> None:
    assert process(FRAME[None], thresADU=5.0)["sum"] == [5 + 6 + 7 + 8 + 9]
    assert process(FRAME[None], thresADU=[5.0, 7.0])["sum"] == [5 + 6 + 7]


def test_no_events_give_no_values() -> None:
    assert process(np.empty((0, 3, 3), np.float32))["sum"] == []


@pytest.mark.parametrize("index", [None, np.array([[8, 7, -1], [2, -1, 0]], np.int32)])
def test_full_numbers_equal_numpy(index: NDArray[np.int32] | None) -> None:
    frames = np.random.default_rng(1).normal(10, 3, (4, 3, 3)).astype(np.float32)
    frames[1, 2, 2] = np.nan
    if index is None:
        pixels, where = frames, {"ROI": [[0, 3], [0, 3]]}
    else:
        pixels = np.where(index >= 0, frames.reshape(4, -1)[:, index], np.nan)
        where = {"image_ROI": [[0, 2], [0, 3]]}
    found = process(frames, index, **where)
    np.testing.assert_allclose(found["sum"], np.nansum(pixels, axis=(1, 2), dtype=np.float64), rtol=1e-12)
    np.testing.assert_allclose(found["mean"], np.nanmean(pixels.astype(np.float64), axis=(1, 2)), rtol=1e-12)
    np.testing.assert_allclose(found["max"], np.nanmax(pixels, axis=(1, 2)))
    rows = np.nansum(pixels.astype(np.float64) * np.arange(pixels.shape[1])[:, None], axis=(1, 2))
    np.testing.assert_allclose(np.array(found["com"])[:, 0], rows / np.array(found["sum"]), rtol=1e-9)


@pytest.mark.parametrize("region", [[[5, 9], [0, 3]], [1, 2, 3], "here", [[0.5, 2], [0, 3]], [[0, 1], [0, 1], [0, 1]], []])
def test_a_region_that_cannot_be_used_is_refused_by_its_key(region: Any) -> None:
    with pytest.raises(ConfigError, match=r"detector\.det\.feature\.r"):
        process(FRAME[None], ROI=region)


def test_bounds_are_sorted_and_clipped() -> None:
    assert bounds_in([[60, 10], [-5, 999]], (70, 80)) == ((10, 60), (0, 80))
    assert bounds_in([[[1, 2]], [[5, 35]], [[10, 45]]], (3, 40, 50)) == ((1, 2), (5, 35), (10, 45))


def test_a_polygon_in_the_image_keeps_the_pixels_whose_centre_is_inside() -> None:
    frame = np.arange(12, dtype=np.float32).reshape(1, 3, 4)
    triangle = [[0, 0], [3, 0], [3, 3]]

    found = process(frame, image_polygon=triangle, writeArea=True)

    assert (found["sum"], found["max"]) == ([4 + 8 + 9], [9.0])
    np.testing.assert_array_equal(found["area"], [[[4, np.nan], [8, 9]]])


def test_a_polygon_follows_the_image_when_panels_are_turned_around() -> None:
    frame = np.arange(4, dtype=np.float32).reshape(1, 2, 2)
    index = np.array([[3, 2, -1], [1, 0, -1]], np.int32)

    found = process(frame, index=index, image_polygon=[[0, 0], [0, 3], [1, 3], [1, 0]])

    assert found["sum"] == [3 + 2]


@pytest.mark.parametrize("polygon", ["circle", [[0, 0], [1, 1]], [1, 2, 3], [[9, 9], [9, 12], [12, 12]]])
def test_a_polygon_that_is_none_is_refused(polygon: Any) -> None:
    with pytest.raises(ConfigError):
        process(FRAME[None], image_polygon=polygon)


@pytest.mark.parametrize("limit", [0.1, 0.7])
def test_a_pixel_at_a_limit_that_is_no_float32_counts_whichever_way_the_limit_is_rounded(limit: float) -> None:
    frame = np.full((1, 2, 2), limit, np.float32)
    for thresholds in (limit, [-1.0, limit]):
        assert process(frame, thresADU=thresholds)["sum"] == pytest.approx([4 * limit], rel=1e-6)
    assert process(frame, nsat=limit)["nsat"] == [4]
