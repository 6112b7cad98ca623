"""Which pixels a polygon holds."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.calib.polygon import bounds, inside

CORNER = st.tuples(st.floats(-3, 12), st.floats(-3, 12))


def test_a_triangle_holds_the_pixels_whose_centre_is_inside() -> None:
    np.testing.assert_array_equal(
        inside([(0, 0), (4, 0), (4, 4)], (4, 5)),
        [
            [0, 0, 0, 0, 0],
            [1, 0, 0, 0, 0],
            [1, 1, 0, 0, 0],
            [1, 1, 1, 0, 0],
        ],
    )


def test_what_a_polygon_crosses_twice_is_outside() -> None:
    bow = [(0, 0), (4, 4), (0, 4), (4, 0)]

    assert inside(bow, (4, 4)).sum() == 4 + 4


@given(st.lists(CORNER, min_size=3, max_size=8))
def test_every_pixel_obeys_the_even_odd_rule(corners: list[tuple[float, float]]) -> None:
    found = inside(corners, (9, 8))

    for row in range(9):
        for column in range(8):
            y, x, odd = row + 0.5, column + 0.5, False
            for (r0, c0), (r1, c1) in zip(corners, [*corners[1:], corners[0]], strict=True):
                if (r0 <= y) != (r1 <= y) and x >= c0 + (y - r0) / (r1 - r0) * (c1 - c0):
                    odd = not odd
            assert found[row, column] == odd


def test_bounds_hold_all_pixels_and_no_more() -> None:
    assert bounds([(1, 1), (1, 4), (3, 4), (3, 1)], (9, 9)) == ((1, 3), (1, 4))


@pytest.mark.parametrize("corners", [[], [(0, 0), (1, 1)], [(0, 0, 0)] * 3, [(0, float("nan")), (1, 1), (2, 0)]])
def test_what_is_no_polygon_is_refused(corners: list[tuple[float, ...]]) -> None:
    with pytest.raises(ValueError, match="a polygon has 3 to 2000 corners"):
        inside(corners, (4, 4))


def test_a_polygon_outside_the_image_is_refused() -> None:
    with pytest.raises(ValueError, match="no pixel"):
        bounds([(20, 20), (30, 20), (30, 30)], (4, 4))
