"""Rectangles from the mouse, from text and from settings."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboards.reduce.region import Region, parse_region, region_in, region_of, region_text


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
