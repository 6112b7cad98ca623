"""Circles through bright pixels."""

from typing import Any

import numpy as np
import pytest

from tests.support.features import branch, plain_view, settings, values_of
from workers.features.circle import fit_circle

ROW, COLUMN = np.indices((120, 140)).astype(np.float64)
RING = np.exp(-(((np.hypot(ROW - 52.3, COLUMN - 71.8) - 40) / 1.5) ** 2)).astype(np.float32)


def center(frame: Any, **parameters: Any) -> dict[str, float]:
    made = branch(settings("fitCenter", **parameters), plain_view(frame.shape))
    return {key.removeprefix("det/center_"): float(values[0]) for key, values in values_of(made.feature, frame[None]).items()}


def test_the_centre_of_a_ring_is_found() -> None:
    found = center(RING, threshold=95)
    np.testing.assert_allclose([found["xCen"], found["yCen"], found["R"]], [71.8, 52.3, 40], atol=0.05)
    assert found["ier"] == 1


def test_bad_pixels_do_not_matter() -> None:
    frame = RING.copy()
    frame[:, :40] = np.nan
    found = center(frame, threshold=95)
    np.testing.assert_allclose([found["xCen"], found["yCen"], found["R"]], [71.8, 52.3, 40], atol=0.1)


@pytest.mark.parametrize("frame", [np.zeros((8, 8)), np.full((8, 8), np.nan), np.eye(8)])
def test_a_frame_without_a_circle_has_no_centre(frame: Any) -> None:
    found = center(frame.astype(np.float32))
    assert found["ier"] == 0
    assert np.isnan(found["R"])


def test_an_arc_gives_the_whole_circle() -> None:
    angle = np.linspace(0.2, 1.1, 30)
    x, y, radius, residual, done = fit_circle(5 + 300 * np.cos(angle), -7 + 300 * np.sin(angle))
    np.testing.assert_allclose([x, y, radius, done], [5, -7, 300, 1], rtol=1e-6)
    assert residual < 1e-12
