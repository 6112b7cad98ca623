"""Rectangles from the mouse, from text and from settings."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboards.reduce.region import Region, parse_corners, parse_region, parse_shapes, region_in, region_of, region_text


def test_a_drawn_rectangle_takes_every_pixel_it_touches() -> None:
    geometry = {"x0": 20.4, "x1": 79.2, "y0": 59.5, "y1": 10.0}

    assert region_of(geometry, (185, 388)) == ((10, 60), (20, 80))


def test_a_rectangle_is_cut_at_the_borders() -> None:
    assert region_of({"x0": -5, "x1": 1000, "y0": -1, "y1": 3}, (185, 388)) == ((0, 3), (0, 388))


@pytest.mark.parametrize(
    "geometry",
    [
        {"x0": -9, "x1": -2, "y0": 0, "y1": 5},
        {"x0": 0, "x1": 5, "y0": 500, "y1": 600},
        {"x0": float("nan"), "x1": 5, "y0": 0, "y1": 5},
        {"x0": "a", "x1": 5, "y0": 0, "y1": 5},
        {},
    ],
)
def test_what_is_not_in_the_image_is_no_region(geometry: dict[str, float]) -> None:
    assert region_of(geometry, (185, 388)) is None


pairs = st.tuples(st.integers(0, 5000), st.integers(1, 5000)).map(lambda pair: (pair[0], pair[0] + pair[1]))


@given(pairs, pairs)
def test_text_and_back(rows: tuple[int, int], columns: tuple[int, int]) -> None:
    region: Region = (rows, columns)

    assert parse_region(region_text(region)) == region


@pytest.mark.parametrize("text", ["", "10:60", "60:10, 1:2", "a:b, c:d", "1:2, 3:3", "-1:5, 1:2", "1:99999999, 1:2"])
def test_text_that_is_no_region(text: str) -> None:
    assert parse_region(text) is None


@pytest.mark.parametrize("value", [None, 5, [[1, 2]], [[0, 2], [1, 2], [3, 4]], [["a", "b"], [1, 2]], [1, 2], "ab"])
def test_settings_that_are_no_region_of_an_image(value: object) -> None:
    assert region_in(value) is None


def test_settings_may_name_the_ends_in_any_order() -> None:
    assert region_in([[60, 10], [20, 80]]) == ((10, 60), (20, 80))


def test_a_polygon_is_written_as_row_and_column_of_its_corners() -> None:
    assert parse_corners("20 30, 20.5 90,60  60") == ((20, 30), (20.5, 90), (60, 60))


@pytest.mark.parametrize(
    "text", ["", "20 30", "20 30, 40 50", "20, 30, 40", "1 2, 3 4, 5 x", "1 2, 3 4, nan 6", "1 2 3, 4 5, 6 7"]
)
def test_what_has_not_three_corners_is_no_polygon(text: str) -> None:
    assert parse_corners(text) is None


def test_shapes_are_rectangles_polygons_and_pixels() -> None:
    assert parse_shapes("10:60, 20:80; 12 34; 0 0, 0 9, 9 0") == [
        ((10, 20), (10, 80), (60, 80), (60, 20)),
        ((12, 34), (12, 35), (13, 35), (13, 34)),
        ((0, 0), (0, 9), (9, 0)),
    ]


@pytest.mark.parametrize("text", ["", ";", "12", "10:60", "12 34;", "12 34; 1 2, 3 4", "60:10, 20:80", "-1 5"])
def test_one_shape_that_is_none_spoils_all_of_them(text: str) -> None:
    assert parse_shapes(text) is None
