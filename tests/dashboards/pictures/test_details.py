"""Which pixel is where: in the image, in its panel, and with the panels side by side."""

import numpy as np
import pytest

from dashboards.pictures.details import Details, details_of
from dashboards.pictures.panels import GAP, grid_columns, panel_index
from monitor.errors import ProtocolError
from monitor.wire.message import Message

# Two panels of 1 x 2 pixels, the second one above the first, with a hole between.
INDEX = np.array([[2, 3], [-1, -1], [0, 1]], np.int32)


def details(**maps: list[int]) -> Details:
    return Details("d", (2, 1, 2), INDEX, {name: np.array(values).reshape(2, 1, 2) for name, values in maps.items()})


def test_a_pixel_is_found_in_its_panel() -> None:
    found = details()

    assert [found.pixel(*place, panels=False) for place in ((0, 1), (1, 0), (2, 0), (3, 0), (-1, 0))] == [3, -1, 0, -1, -1]
    assert found.position(3) == (1, 0, 1)


def test_a_map_is_assembled_with_holes() -> None:
    np.testing.assert_array_equal(details(mask=[1, 0, 1, 1]).image_of("mask"), [[1, 1], [np.nan, np.nan], [1, 0]])
    assert details().image_of("gain") is None


def test_an_image_is_taken_apart_into_panels() -> None:
    found = details().side_by_side(np.array([[30, 40], [0, 0], [10, 20]], np.float32))

    assert found is not None
    np.testing.assert_array_equal(found[[0, -1]], [[10, 20], [30, 40]])
    assert np.isnan(found[1:-1]).all()
    assert found.shape == (2 + GAP, 2)
    assert details().side_by_side(np.zeros((2, 2))) is None


@pytest.mark.parametrize(
    ("count", "rows", "columns", "across"), [(1, 9, 9, 1), (4, 10, 10, 2), (32, 185, 388, 4), (2, 10, 100, 1)]
)
def test_panels_make_about_a_square(count: int, rows: int, columns: int, across: int) -> None:
    assert grid_columns(count, rows, columns) == across


def test_every_pixel_stands_once_among_the_panels() -> None:
    index = panel_index((5, 3, 4))

    np.testing.assert_array_equal(np.sort(index[index >= 0]), np.arange(60))
    assert index[1, 1] == 5


def answer(**changes: object) -> Message:
    header = {"detector": "d", "shape": [2, 1, 2], "rough": True, **changes}
    arrays = {"index": INDEX, "mask": np.ones((2, 1, 2), np.uint8), "gain": np.ones(3), "other": np.ones(4)}
    return Message("detector", header, arrays)


def test_an_answer_is_taken_and_maps_that_do_not_fit_are_left() -> None:
    found = details_of(answer())

    assert (found.shape, found.rough, [*found.maps]) == ((2, 1, 2), True, ["mask"])


@pytest.mark.parametrize("changes", [{"shape": [2, 1, 1]}, {"shape": []}, {"shape": [4]}, {"shape": [-2, -2]}, {"detector": 3}])
def test_an_answer_that_does_not_fit_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(ProtocolError):
        details_of(answer(**changes))
