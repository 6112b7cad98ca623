"""Images of frames and of lists."""

from typing import Any

import numpy as np
import pytest

from monitor.errors import ConfigError
from tests.support.features import branch, plain_view, settings, values_of
from workers.features.data import PixelList

FRAMES = np.arange(1, 9, dtype=np.float32).reshape(1, 2, 2, 2)
PLACES = np.array([[[0, 1], [3, 4]], [[1, 2], [4, 5]]], np.int32)
"""Two panels that overlap in the middle column of an image of 2 x 3 (and a gap below if it is filled up)."""
INDEX = np.array([[0, 4, 5], [2, 6, 7]], np.int32)
VIEW = plain_view((2, 2, 2), index=INDEX, image_place=PLACES)


def image(frames: Any = FRAMES, **parameters: Any) -> Any:
    (values,) = values_of(branch(settings("imageFunc", **parameters), VIEW).feature, frames).values()
    return values[0]


def test_shared_places_hold_the_mean() -> None:
    np.testing.assert_array_equal(image(), [[1, (2 + 5) / 2, 6], [3, (4 + 7) / 2, 8]])


def test_a_bad_pixel_leaves_the_place_to_the_other_one() -> None:
    frames = FRAMES.copy()
    frames[0, 0, 0] = np.nan
    np.testing.assert_array_equal(image(frames), [[np.nan, 5, 6], [3, (4 + 7) / 2, 8]])


def test_places_without_a_pixel_are_nan_or_zero_with_compat() -> None:
    assert np.isnan(image(imgShape=[3, 3])[2]).all()
    assert (image(imgShape=[3, 3], compat=True)[2] == 0).all()


def test_pixels_are_divided_by_the_correction_and_masked() -> None:
    found = image(correction=np.full((2, 2, 2), 2.0).tolist(), mask=[[[1, 0], [1, 0]], [[1, 1], [1, 1]]])
    np.testing.assert_array_equal(found, [[0.5, 2.5, 3], [1.5, 3.5, 4]])


def test_lists_become_images() -> None:
    entries = {"data": [5.0, 2.0], "row": [0.2, 1.9], "col": [0.0, 1.0], "tile": [0, 1]}
    lists = PixelList(np.array([2]), {key: np.array(column, np.float64) for key, column in entries.items()}, {})
    made = branch(settings("imageFunc"), VIEW.of_lists("data", "row", "col", "tile"))
    (values,) = values_of(made.feature, lists).values()
    np.testing.assert_array_equal(values[0], [[5, 0, 0], [0, 0, 2]])


def test_an_input_without_an_image_is_refused() -> None:
    with pytest.raises(ConfigError, match="assembled image"):
        branch(settings("imageFunc"), plain_view((2, 2, 2), index=None))
