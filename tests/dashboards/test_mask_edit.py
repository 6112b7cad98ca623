"""Painting a mask: which pixels a stroke means, in the image and in the panels, and the file it becomes."""

from pathlib import Path

import numpy as np
import pytest

from dashboards.mask_edit import Edit, brushed, edited, own_mask, save_mask
from dashboards.pictures.details import Details
from monitor.errors import Unusable

# Two panels of 2 x 2; in the image the second stands left of the first.
DETAILS = Details("a/b", (2, 2, 2), np.array([[4, 5, 0, 1], [6, 7, 2, 3]], np.int32), {})
GOOD = np.ones((2, 2, 2), bool)


def test_a_polygon_in_the_image_masks_the_panels_pixels() -> None:
    left_column = ((0.0, 0.0), (0.0, 1.0), (2.0, 1.0), (2.0, 0.0))

    found = edited(GOOD, [Edit(False, left_column)], DETAILS)

    np.testing.assert_array_equal(found, [[[1, 1], [1, 1]], [[0, 1], [0, 1]]])
    assert GOOD.all()


def test_later_strokes_go_over_earlier_ones() -> None:
    everything, corner = ((0.0, 0.0), (0.0, 4.0), (2.0, 4.0), (2.0, 0.0)), ((0.0, 0.0), (0.0, 1.0), (1.0, 1.0), (1.0, 0.0))

    found = edited(GOOD, [Edit(False, everything), Edit(True, corner)], DETAILS)

    np.testing.assert_array_equal(found, [[[0, 0], [0, 0]], [[1, 0], [0, 0]]])


def test_a_stroke_in_the_panels_side_by_side_means_their_places() -> None:
    first_row = ((0.0, 0.0), (0.0, 2.0), (1.0, 2.0), (1.0, 0.0))

    found = edited(GOOD, [Edit(False, first_row, panels=True)], DETAILS)

    np.testing.assert_array_equal(found[0], [[0, 0], [1, 1]])
    assert found[1].all()


def test_a_brush_covers_what_is_no_further_than_its_radius() -> None:
    found = brushed(((1.5, 1.5), (1.5, 3.5)), 1.0, (4, 6))

    np.testing.assert_array_equal(
        found,
        [
            [0, 1, 1, 1, 0, 0],
            [1, 1, 1, 1, 1, 0],
            [0, 1, 1, 1, 0, 0],
            [0, 0, 0, 0, 0, 0],
        ],
    )


def test_a_touch_of_the_brush_is_a_dot_and_outside_it_is_nothing() -> None:
    assert brushed(((0.5, 0.5),), 0.6, (3, 3)).sum() == 1
    assert not brushed(((-50.0, 9e9),), 3, (3, 3)).any()


def test_a_saved_mask_is_read_again_and_never_written_over(tmp_path: Path) -> None:
    mask = edited(GOOD, [Edit(False, ((0.0, 0.0), (0.0, 1.0), (2.0, 1.0), (2.0, 0.0)))], DETAILS)

    paths = [save_mask(mask, tmp_path, "a/b") for _ in range(2)]

    assert len({*paths}) == 2
    assert all(path.parent == tmp_path / "masks" for path in paths)
    np.testing.assert_array_equal(own_mask(str(paths[0]), (2, 2, 2)), mask)
    assert not [*tmp_path.rglob("*.part")]


def test_a_mask_that_is_not_of_this_detector_is_not_painted_over(tmp_path: Path) -> None:
    path = save_mask(GOOD, tmp_path, "d")

    with pytest.raises(Unusable, match="has 8 pixels, the detector 9"):
        own_mask(str(path), (3, 3))
    with pytest.raises(Unusable):
        own_mask(str(tmp_path / "none.npy"), (3, 3))


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "masks").write_text("")

    with pytest.raises(Unusable, match="cannot be saved"):
        save_mask(GOOD, tmp_path, "d")
