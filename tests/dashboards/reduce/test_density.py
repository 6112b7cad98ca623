"""One field against another."""

import math

import numpy as np

from dashboards.reduce.density import density, pairs

NAN = np.nan


def test_only_events_with_both_values_are_pairs() -> None:
    found = pairs(np.array([1.0, 2.0, NAN, 4.0]), np.array([2.0, NAN, 6.0, 8.0]))

    np.testing.assert_array_equal(found.x, [1, 4])
    np.testing.assert_array_equal(found.y, [2, 8])
    assert math.isnan(found.correlation)


def test_the_correlation_is_pearsons() -> None:
    x = np.array([1.0, 2.0, 3.0, 4.0])
    y = np.array([1.0, 3.0, 2.0, 4.0])

    # By hand: deviations (-1.5 -.5 .5 1.5) and (-1.5 .5 -.5 1.5); 4 / 5.
    assert math.isclose(pairs(x, y).correlation, 0.8)


def test_a_field_that_does_not_vary_has_no_correlation() -> None:
    assert math.isnan(pairs(np.arange(5.0), np.ones(5)).correlation)


def test_cells_hold_counts_with_the_lowest_y_first_and_nan_where_nothing_is() -> None:
    found = density(pairs(np.array([0.0, 1.0, 1.0, 1.0]), np.array([0.0, 0.0, 1.0, 1.0])), 2)

    np.testing.assert_array_equal(found.counts, [[1, 1], [NAN, 2]])
    assert found.x_range == (0.0, 1.0)
