"""Curves of a scan: ratios of sums per bin against a plain loop."""

import itertools

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dashboards.reduce.scan import Curve, combined, curve, even_edges, scan_edges, scan_map, step_edges


def test_a_bin_is_the_ratio_of_sums() -> None:
    found = curve(
        x=np.array([0.0, 0.0, 10.0, 10.0]),
        signal=np.array([1.0, 3.0, 5.0, 5.0]),
        monitor=np.array([1.0, 1.0, 1.0, 4.0]),
        edges=np.array([-5.0, 5.0, 15.0]),
    )

    np.testing.assert_allclose(found.x, [0, 10])
    np.testing.assert_allclose(found.y, [2, 2])
    np.testing.assert_array_equal(found.count, [2, 2])
    # First bin: residuals -1 and 1, sqrt(2 * 2 / 1) / 2; second: 3 and -3, sqrt(18 * 2) / 5.
    np.testing.assert_allclose(found.error, [1.0, 1.2])


@given(st.integers(0, 2**32 - 1), st.integers(1, 200))
def test_every_bin_equals_a_plain_loop(seed: int, events: int) -> None:
    random = np.random.default_rng(seed)
    x, monitor = random.integers(-3, 9, events).astype(float), random.uniform(0.1, 2, events)
    signal = 2 * monitor + random.normal(size=events)
    edges = np.array([-2.0, 0.0, 3.0, 7.0])

    found = curve(x, signal, monitor, edges)

    plain = []
    for left, right in itertools.pairwise(edges):
        here = (x >= left) & (x < right)
        if here.any():
            plain.append((x[here].mean(), signal[here].sum() / monitor[here].sum(), here.sum()))
    np.testing.assert_allclose(np.transpose([found.x, found.y, found.count]).reshape(-1, 3), np.reshape(plain, (-1, 3)))


def test_the_error_is_the_scatter_of_repeated_measurements() -> None:
    random = np.random.default_rng(3)
    values, errors = [], []
    for _ in range(400):
        monitor = random.uniform(0.5, 1.5, 50)
        found = curve(np.zeros(50), 2 * monitor + 0.3 * random.normal(size=50), monitor, np.array([-1.0, 1.0]))
        values.append(found.y[0])
        errors.append(found.error[0])

    # The scatter of 400 values is known to 1/sqrt(800) = 3.5 %.
    assert abs(np.mean(errors) / np.std(values) - 1) < 0.12


def test_one_event_has_no_error_and_too_few_no_point() -> None:
    x, ones = np.array([0.0, 1.0, 1.0]), np.ones(3)
    edges = np.array([-0.5, 0.5, 1.5])

    assert np.isnan(curve(x, ones, ones, edges).error[0])
    np.testing.assert_array_equal(curve(x, ones, ones, edges, least=2).x, [1])


def test_edges_lie_between_the_steps() -> None:
    np.testing.assert_allclose(step_edges(np.array([3.0, 0.0, 1.0, 1.0])), [-0.5, 0.5, 2.0, 4.0])


def test_one_position_has_one_bin_and_none_has_none() -> None:
    np.testing.assert_allclose(step_edges(np.array([2.0, 2.0])), [1.5, 2.5])
    assert len(step_edges(np.empty(0))) == 0
    assert len(even_edges(np.empty(0), 5)) == 0


def test_the_largest_position_is_in_the_last_even_bin() -> None:
    found = curve(np.array([0.0, 1.0, 2.0]), np.ones(3), np.ones(3), even_edges(np.array([0.0, 1.0, 2.0]), 2))

    np.testing.assert_array_equal(found.count, [1, 2])


def points(bins: list[int], y: list[float], error: list[float]) -> Curve:
    x = np.array(bins, float)
    return Curve(x, np.array(y), np.array(error), np.ones(len(bins)), np.array(bins))


def test_on_less_off_in_the_bins_that_have_both() -> None:
    found = combined(points([0, 1, 3], [5, 6, 7], [3, 1, 1]), points([0, 2, 3], [2, 9, 8], [4, 1, 0]), "difference")

    np.testing.assert_array_equal(found.bin, [0, 3])
    np.testing.assert_allclose(found.y, [3, -1])
    np.testing.assert_allclose(found.error, [5, 1])
    np.testing.assert_array_equal(found.count, [2, 2])


def test_on_over_off_with_the_errors_of_both() -> None:
    found = combined(points([0, 1], [6, 1], [0.3, 1]), points([0, 1], [2, 0], [0.2, 1]), "ratio")

    np.testing.assert_allclose(found.y, [3])
    # Relative errors 5 % and 10 %.
    np.testing.assert_allclose(found.error, [3 * np.hypot(0.05, 0.1)])


def test_a_map_is_the_ratio_of_sums_in_each_cell() -> None:
    x, z = np.array([0.5, 0.5, 1.5, 1.5, 9.0]), np.array([0.0, 0.0, 0.0, 1.0, 0.0])

    found = scan_map(
        x, z, np.array([1.0, 3.0, 5.0, 7.0, 1.0]), np.array([1.0, 1.0, 2.0, 1.0, 1.0]), (np.arange(3.0), np.arange(-0.5, 3))
    )

    np.testing.assert_allclose(found, [[2, 2.5], [np.nan, 7], [np.nan, np.nan]])


def test_steps_are_told_from_a_fly_scan() -> None:
    np.testing.assert_allclose(scan_edges(np.repeat([1.0, 2.0], 20)), [0.5, 1.5, 2.5])
    assert len(scan_edges(np.linspace(0, 1, 900))) == 31
    assert len(scan_edges(np.linspace(0, 1, 900), 10)) == 11
    assert len(scan_edges(np.array([3.0]))) == 2
    assert len(scan_edges(np.empty(0))) == 0
