"""Smaller frames: block means without bad pixels, and a spline where the sizes do not divide."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.ndimage import zoom

from monitor.errors import ConfigError
from tests.support.features import branch, plain_view, settings, values_of

FRAMES = np.random.default_rng(2).normal(10, 2, (2, 12, 15)).astype(np.float32)


def rebinned(frames: NDArray[Any], **parameters: Any) -> NDArray[Any]:
    (values,) = values_of(branch(settings("rebinFunc", **parameters), plain_view(frames.shape[1:])).feature, frames).values()
    return values


def test_blocks_hold_the_mean_of_their_good_pixels() -> None:
    frames = FRAMES.copy()
    frames[0, :4, :5] = np.nan
    frames[1, 5, 6] = np.nan
    blocks = np.ma.masked_invalid(frames.astype(np.float64).reshape(2, 3, 4, 3, 5))
    np.testing.assert_allclose(rebinned(frames, shape=[3, 3]), blocks.mean(axis=(2, 4)).filled(np.nan), rtol=1e-12)


def test_other_sizes_are_block_means_of_a_spline() -> None:
    expected = [
        zoom(frame.astype(np.float64), (15 / 12, 16 / 15), order=3).reshape(5, 3, 4, 4).mean(axis=(1, 3)) for frame in FRAMES
    ]
    np.testing.assert_allclose(rebinned(FRAMES, shape=[5, 4]), expected, rtol=1e-9)


def test_a_bad_pixel_spoils_nothing_but_itself() -> None:
    frames = np.full((1, 12, 15), 7.0, np.float32)
    frames[0, 3, 3] = np.nan
    np.testing.assert_allclose(rebinned(frames, shape=[5, 4]), 7.0, rtol=1e-9)


@pytest.mark.parametrize("shape", [[0, 3], [13, 3], [3]])
def test_a_shape_that_does_not_fit_is_refused(shape: list[int]) -> None:
    with pytest.raises(ConfigError, match="shape"):
        rebinned(FRAMES, shape=shape)


def test_panels_are_refused() -> None:
    with pytest.raises(ConfigError, match="two axes"):
        rebinned(np.zeros((1, 2, 4, 4), np.float32), shape=[2, 2])
