"""What a figure draws, as numbers."""

import numpy as np
from bokeh.models import ColumnDataSource

from dashboards.drawn import drawn
from dashboards.look import chart, plain_image


def test_each_source_is_one_curve_by_its_name_in_the_legend() -> None:
    figure = chart(height=200)
    source = ColumnDataSource(data={"x": [1.0, 2.0], "y": [3.0, None], "text": ["a", "b"]})
    figure.line("x", "y", source=source, legend_label="laser on")
    figure.scatter("x", "y", source=source)
    figure.scatter("x", "y", source=ColumnDataSource(data={"x": [], "y": []}))

    found = drawn(figure)

    assert list(found) == ["laser on"]
    np.testing.assert_array_equal(found["laser on"]["x"], [1, 2])
    np.testing.assert_array_equal(found["laser on"]["y"], [3, np.nan])
    assert found["laser on"]["text"].tolist() == ["a", "b"]


def test_an_image_is_one_line_per_point_at_its_middle() -> None:
    figure = chart(height=200)
    image = np.array([[1.0, 2.0], [3.0, np.nan]])
    source = ColumnDataSource(data={"image": [image], "x": [10], "y": [0], "dw": [4], "dh": [2]})
    plain_image(figure, source=source, color_mapper="Viridis256")

    found = drawn(figure)["image"]

    np.testing.assert_array_equal(found["x"], [11, 13, 11, 13])
    np.testing.assert_array_equal(found["y"], [0.5, 0.5, 1.5, 1.5])
    np.testing.assert_array_equal(found["value"], [1, 2, 3, np.nan])


def test_outlines_are_one_text_each() -> None:
    figure = chart(height=200)
    figure.patches("xs", "ys", source=ColumnDataSource(data={"xs": [[0, 1, 1]], "ys": [[0, 0, 2.5]]}))

    assert drawn(figure)["patches"]["ys"].tolist() == ["0 0 2.5"]
