"""Curves of many events as the few that a person reads."""

import numpy as np
import pytest

from dashboards.reduce import curves as module
from dashboards.reduce.curves import difference, lines, mean_of, newest, thinned, values_at, waterfall
from dashboards.snapshot import Curves, FieldInfo
from tests.support.rows import table

NAN = np.nan


def test_the_mean_leaves_out_what_is_missing_and_knows_its_error() -> None:
    found = mean_of(np.array([[1.0, 2.0, NAN], [3.0, NAN, NAN]]))

    np.testing.assert_allclose(found.mean, [2.0, 2.0, NAN])
    # Two values 1 and 3: standard deviation sqrt(2), over sqrt(2) events.
    np.testing.assert_allclose(found.error, [1.0, NAN, NAN])
    assert found.events == 2


def test_a_difference_adds_errors_in_quadrature() -> None:
    on, off = mean_of(np.array([[1.0], [7.0]])), mean_of(np.array([[0.0], [8.0]]))

    found = difference(on, off)

    assert found.mean[0] == 0.0
    # The errors are 3 and 4.
    assert found.error[0] == pytest.approx(5.0)


def test_rows_of_a_curve_are_one_or_the_mean_of_those_that_have_a_value() -> None:
    values = np.array([[[1.0, 2.0], [3.0, NAN]]])

    np.testing.assert_array_equal(lines(values, 1), [[3.0, NAN]])
    np.testing.assert_array_equal(lines(values, None), [[2.0, 2.0]])
    np.testing.assert_array_equal(lines(np.array([[1, 2]]), None), [[1.0, 2.0]])


def test_a_reduction_reads_no_more_than_it_should(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_VALUES", 30)
    curves = Curves(np.arange(20), np.zeros((20, 10)), FieldInfo())

    assert len(newest(curves, 0)) == 3
    assert len(newest(curves, 2)) == 2
    assert len(newest(curves, 9)) == 3


def test_scalars_of_events_are_found_by_their_number() -> None:
    rows = table(10, 5.0, 6.0, 7.0)

    np.testing.assert_array_equal(values_at(rows, "a", np.array([12, 10, 99, 3])), [7.0, 5.0, NAN, NAN])
    np.testing.assert_array_equal(values_at(table(0), "a", np.array([1])), [NAN])


def test_steps_stand_in_the_middle_of_their_bins() -> None:
    found = waterfall(np.array([[1.0], [3.0], [10.0]]), np.array([-2.0, -2.0, 2.0]), 50)

    assert found is not None
    assert (found.low, found.high) == (-4.0, 4.0)
    np.testing.assert_array_equal(found.image, [[2.0], [10.0]])


def test_missing_steps_leave_gaps_and_events_without_a_place_are_left_out() -> None:
    found = waterfall(np.array([[1.0], [2.0], [3.0], [9.0]]), np.array([0.0, 1.0, 3.0, NAN]), 50)

    assert found is not None
    np.testing.assert_array_equal(found.image, [[1.0], [2.0], [NAN], [3.0]])


def test_many_places_are_divided_evenly() -> None:
    over = np.arange(100.0)
    found = waterfall(over[:, None], over, 4)

    assert found is not None
    assert (found.low, found.high) == (0.0, 99.0)
    np.testing.assert_allclose(found.image[:, 0], [12.0, 37.0, 62.0, 87.0])


def test_bins_are_those_of_all_events_where_only_some_enter() -> None:
    over = np.array([0.0, 1.0, 2.0])
    found = waterfall(np.array([[1.0], [2.0], [3.0]]), over, 50, np.array([False, True, False]))
    nothing = waterfall(np.array([[1.0], [2.0], [3.0]]), over, 50, np.zeros(3, bool))

    assert found is not None
    assert nothing is not None
    np.testing.assert_array_equal(found.image, [[NAN], [2.0], [NAN]])
    np.testing.assert_array_equal(nothing.image, np.full((3, 1), NAN))


def test_without_any_place_there_is_no_waterfall() -> None:
    assert waterfall(np.ones((2, 2)), np.array([NAN, NAN]), 10) is None


def test_columns_are_thinned_by_their_means() -> None:
    image = np.array([[1.0, 3.0, NAN, 5.0, 6.0]], np.float32)

    np.testing.assert_array_equal(thinned(image, 3), [[2.0, 5.0, 6.0]])
    assert thinned(image, 5) is image
