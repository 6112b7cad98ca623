import numpy as np
import pytest

from monitor.simulate.physics.edge import jitter_variance, position_error, rise, slope


def test_the_edge_rises_from_0_to_1_and_is_half_way_at_0() -> None:
    np.testing.assert_allclose(rise(np.array([-1e3, 0.0, 1e3]), 10.0), [0, 0.5, 1])


def test_one_width_after_time_zero_84_percent_are_reached() -> None:
    assert rise(np.array([10.0]), 10.0)[0] == pytest.approx(0.841344746)


def test_slope_is_the_derivative_of_rise() -> None:
    at = np.linspace(-30, 30, 13)
    step = 1e-4
    numerical = (rise(at + step, 10.0) - rise(at - step, 10.0)) / (2 * step)
    np.testing.assert_allclose(slope(at, 10.0), numerical, atol=1e-9)


def test_four_times_the_shots_halve_the_error() -> None:
    slopes, variances = np.full(25, 0.5), np.full(25, 4.0)
    assert position_error(slopes, variances) == pytest.approx(2.0 / (0.5 * 5))
    assert position_error(np.tile(slopes, 4), np.tile(variances, 4)) == pytest.approx(0.4)


def test_flat_signals_say_nothing() -> None:
    assert position_error(np.zeros(3), np.ones(3)) == np.inf


def test_variance_by_jitter_equals_the_integral_over_arrivals() -> None:
    jitter = np.linspace(-1200, 1200, 48_001)
    weight = np.exp(-0.5 * (jitter / 140.0) ** 2)
    weight /= weight.sum()
    for nominal in (-200.0, 0.0, 90.0):
        level = rise(nominal + jitter, 90.0)
        wanted = (weight * level**2).sum() - (weight * level).sum() ** 2
        assert jitter_variance(np.array([nominal]), 90.0, 140.0)[0] == pytest.approx(wanted, rel=1e-6)
