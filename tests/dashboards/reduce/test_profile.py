import numpy as np

from dashboards.reduce.profile import profile, profile_edges


def test_mean_and_standard_error_per_bin() -> None:
    x = np.array([0.0, 0.5, 0.5, 1.5, np.nan, 0.1])
    y = np.array([1.0, 2.0, 6.0, 7.0, 9.0, np.nan])

    found = profile(x, y, np.array([0.0, 1.0, 2.0]))

    np.testing.assert_allclose(found.x, [1 / 3, 1.5])
    np.testing.assert_allclose(found.y, [3, 7])
    # Off by -2, -1 and 3: variance 14 / 2, of the mean of three 7 / 3.
    np.testing.assert_allclose(found.error, [np.sqrt(7 / 3), np.nan])
    np.testing.assert_array_equal(found.count, [3, 1])


def test_a_number_with_few_values_gets_a_bin_for_each() -> None:
    np.testing.assert_allclose(profile_edges(np.tile([1.0, 2.0, 4.0], 100), 10), [0.5, 1.5, 3.0, 5.0])


def test_the_largest_value_is_in_the_last_bin() -> None:
    x = np.linspace(0, 1, 1000)

    found = profile(x, x, profile_edges(x, 10))

    assert found.count.sum() == 1000


def test_logarithmic_bins_are_equally_wide_in_the_logarithm() -> None:
    np.testing.assert_allclose(profile_edges(np.array([0.0]), 2, log=True, within=(1, 100)), [1, 10, 100])
