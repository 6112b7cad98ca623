"""Histograms: every value is counted once or told to be outside."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from dashboards.reduce.histogram import counted, edges_of, histogram


def test_values_fall_between_their_edges() -> None:
    found = histogram(np.array([0.0, 0.1, 0.9, 1.0, np.nan]), 2)

    np.testing.assert_allclose(found.edges, [0, 0.5, 1])
    np.testing.assert_array_equal(found.counts, [2, 2])
    assert found.mean == 0.5


def test_one_absurd_value_does_not_squeeze_the_others_into_one_bin() -> None:
    values = np.append(np.linspace(-1, 1, 1001), 1e9)

    found = histogram(values, 10)

    assert found.outside == 1
    assert found.edges[-1] < 10
    assert (found.counts > 0).sum() >= 5


def test_a_constant_has_its_own_bin_in_the_middle() -> None:
    found = histogram(np.full(7, 3.0), 5)

    np.testing.assert_array_equal(found.counts, [0, 0, 7, 0, 0])
    assert found.deviation == 0


@given(hnp.arrays(np.float64, st.integers(0, 60), elements=st.floats(-1e6, 1e6) | st.just(float("nan"))), st.integers(1, 20))
def test_every_finite_value_is_counted_or_outside(values: np.ndarray, bins: int) -> None:
    found = histogram(values, bins)

    assert found.counts.sum() + found.outside == np.isfinite(values).sum()


def test_several_series_share_edges_and_say_what_lies_outside() -> None:
    found = counted(np.array([0.5, 1.5, 1.7, 3.0, np.nan]), np.array([0.0, 1.0, 2.0]))

    assert found.counts.tolist() == [1, 2]
    assert found.outside == 1


def test_a_given_range_and_logarithmic_bins() -> None:
    np.testing.assert_allclose(edges_of(np.array([5.0]), 2, within=(0, 4)), [0, 2, 4])
    np.testing.assert_allclose(edges_of(np.array([-5.0, 0.0, 1.0, 10.0, 100.0]), 2, log=True), [1, 10, 100])
    assert len(edges_of(np.array([-5.0, 0.0]), 2, log=True)) == 0
