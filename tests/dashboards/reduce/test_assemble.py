"""Panels as one picture."""

import numpy as np
from numpy.typing import NDArray

from dashboards.reduce.assemble import image_index, placed

Array = NDArray[np.float64]
PANEL = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
X, Y = np.meshgrid([0.0, 110.0], [0.0, 110.0, 220.0], indexing="ij")


def assemble(values: Array, x: Array, y: Array) -> NDArray[np.float32] | None:
    index = image_index(x, y)
    return None if index is None else placed(values, index)


def test_two_panels_stand_where_their_pixels_are() -> None:
    values, x, y = np.stack((PANEL, 10 * PANEL)), np.stack((X, X + 330.0)), np.stack((Y, Y))

    image = assemble(values, x, y)

    nan = np.nan
    np.testing.assert_array_equal(image, [[1, 2, 3], [4, 5, 6], [nan, nan, nan], [10, 20, 30], [40, 50, 60]])


def test_a_turned_panel_is_turned_in_the_picture() -> None:
    np.testing.assert_array_equal(assemble(PANEL, Y, X), [[1, 4], [2, 5], [3, 6]])


def test_places_that_make_no_picture_give_none() -> None:
    assert assemble(PANEL, X, Y[:1]) is None
    assert assemble(PANEL, np.zeros_like(X), np.zeros_like(X)) is None
    assert assemble(PANEL, X * np.nan, Y) is None
    far = X.copy()
    far[0, 0] = 1e12
    assert assemble(PANEL, far, Y) is None
