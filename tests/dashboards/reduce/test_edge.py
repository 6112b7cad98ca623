"""The step fit against steps that were put in."""

import math

import numpy as np
import pytest

from dashboards.reduce.edge import fit_edge

X = np.linspace(-1500, 1500, 61)


def smeared(x: np.ndarray, position: float, width: float, base: float, height: float) -> np.ndarray:
    """The step by the standard library's erf, point by point."""
    return np.array([base + height / 2 * (1 + math.erf((each - position) / (math.sqrt(2) * width))) for each in x])


@pytest.mark.parametrize(("position", "width", "height"), [(137, 60, 0.3), (-900, 200, -0.5), (20, 30, 2.0)])
def test_a_step_without_noise_is_found_exactly(position: float, width: float, height: float) -> None:
    found = fit_edge(X, smeared(X, position, width, 1.0, height), np.full(61, 0.01))

    assert found is not None
    assert found.position == pytest.approx(position, abs=0.5)
    assert found.width == pytest.approx(width, rel=0.02)
    assert (found.base, found.height) == pytest.approx((1.0, height), abs=1e-3)


def test_the_stated_error_is_the_scatter_of_repeated_fits() -> None:
    random = np.random.default_rng(5)
    fits = [fit_edge(X, smeared(X, 137, 80, 1, 0.3) + random.normal(0, 0.02, 61), np.full(61, 0.02)) for _ in range(60)]

    found = [fit for fit in fits if fit is not None]
    pulls = [(fit.position - 137) / fit.position_error for fit in found]

    assert len(found) == 60
    # Pulls scatter with 1; 60 of them say so to 9 %.
    assert 0.7 < np.std(pulls) < 1.35
    assert abs(np.mean(pulls)) < 0.45


def test_errors_grow_when_points_scatter_more_than_they_say() -> None:
    noise = np.random.default_rng(6).normal(0, 0.02, 61)
    y = smeared(X, 137, 80, 1, 0.3) + noise

    honest, boastful = fit_edge(X, y, np.full(61, 0.02)), fit_edge(X, y, np.full(61, 0.002))

    assert honest is not None
    assert boastful is not None
    assert boastful.position_error > 0.5 * honest.position_error


@pytest.mark.parametrize("seed", range(5))
def test_noise_alone_is_mostly_no_step(seed: int) -> None:
    noise = np.random.default_rng(seed).normal(1, 0.02, 61)
    found = fit_edge(X, noise, np.full(61, 0.02))

    assert found is None or abs(found.height) < 0.06


@pytest.mark.parametrize(
    ("x", "y", "error"),
    [
        (X[:3], np.ones(3), np.ones(3)),
        (np.zeros(10), np.ones(10), np.ones(10)),
        (X, np.full(61, np.nan), np.ones(61)),
        (X, np.ones(61), np.zeros(61)),
        (X, np.ones(61), np.ones(61)),
    ],
    ids=["too few", "one place", "no values", "no errors", "flat"],
)
def test_what_holds_no_step_gives_none(x: np.ndarray, y: np.ndarray, error: np.ndarray) -> None:
    assert fit_edge(x, y, error) is None


@pytest.mark.parametrize("points", range(5, 30))
def test_the_first_few_points_of_a_scan_never_break_the_fit(points: int) -> None:
    x = np.linspace(-1500, 1500, points)
    y = np.where(x > 100, 1.3, 1.0) + np.random.default_rng(points).normal(0, 0.01, points)

    found = fit_edge(x, y, np.full(points, 0.01))

    assert found is None or abs(found.position - 100) < 3000 / (points - 1)
