"""Strips: groups that stand still, means of what is there."""

import numpy as np
import pytest

from dashboards.reduce.strip import round_size, strip, strip_of_time

NAN = np.nan


def test_few_values_are_shown_one_by_one() -> None:
    found = strip(np.array([3, 4, 5]), np.array([1.0, NAN, 7.0]), 10)

    np.testing.assert_array_equal(found.x, [3, 4, 5])
    np.testing.assert_array_equal(found.mean, [1, NAN, 7])
    assert found.size == 1


def test_groups_hold_mean_smallest_and_largest_of_what_is_there() -> None:
    found = strip(np.arange(10, 20), np.array([0, 1, 2, 3, NAN, 10, 11, NAN, NAN, NAN]), 2)

    assert found.size == 5
    np.testing.assert_array_equal(found.mean, [1.5, 10.5])
    np.testing.assert_array_equal(found.low, [0, 10])
    np.testing.assert_array_equal(found.high, [3, 11])
    np.testing.assert_array_equal(found.x, [12, 17])


def test_borders_do_not_move_when_an_event_more_comes() -> None:
    values = np.random.default_rng(1).normal(size=1000)
    before = strip(np.arange(900), values[:900], 100)
    after = strip(np.arange(903), values[:903], 100)

    assert before.size == after.size == 10
    np.testing.assert_array_equal(before.mean, after.mean[:90])


def test_a_gap_in_the_sequence_does_not_join_what_is_apart() -> None:
    found = strip(np.array([0, 1, 100, 101]), np.array([1.0, 1.0, 5.0, 7.0]), 10)

    np.testing.assert_array_equal(found.mean, [1, 6])


def test_nothing_gives_nothing() -> None:
    assert len(strip(np.empty(0, np.int64), np.empty(0), 10).mean) == 0


@pytest.mark.parametrize(("least", "size"), [(0, 1), (1, 1), (2, 2), (3, 5), (6, 10), (11, 20), (201, 500), (501, 1000)])
def test_sizes_are_round(least: int, size: int) -> None:
    assert round_size(least) == size


def test_deviation_and_error_are_those_of_the_group() -> None:
    found = strip(np.arange(6), np.array([1.0, 3.0, np.nan, 5.0, 9.0, 7.0]), 10, least=2)

    np.testing.assert_allclose(found.mean, [2, 5, 8])
    np.testing.assert_allclose(found.deviation, [np.sqrt(2), np.nan, np.sqrt(2)])
    np.testing.assert_allclose(found.error, [1, np.nan, 1])
    np.testing.assert_array_equal(found.count, [2, 1, 2])


def test_groups_of_seconds_begin_at_whole_multiples() -> None:
    time = 1_288_000_000 + np.array([0.5, 0.75, 1.25, np.nan, 3.0])

    found = strip_of_time(time, np.array([2.0, 4.0, 1.0, 100.0, 7.0]), 10, 1.0)

    np.testing.assert_allclose(found.x - 1_288_000_000, [0.625, 1.25, 3.0])
    np.testing.assert_allclose(found.mean, [3, 1, 7])


def test_a_group_begins_where_it_must_whatever_the_borders_are() -> None:
    y = np.array([1.0, 1.0, 1.0, 7.0, 7.0, 9.0])

    of_events = strip(np.arange(6), y, 10, least=5, begun=3)
    of_seconds = strip_of_time(np.array([0.0, np.nan, 2.0, 3.0, 4.0, 5.0]), y, 10, 5.0, begun=3)

    np.testing.assert_array_equal(of_events.mean, [1, 7, 9])
    np.testing.assert_array_equal(of_events.x, [1, 3.5, 5])
    np.testing.assert_array_equal(of_seconds.mean, [1, 7, 9])
    np.testing.assert_array_equal(of_seconds.count, [2, 2, 1])


def test_too_many_seconds_make_longer_groups() -> None:
    found = strip_of_time(np.arange(0, 1000.0), np.ones(1000), 20, 1.0)

    assert found.size == 50
    assert len(found.x) == 20
    assert found.count.tolist() == [50] * 20
