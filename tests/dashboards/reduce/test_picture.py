"""Images for the screen: smaller, but with the same mean; limits of colours; small integers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboards.reduce.picture import block_means, levels, log_limits, percentile_limits, windowed

NAN = np.nan
FEW = np.array(
    [
        [1, 3, 5, NAN, 9],
        [1, 3, NAN, NAN, 9],
        [4, 4, NAN, NAN, 2],
    ]
)


def test_blocks_are_means_of_their_valid_pixels() -> None:
    found = windowed(FEW, None, (3, 3))

    assert found.side == 2
    np.testing.assert_array_equal(found.values, [[2, 5, 9], [4, NAN, 2]])
    assert found.values.dtype == np.float32


def test_a_part_with_room_on_the_screen_is_exact() -> None:
    found = windowed(FEW, (0.2, 2.0, 2.9, 4.4), (10, 10))

    assert (found.side, found.row, found.column) == (1, 0, 2)
    np.testing.assert_array_equal(found.values, [[5, NAN, 9], [NAN, NAN, 9]])


def test_blocks_stay_where_they_are_while_the_part_moves() -> None:
    image = np.arange(36.0).reshape(6, 6)

    one, other = windowed(image, (0, 4, 0, 4), (2, 2)), windowed(image, (1, 5, 1, 5), (2, 2))

    assert one.side == other.side == 2
    assert (other.row, other.column) == (0, 0)
    np.testing.assert_array_equal(one.values, other.values[:2, :2])


@pytest.mark.parametrize("part", [(-50, -40, -9, -8), (90, 99, 90, 99), (1e300, -1e300, 0, 0)])
def test_a_part_outside_still_shows_something(part: tuple[float, float, float, float]) -> None:
    assert windowed(FEW, part, (4, 4)).values.size > 0


@given(st.integers(1, 40), st.integers(1, 40), st.integers(1, 20))
def test_no_side_is_larger_than_wanted(rows: int, columns: int, most: int) -> None:
    found = windowed(np.ones((rows, columns), np.float32), None, (most, most))

    assert max(found.values.shape) <= most
    assert found.values.shape == (-(-rows // found.side), -(-columns // found.side))
    assert (found.values == 1).all()


@given(st.integers(1, 30), st.integers(1, 30), st.integers(1, 9), st.integers(0, 2**32 - 1))
def test_the_kernel_equals_a_plain_loop(rows: int, columns: int, side: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    image = random.normal(size=(rows, columns)).astype(np.float32)
    image[random.random(image.shape) < 0.4] = NAN
    image[random.random(image.shape) < 0.1] = np.inf
    small = np.empty((-(-rows // side), -(-columns // side)), np.float32)

    block_means(image, 0, 0, rows, columns, side, small)

    for (i, j), value in np.ndenumerate(small):
        block = image[i * side : (i + 1) * side, j * side : (j + 1) * side].astype(np.float64)
        good = block[np.isfinite(block)]
        np.testing.assert_allclose(value, good.mean() if len(good) else NAN, rtol=1e-5, atol=1e-6)


@given(st.integers(0, 9), st.integers(0, 9), st.integers(1, 11), st.integers(1, 11), st.sampled_from([1, 2, 3]))
def test_a_part_has_the_means_of_its_own_pixels(top: int, left: int, height: int, width: int, side: int) -> None:
    image = np.random.default_rng(5).normal(size=(30, 30)).astype(np.float32)
    image[3::5, 1::4], image[2::7, ::6] = NAN, -np.inf
    image.flags.writeable = False
    part = image[top : top + height, left : left + width].astype(np.float64)
    part[~np.isfinite(part)] = NAN
    rows, columns = -(-height // side), -(-width // side)
    means = np.empty((rows, columns), np.float32)

    block_means(image, top, left, top + height, left + width, side, means)

    padded = np.pad(part, ((0, rows * side - height), (0, columns * side - width)), constant_values=NAN)
    blocks = padded.reshape(rows, side, columns, side).transpose(0, 2, 1, 3).reshape(rows, columns, -1)
    count = np.isfinite(blocks).sum(axis=-1)
    expected = np.divide(np.nansum(blocks, axis=-1), count, out=np.full(count.shape, NAN), where=count > 0)
    np.testing.assert_allclose(means, expected, rtol=1e-5, atol=1e-6)


def test_levels_go_from_one_to_255_and_nothing_is_0() -> None:
    values = np.array([[-5, 0, 1, 127, 254, 300, NAN]], np.float32)

    np.testing.assert_array_equal(levels(values, 0, 254, "linear"), [[1, 1, 2, 128, 255, 255, 0]])


def test_levels_of_a_logarithm_share_the_decades_evenly() -> None:
    values = np.array([[-1, 0, 1, 10, 100, 1000, NAN]], np.float32)

    np.testing.assert_array_equal(levels(values, 1, 100, "log"), [[1, 1, 1, 128, 255, 255, 0]])


def test_limits_leave_out_masked_pixels() -> None:
    image = np.append(np.arange(101.0), NAN)[None, :]

    assert percentile_limits(image, 5, 95) == (5.0, 95.0)


def test_the_smallest_and_the_largest_of_a_large_image_are_exact() -> None:
    image = np.zeros((1000, 1000), np.float32)
    image[123, 457], image[876, 12] = -3, 8

    assert percentile_limits(image, 0, 100) == (-3.0, 8.0)


def test_percentiles_of_a_large_image_are_near_the_true_ones() -> None:
    image = np.random.default_rng(3).random((1000, 1000), np.float32)

    low, high = percentile_limits(image, 5, 95)

    assert (low, high) == (pytest.approx(0.05, abs=0.01), pytest.approx(0.95, abs=0.01))


@pytest.mark.parametrize("image", [np.full((2, 2), NAN), np.full((2, 2), 7.0), np.zeros((1, 1))])
def test_limits_are_never_empty(image: np.ndarray) -> None:
    low, high = percentile_limits(image, 1, 99)

    assert low < high


@pytest.mark.parametrize(
    ("given", "used"), [((1, 10), (1, 10)), ((-5, 10), (1e-5, 10)), ((-5, -1), (1e-6, 1.0)), ((0, 0), (1e-6, 1))]
)
def test_limits_of_a_logarithm_are_positive(given: tuple[float, float], used: tuple[float, float]) -> None:
    assert log_limits(*given) == pytest.approx(used)


@pytest.mark.parametrize(("low", "high"), [(0.1, 99.9), (5, 95), (0, 100), (0, 99)])
@pytest.mark.parametrize("above", [-np.inf, 0.0])
def test_limits_are_the_percentiles_of_numpy(low: float, high: float, above: float) -> None:
    image = np.random.default_rng(4).normal(size=(90, 70)).astype(np.float32)
    image[::7], image[1::9] = NAN, np.inf
    good = image[np.isfinite(image) & (image > above)]

    np.testing.assert_allclose(percentile_limits(image, low, high, above=above), np.percentile(good, (low, high)), rtol=1e-6)


@pytest.mark.parametrize("side", [1, 2, 3, 4, 5])
def test_a_row_of_blocks_without_a_valid_pixel_has_no_value(side: int) -> None:
    image = np.full((2 * side, 7 * side + 1), NAN, np.float32)
    image[:side, 0] = 3

    small = np.empty((2, 8), np.float32)
    block_means(image, 0, 0, *image.shape, side, small)

    assert small[0, 0] == 3
    assert np.isnan(small.reshape(-1)[1:]).all()
