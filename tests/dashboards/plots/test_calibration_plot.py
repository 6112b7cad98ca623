"""A calibration with what is left over."""

import numpy as np

from dashboards.plots.calibration_plot import CalibrationPlot
from dashboards.reduce.arrival import Calibration


def test_residuals_are_in_femtoseconds_with_the_error_of_the_position() -> None:
    delay, position = np.array([9.9, 10.0, 10.1]), np.array([60.0, 102.0, 140.0])
    found = Calibration(delay, position, np.array([1.0, 2.0, 1.0]), (-0.25, 0.0025), 0.0)
    plot = CalibrationPlot()

    plot.show(found, "scan/lxt", "opal/ttRaw_pos (pixel)")

    data = [renderer.data_source.data for renderer in plot.root.children[1].renderers]
    (left,) = {id(each): each for each in data if len(each["x"]) == 3}.values()
    # t - middle: -100, 0, 100 fs; polynomial: -100, 5, 100 fs; 2.5 fs per pixel.
    np.testing.assert_allclose(left["y"], [0.0, -5.0, 0.0], atol=1e-9)
    np.testing.assert_allclose(left["high"] - left["y"], [2.5, 5.0, 2.5])


def test_without_a_calibration_nothing_is_drawn() -> None:
    plot = CalibrationPlot()

    plot.show(None, "scan/lxt", "opal/ttRaw_pos (pixel)")

    assert all(not len(renderer.data_source.data["x"]) for figure in plot.root.children for renderer in figure.renderers)
