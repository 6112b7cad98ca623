"""Curved lines become straight."""

import numpy as np
import pytest

from monitor.errors import ConfigError
from tests.support.features import branch, plain_view, settings, values_of

CURVE = [0.01, -0.3, 8.0]


def straight(frame: np.ndarray, **parameters: object) -> np.ndarray:  # type: ignore[type-arg]  # any frame
    wanted = settings("PolynomialCurveCorrection", polynomial_coefficients=CURVE, **parameters)
    (values,) = values_of(branch(wanted, plain_view(frame.shape)).feature, frame[None]).values()
    return values[0]


@pytest.mark.parametrize("axis", [0, 1])
@pytest.mark.parametrize("method", ["roll", "vectorized"])
def test_a_line_along_the_polynomial_becomes_straight(axis: int, method: str) -> None:
    frame = np.zeros((40, 30), np.float32)
    columns = np.arange(30)
    frame[np.round(np.polyval(CURVE, columns)).astype(int), columns] = 1
    frame = frame if axis == 1 else np.ascontiguousarray(frame.T)
    found = straight(frame, axis=axis, method=method)
    spread = np.ptp(np.argwhere(found == 1)[:, 1 - axis])
    assert spread <= 1
    assert found.sum() == 30


def test_parts_of_a_pixel_are_interpolated() -> None:
    rows = np.arange(60.0)
    curve = np.polyval(CURVE, np.arange(30))
    frame = np.exp(-(((rows[:, None] - 20 - curve) / 4) ** 2)).astype(np.float32)
    found = straight(frame, axis=1, method="ndimage")
    centres = (found * rows[:, None]).sum(axis=0) / found.sum(axis=0)
    np.testing.assert_allclose(centres, centres[0], atol=1e-3)


def test_a_bad_pixel_moves_with_its_line() -> None:
    frame = np.ones((40, 30), np.float32)
    frame[10, 3] = np.nan
    assert np.isnan(straight(frame, axis=1)).sum() == 1


@pytest.mark.parametrize("coefficients", [[], [1e308, 1e308, 0.0], [float("nan")]])
def test_a_polynomial_that_is_none_is_refused(coefficients: list[float]) -> None:
    with pytest.raises(ConfigError, match="polynomial"):
        branch(settings("PolynomialCurveCorrection", polynomial_coefficients=coefficients), plain_view((8, 8)))
