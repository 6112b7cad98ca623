"""Images: where two pixels meet the last one shows, or the mean of the good ones."""

import numpy as np

from monitor.calib.geometry.image import image_of, mean_image_of, pixels_of
from monitor.calib.geometry.pixel_index import PixelIndex

PLACES = PixelIndex(np.array([[0, 0, 1], [1, 1, 1]], np.int32), np.array([[0, 1, 0], [0, 0, 2]], np.int32), (2, 3))
FRAME = np.array([[1, 2, 3], [4, np.nan, 8]])


def test_the_last_pixel_wins() -> None:
    np.testing.assert_array_equal(image_of(FRAME, PLACES), [[1, 2, 0], [np.nan, 0, 8]])


def test_a_mean_leaves_bad_pixels_out() -> None:
    np.testing.assert_array_equal(mean_image_of(FRAME, PLACES), [[1, 2, np.nan], [3.5, np.nan, 8]])


def test_an_image_gives_each_pixel_its_value() -> None:
    image = np.array([[10, 11, 12], [13, 14, 15]])
    np.testing.assert_array_equal(pixels_of(image, PLACES), [[10, 11, 13], [13, 13, 15]])
