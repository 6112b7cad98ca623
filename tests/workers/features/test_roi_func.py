"""Rectangles: numbers equal plain NumPy's, bad pixels count nowhere, and the settings are understood or refused."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from monitor.errors import ConfigError
from monitor.settings import Feature as FeatureSettings
from tests.support.features import values_of
from workers.features.feature import feature_from
from workers.features.region import bounds_in
from workers.features.view import View


def view(shape: tuple[int, ...], index: NDArray[np.int32] | None = None) -> View:
    flat = np.zeros(shape)
    image = np.arange(flat.size, dtype=np.int32).reshape(-1, shape[-1]) if index is None else index
    return View(name="det", shape=shape, unit="ADU", good=np.ones(shape, bool), x=flat, y=flat, index=image)


def process(frames: NDArray[np.float32], index: NDArray[np.int32] | None = None, **parameters: Any) -> dict[str, Any]:
    feature = feature_from(FeatureSettings(kind="ROIFunc", name="r", **parameters), view(frames.shape[1:], index))
    return {name.removeprefix("det/r_"): values.tolist() for name, values in values_of(feature, frames).items()}


FRAME = np.array([[1, 2, np.nan], [4, 5, 6], [7, 8, 9]], np.float32)


def test_bad_pixels_count_nowhere() -> None:
    found = process(FRAME[None], ROI=[[0, 2], [1, 3]])
    assert (found["sum"], found["mean"], found["max"]) == ([13.0], [13 / 3], [6.0])
    assert found["com"] == [[11 / 13, 6 / 13]]


def test_compat_counts_bad_pixels_as_zeros_in_the_mean() -> None:
    assert process(FRAME[None], ROI=[[0, 2], [1, 3]], compat=True)["mean"] == [13 / 4]


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
