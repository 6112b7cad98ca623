"""What scripts publish is drawn as psmon says, and what cannot be drawn says why."""

from typing import Any

import numpy as np
import pytest

from dashboards.reduce.published import COLOURS, WHEEL, panels
from monitor.client import Hist, Image, MultiPlot, XYPlot

SQUARES = np.arange(4.0) ** 2


def curve(**more: Any) -> Any:
    (panel,) = panels(XYPlot(**{"ts": 5, "title": "t", "xdata": [1, 2, 3, 4], "ydata": SQUARES, **more}))
    return panel.curves[0]


@pytest.mark.parametrize(
    ("formats", "colour", "dash", "marker"),
    [
        ("-", WHEEL[0], "solid", ""),
        ("r--", COLOURS["r"], "dashed", ""),
        ("go", COLOURS["g"], "", "circle"),
        ("b.-", COLOURS["b"], "solid", "dot"),
        ("k-.", COLOURS["k"], "dashdot", ""),
        ("", WHEEL[0], "solid", ""),
        (None, WHEEL[0], "solid", ""),
        ("?!", WHEEL[0], "solid", ""),
    ],
)
def test_formats_are_those_of_matplotlib(formats: str, colour: str, dash: str, marker: str) -> None:
    drawn = curve(formats=formats)
    assert (drawn.colour, drawn.dash, drawn.marker) == (colour, dash, marker)


def test_one_x_serves_several_y_and_labels_go_with_their_curves() -> None:
    plot = XYPlot(1, "t", np.arange(3), [np.ones(3), np.zeros(3)], leg_label=["on", "off"], formats=["r-", "b:"])
    (panel,) = panels(plot)
    assert [(each.label, each.dash) for each in panel.curves] == [("on", "solid"), ("off", "dotted")]
    np.testing.assert_array_equal(panel.curves[1].x, [0, 1, 2])


@pytest.mark.parametrize("bins", [[0.0, 1.0, 2.0, 3.0], [0.0, 1.0, 2.0]])
def test_a_histogram_has_an_edge_more_than_values_or_gets_it(bins: list[float]) -> None:
    (panel,) = panels(Hist(1, "t", bins, [5, 6, 7], fills=False))
    assert panel.kind == "bars"
    assert panel.curves[0].x.tolist() == [0.0, 1.0, 2.0, 3.0]
    assert panel.curves[0].y.tolist() == [5.0, 6.0, 7.0]
    assert not panel.curves[0].fill


def test_a_picture_has_its_place_and_the_size_of_its_pixels() -> None:
    (panel,) = panels(Image("now", "t", np.ones((2, 3)), pos=(10, 20), scale=0.5, aspect_lock=False))
    assert (panel.corner, panel.pixel, panel.square) == ((10.0, 20.0), (0.5, 0.5), False)
    assert panel.title == "t   now"


def test_the_parts_of_a_multiplot_stand_side_by_side_and_not_without_end() -> None:
    inner = MultiPlot(1, "inner", [Hist(1, "h", [0, 1], [3])])
    assert [each.kind for each in panels(MultiPlot(1, "t", [XYPlot(1, "a", [1], [2]), inner]))] == ["curves", "bars"]
    assert len(panels(MultiPlot(1, "t", [XYPlot(1, "a", [1], [2])] * 500))) == 16


def test_labels_may_be_maps_of_either_viewer() -> None:
    qt, mpl = {"text": "energy", "units": "eV", "unitPrefix": "k"}, {"axis_title": "signal"}
    (panel,) = panels(XYPlot(1, "t", [1], [2], xlabel=qt, ylabel=mpl))
    assert (panel.x_label, panel.y_label) == ("energy (keV)", "signal")


BAD = [
    XYPlot(1, "t", [1, 2], [1, 2, 3]),
    XYPlot(1, "t", np.array(["a"]), [1]),
    XYPlot(1, "t", np.ones((2, 2)), np.ones((2, 2))),
    XYPlot(1, "t", [np.ones(2), np.ones(2), np.ones(2)], [np.ones(2), np.ones(2)]),
    XYPlot(1, "t", [], []),
    Hist(1, "t", [0, 1, 2, 3, 4], [1]),
    Hist(1, "t", [], []),
    Image(1, "t", np.ones(3)),
    Image(1, "t", np.ones((0, 3))),
    Image(1, "t", np.ones((2, 3)), pos="here"),
    Image(1, "t", np.ones((2, 3)), scale=np.inf),
]


@pytest.mark.parametrize("plot", BAD, ids=range(len(BAD)))
def test_what_cannot_be_drawn_says_why_or_is_empty(plot: Any) -> None:
    (panel,) = panels(plot)
    assert panel.kind == "nothing" or not any(len(each.y) for each in panel.curves)


def test_a_long_curve_is_thinned_for_the_screen() -> None:
    assert len(curve(xdata=np.arange(1e6), ydata=np.arange(1e6)).x) == 20_000
