"""Images of frames: the kernels do what plain numpy does, whatever is bad, shared or outside."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from monitor.calib.geometry.image import mean_image_of
from monitor.calib.geometry.pixel_index import PixelIndex
from workers.assembly import Assembly
from workers.detectors.area import Arrangement, Canvas

SHAPE = (2, 3, 4)
IMAGE = (4, 5)
PLACE = st.tuples(st.integers(0, IMAGE[0] - 1), st.integers(0, IMAGE[1] - 1))
PIXEL = st.floats(-1e6, 1e6, width=32) | st.just(float("nan"))


def arranged(places: list[tuple[int, int]]) -> Arrangement:
    rows, columns = np.array(places, np.int32).reshape(*SHAPE, 2).transpose(3, 0, 1, 2)
    return Arrangement(rows, columns, IMAGE)


def plain(frame: NDArray[np.float32], arrangement: Arrangement) -> NDArray[np.float32]:
    image = np.full(arrangement.shape, np.nan, np.float32)
    for pixel in range(frame.size):
        image[arrangement.rows.flat[pixel], arrangement.columns.flat[pixel]] = frame.flat[pixel]
    return image


@settings(max_examples=50, deadline=None)
@given(places=st.lists(PLACE, min_size=24, max_size=24), pixels=st.lists(PIXEL, min_size=48, max_size=48))
def test_the_last_pixel_shows_as_in_a_plain_loop(places: list[tuple[int, int]], pixels: list[float]) -> None:
    arrangement, frames = arranged(places), np.array(pixels, np.float32).reshape(2, *SHAPE)
    images = Assembly.of(arrangement, arrangement.index()).images(frames)
    np.testing.assert_array_equal(images, np.stack([plain(frame, arrangement) for frame in frames]))


@settings(max_examples=50, deadline=None)
@given(places=st.lists(PLACE, min_size=24, max_size=24), pixels=st.lists(PIXEL, min_size=24, max_size=24))
def test_the_mean_is_that_of_the_good_pixels(places: list[tuple[int, int]], pixels: list[float]) -> None:
    arrangement, frame = arranged(places), np.array(pixels, np.float32).reshape(SHAPE)
    image = Assembly.of(arrangement, arrangement.index(), mean=True).image(frame)
    expected = mean_image_of(frame, PixelIndex(arrangement.rows, arrangement.columns, IMAGE))
    np.testing.assert_allclose(image, expected, rtol=1e-6, atol=1e-6)


def test_no_frames_make_no_images() -> None:
    arrangement = arranged([(0, 0)] * 24)
    assert Assembly.of(arrangement, arrangement.index()).images(np.empty((0, *SHAPE), np.float32)).shape == (0, *IMAGE)


@pytest.mark.parametrize("outside", [-1, -7, 24, 1 << 30])
def test_an_index_outside_the_frame_reads_nothing(outside: int) -> None:
    image = Assembly(np.array([[outside, 23]], np.int32)).image(np.arange(24, dtype=np.float32).reshape(SHAPE))
    np.testing.assert_array_equal(image, [[np.nan, 23]])


def test_panels_drawn_over_each_other_are_not_averaged() -> None:
    arrangement = arranged([(0, 0)] * 24)
    covered = Arrangement(arrangement.rows, arrangement.columns, IMAGE, canvases=(Canvas(0, 2, (0, 0), 4),))
    image = Assembly.of(covered, covered.index(), mean=True).image(np.arange(24, dtype=np.float32).reshape(SHAPE))
    assert image[0, 0] == 23
