"""Images for the screen: smaller, but with the same mean; limits of colours."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboards.reduce.picture import block_means, log_limits, percentile_limits, reduced

NAN = np.nan


def test_blocks_are_means_of_their_valid_pixels() -> None:
    image = np.array(
        [
            [1, 3, 5, NAN, 9],
            [1, 3, NAN, NAN, 9],
            [4, 4, NAN, NAN, 2],
        ]
    )

    small, side = reduced(image, 3)

    assert side == 2
    np.testing.assert_array_equal(small, [[2, 5, 9], [4, NAN, 2]])
    assert small.dtype == np.float32


def test_an_image_that_fits_stays_as_it_is() -> None:
    image = np.arange(6, dtype=np.float32).reshape(2, 3)

    small, side = reduced(image, 3)

    assert side == 1
    assert np.shares_memory(small, image)


@given(st.integers(1, 40), st.integers(1, 40), st.integers(1, 20))
def test_no_side_is_larger_than_wanted(rows: int, columns: int, most: int) -> None:
    small, side = reduced(np.ones((rows, columns), np.float32), most)

    assert max(small.shape) <= most
    assert small.shape == (-(-rows // side), -(-columns // side))
    assert (small == 1).all()


@given(st.integers(1, 30), st.integers(1, 30), st.integers(1, 9), st.integers(0, 2**32 - 1))
def test_the_kernel_equals_a_plain_loop(rows: int, columns: int, side: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    image = random.normal(size=(rows, columns)).astype(np.float32)
    image[random.random(image.shape) < 0.4] = NAN
    small = np.empty((-(-rows // side), -(-columns // side)), np.float32)

    block_means(image, side, small)

    for (i, j), value in np.ndenumerate(small):
        block = image[i * side : (i + 1) * side, j * side : (j + 1) * side].astype(np.float64)
        good = block[np.isfinite(block)]
        np.testing.assert_allclose(value, good.mean() if len(good) else NAN, rtol=1e-5, atol=1e-6)


def test_limits_leave_out_masked_pixels() -> None:
    image = np.append(np.arange(101.0), NAN)[None, :]

    assert percentile_limits(image, 5, 95) == (5.0, 95.0)


@pytest.mark.parametrize("image", [np.full((2, 2), NAN), np.full((2, 2), 7.0), np.zeros((1, 1))])
def test_limits_are_never_empty(image: np.ndarray) -> None:
    low, high = percentile_limits(image, 1, 99)

    assert low < high


@pytest.mark.parametrize(
    ("given", "used"), [((1, 10), (1, 10)), ((-5, 10), (1e-5, 10)), ((-5, -1), (1e-6, 1.0)), ((0, 0), (1e-6, 1))]
)
def test_limits_of_a_logarithm_are_positive(given: tuple[float, float], used: tuple[float, float]) -> None:
    assert log_limits(*given) == pytest.approx(used)
