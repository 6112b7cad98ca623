"""Projections: equal to numpy's sums without the bad pixels, on every axis."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from monitor.errors import ConfigError
from tests.support.features import branch, plain_view, settings, values_of

FRAMES = np.random.default_rng(1).normal(3, 4, (3, 2, 5, 7)).astype(np.float32)
FRAMES[0, 1, 2] = np.nan
FRAMES[1] = np.nan


def project(frames: NDArray[Any], **parameters: Any) -> NDArray[Any]:
    view = plain_view(frames.shape[1:], rms=np.full(frames.shape[1:], 2.0, np.float32))
    (values,) = values_of(branch(settings("projectionFunc", **parameters), view).feature, frames).values()
    return values


def plain(frames: NDArray[Any], axis: int, *, mean: bool = False) -> NDArray[np.float64]:
    axes = (1, 2, 3) if axis < 0 else axis + 1
    values = np.ma.masked_invalid(frames.astype(np.float64))
    return np.asarray((values.mean(axis=axes) if mean else values.sum(axis=axes)).filled(np.nan))


@pytest.mark.parametrize("mean", [False, True])
@pytest.mark.parametrize("axis", [-1, 0, 1, 2])
def test_it_equals_numpy_without_the_bad_pixels(axis: int, mean: bool) -> None:
    np.testing.assert_allclose(project(FRAMES, axis=axis, mean=mean), plain(FRAMES, axis, mean=mean), rtol=1e-12)


def test_low_values_count_as_zero() -> None:
    expected = plain(np.where(FRAMES < 4.5, 0, FRAMES), 1)
    np.testing.assert_allclose(project(FRAMES, axis=1, thresADU=4.5), np.where(np.isnan(plain(FRAMES, 1)), np.nan, expected))


def test_values_below_the_noise_count_as_zero() -> None:
    np.testing.assert_allclose(project(FRAMES, axis=2, thresRms=1.5), plain(np.where(FRAMES < 3, 0, FRAMES), 2))


def test_every_value_above_zero_is_one_photon() -> None:
    expected = plain(np.where(np.isnan(FRAMES), np.nan, FRAMES > 4), 0)
    np.testing.assert_array_equal(project(FRAMES, axis=0, thresADU=4.0, singlePhoton=True), expected)


def test_compat_has_zero_where_no_pixel_is_good() -> None:
    np.testing.assert_array_equal(project(FRAMES, axis=1, compat=True)[1], np.zeros((2, 7)))


def test_axes_of_length_one_do_not_count() -> None:
    np.testing.assert_allclose(project(FRAMES[:, :1], axis=0), FRAMES[:, 0].sum(axis=1), rtol=1e-6)


def test_an_axis_that_is_not_there_is_refused() -> None:
    with pytest.raises(ConfigError, match="axis 3"):
        project(FRAMES, axis=3)


def test_noise_that_is_not_known_is_asked_for() -> None:
    with pytest.raises(ConfigError, match="pixel_rms"):
        branch(settings("projectionFunc", thresRms=3.0), plain_view((4, 4)))
