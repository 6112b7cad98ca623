"""Which pixels of an Epix100a count, and the mean of those, against plain numpy."""

import numpy as np
import pytest
from numpy.typing import NDArray

from workers.corrections.common_mode.noise_masked import quiet, subtract_mean

SHAPE = (2, 7, 9)


def scene(seed: int, allowed_share: float = 0.9) -> tuple[NDArray[np.float32], NDArray[np.bool_], NDArray[np.float32]]:
    """Pixels with bright, absent and very dark ones; which are allowed; limits of noise."""
    random = np.random.default_rng(seed)
    values = random.normal(0, 8, SHAPE).astype(np.float32)
    values[random.random(SHAPE) < 0.1] = 500
    values[random.random(SHAPE) < 0.05] = -90
    values[random.random(SHAPE) < 0.05] = np.nan
    return values, random.random(SHAPE) < allowed_share, random.uniform(10, 40, SHAPE).astype(np.float32)


def quiet_plain(
    values: NDArray[np.float32], allowed: NDArray[np.bool_], limit: NDArray[np.float32], largest: float
) -> NDArray[np.bool_]:
    loud = np.pad(values >= limit, ((0, 0), (1, 1), (1, 1)))
    beside = loud[:, :-2, 1:-1] | loud[:, 2:, 1:-1] | loud[:, 1:-1, :-2] | loud[:, 1:-1, 2:]
    return allowed & (values < limit) & (np.abs(values) <= largest) & ~beside


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("share", [1.0, 0.5, 0.0])
def test_quiet_pixels_are_those_of_plain_numpy(seed: int, share: float) -> None:
    values, allowed, limit = scene(seed, share)
    counts = np.empty(SHAPE, bool)
    quiet(values, allowed, limit, 30.0, counts)
    np.testing.assert_array_equal(counts, quiet_plain(values, allowed, limit, 30.0))


def test_a_bright_pixel_takes_its_four_neighbours_out_and_no_corner() -> None:
    values = np.zeros((1, 3, 3), np.float32)
    values[0, 1, 1] = 100
    counts = np.empty(values.shape, bool)
    quiet(values, np.ones(values.shape, bool), np.full(values.shape, 50, np.float32), 30.0, counts)
    assert counts[0].tolist() == [[True, False, True], [False, False, False], [True, False, True]]


def test_a_limit_is_loud_and_the_largest_value_is_not_too_large() -> None:
    values = np.array([[[20, 0, 30, 0, 30.5]]], np.float32)
    limit = np.array([[[20, 20, 99, 99, 99]]], np.float32)
    counts = np.empty(values.shape, bool)
    quiet(values, np.ones(values.shape, bool), limit, 30.0, counts)
    assert counts.ravel().tolist() == [False, False, True, True, False]


@pytest.mark.parametrize("everywhere", [True, False])
def test_the_mean_is_that_of_the_pixels_that_count(everywhere: bool) -> None:
    values, counts, _ = scene(3)
    counts &= np.isfinite(values)
    expected = values - np.where(counts | everywhere, values[counts].mean(dtype=np.float64), 0).astype(np.float32)
    subtract_mean(values, counts, everywhere)
    np.testing.assert_allclose(values, expected, atol=1e-4)


def test_no_pixels_have_no_mean() -> None:
    values = np.arange(4, dtype=np.float32).reshape(1, 2, 2)
    subtract_mean(values, np.zeros(values.shape, bool), True)
    assert values.ravel().tolist() == [0, 1, 2, 3]
