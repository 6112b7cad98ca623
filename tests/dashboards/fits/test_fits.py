"""Every shape against curves it was put into; the shapes themselves against the standard library and a plain convolution."""

import math

import numpy as np
import pytest

from dashboards.fits.decay import DECAY, decay
from dashboards.fits.edge import EDGE, step
from dashboards.fits.fit import Shape, fit
from dashboards.fits.gaussian import GAUSSIAN, bell

X = np.linspace(-1500, 1500, 121)
CASES = [(EDGE, (137.0, 80.0)), (GAUSSIAN, (137.0, 120.0)), (DECAY, (137.0, 60.0, 300.0)), (DECAY, (-800.0, 90.0, 900.0))]


def test_the_step_is_the_standard_librarys() -> None:
    expected = [(1 + math.erf((x - 137) / (math.sqrt(2) * 60))) / 2 for x in X]

    np.testing.assert_allclose(step(X, 137, 60), expected, atol=1e-12)


def test_the_bell_has_its_height_and_width() -> None:
    np.testing.assert_allclose(bell(np.array([5.0, 7.0]), 5.0, 2.0), [1, math.exp(-0.5)])


def test_the_decay_is_the_convolution() -> None:
    fine = np.arange(-3000, 3000, 0.5)
    exponential = np.where(fine >= 0, np.exp(-np.maximum(fine, 0) / 250), 0)
    gauss = np.exp(-((fine / 60) ** 2) / 2)
    plain = np.convolve(exponential, gauss / gauss.sum(), mode="same")

    at = np.arange(-300, 1500, 100)
    np.testing.assert_allclose(decay(at.astype(float), 0, 60, 250), np.interp(at, fine, plain), atol=3e-3)


def test_the_decay_does_not_overflow() -> None:
    with np.errstate(all="raise", under="ignore"):
        found = decay(np.array([-1e5, -1e3, 0.0, 1e3, 1e5]), 0.0, 1.0, 0.01)

    assert np.isfinite(found).all()
    assert (found >= 0).all()


@pytest.mark.parametrize(("shape", "truth"), CASES)
@pytest.mark.parametrize("height", [0.3, -0.5])
def test_what_was_put_in_comes_out(shape: Shape, truth: tuple[float, ...], height: float) -> None:
    found = fit(shape, X, 1 + height * shape.at(X, *truth), np.full(len(X), 0.01))

    assert found is not None
    np.testing.assert_allclose(found.values, (*truth, 1.0, height), rtol=0.02, atol=1e-3)
    assert found.chi2 < 1e-3
    assert found.degrees == len(X) - len(truth) - 2


@pytest.mark.parametrize(("shape", "truth"), CASES)
def test_stated_errors_are_the_scatter_of_repeated_fits(shape: Shape, truth: tuple[float, ...]) -> None:
    random = np.random.default_rng(5)
    curve = 1 + 0.3 * shape.at(X, *truth)
    fits = [fit(shape, X, curve + random.normal(0, 0.01, len(X)), np.full(len(X), 0.01)) for _ in range(40)]

    good = [each for each in fits if each is not None]
    assert len(good) == 40
    for i, value in enumerate((*truth, 1.0, 0.3)):
        pulls = [(each.values[i] - value) / each.errors[i] for each in good]
        # Pulls scatter with 1; 40 of them say so to 11 %.
        assert 0.6 < np.std(pulls) < 1.4
        assert abs(np.mean(pulls)) < 0.6
    assert np.mean([each.chi2 / each.degrees for each in good]) == pytest.approx(1, abs=0.1)


def test_errors_grow_when_points_scatter_more_than_they_say() -> None:
    y = 1 + 0.3 * step(X, 137, 80) + np.random.default_rng(6).normal(0, 0.02, len(X))

    honest, boastful = fit(EDGE, X, y, np.full(len(X), 0.02)), fit(EDGE, X, y, np.full(len(X), 0.002))

    assert honest is not None
    assert boastful is not None
    assert boastful.error("position") > 0.5 * honest.error("position")
    assert boastful.chi2 / boastful.degrees > 50


@pytest.mark.parametrize("seed", range(5))
def test_noise_alone_is_mostly_no_step(seed: int) -> None:
    found = fit(EDGE, X, np.random.default_rng(seed).normal(1, 0.02, len(X)), np.full(len(X), 0.02))

    assert found is None or abs(found.value("height")) < 0.06


@pytest.mark.parametrize("shape", [EDGE, GAUSSIAN, DECAY])
@pytest.mark.parametrize(
    ("x", "y", "error"),
    [
        (X[:3], np.ones(3), np.ones(3)),
        (np.zeros(10), np.ones(10), np.ones(10)),
        (X, np.full(121, np.nan), np.ones(121)),
        (X, np.ones(121), np.zeros(121)),
        (X, np.ones(121), np.ones(121)),
    ],
    ids=["too few", "one place", "no values", "no errors", "flat"],
)
def test_what_holds_no_shape_gives_none(shape: Shape, x: np.ndarray, y: np.ndarray, error: np.ndarray) -> None:
    assert fit(shape, x, y, error) is None


@pytest.mark.parametrize("points", range(5, 30))
def test_the_first_few_points_of_a_scan_never_break_the_fit(points: int) -> None:
    x = np.linspace(-1500, 1500, points)
    y = np.where(x > 100, 1.3, 1.0) + np.random.default_rng(points).normal(0, 0.01, points)

    found = fit(EDGE, x, y, np.full(points, 0.01))

    assert found is None or abs(found.value("position") - 100) < 3000 / (points - 1)
