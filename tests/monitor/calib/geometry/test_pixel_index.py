"""Places in an image: rows count x and columns y, each from the smallest."""

import numpy as np
import pytest

from monitor.calib.geometry.coordinates import Coordinates
from monitor.calib.geometry.pixel_index import grid_of, pixel_index, point_index
from monitor.errors import DamagedData

PIXELS = Coordinates(np.array([[0.0, 10.0, 20.0]]), np.array([[5.0, -5.0, 35.0]]), np.zeros((1, 3)))


def test_rows_count_x_and_columns_count_y() -> None:
    places = pixel_index(PIXELS, grid_of(PIXELS, 10.0))
    assert (places.rows.tolist(), places.columns.tolist()) == ([[0, 1, 2]], [[1, 0, 4]])
    assert places.shape == (3, 5)


def test_in_the_laboratory_rows_count_y_downwards() -> None:
    places = pixel_index(PIXELS, grid_of(PIXELS, 10.0, laboratory=True))
    assert (places.rows.tolist(), places.columns.tolist()) == ([[3, 4, 0]], [[0, 1, 2]])


def test_an_offset_makes_room_in_front_and_a_negative_one_does_nothing() -> None:
    places = pixel_index(PIXELS, grid_of(PIXELS, 10.0, offset=(2, -3)))
    assert (places.rows.tolist(), places.columns.tolist(), places.shape) == ([[2, 3, 4]], [[1, 0, 4]], (5, 5))


def test_a_point_beside_the_detector_has_a_place_too() -> None:
    assert point_index(-12.0, 5.0, grid_of(PIXELS, 10.0)) == pytest.approx((-0.7, 1.5))


@pytest.mark.parametrize("far", [1e9, 1e300, np.inf, np.nan])
def test_pixels_too_far_apart_make_no_image(far: float) -> None:
    pixels = Coordinates(np.array([0.0, far]), np.array([0.0, 0.0]), np.zeros(2))
    with np.errstate(invalid="ignore"), pytest.raises(DamagedData, match="so far apart"):
        pixel_index(pixels, grid_of(pixels, 10.0))
