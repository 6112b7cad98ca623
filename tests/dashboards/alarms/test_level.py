"""One alarm's way between quiet and raised."""

from typing import Any

import numpy as np
import pytest

from dashboards.alarms.level import Level
from monitor.settings import Alarm


def level(**more: Any) -> Level:
    limits = {} if "below" in more or "above" in more else {"above": 10.0}
    return Level(Alarm(name="a", value="x", **limits, **more))


def take(level: Level, *values: float, now: float = 0.0) -> list[bool]:
    return level.take(np.array(values, float), now)


def test_one_value_beyond_the_limit_raises_it_and_one_within_ends_it() -> None:
    alarm = level()

    assert take(alarm, 9, 10) == []
    assert take(alarm, 11) == [True]
    assert take(alarm, 10) == [False]


def test_up_and_down_within_one_batch_is_told_twice() -> None:
    assert take(level(), 9, 11, 12, 3) == [True, False]


def test_a_limit_below() -> None:
    alarm = level(below=2.0)

    assert take(alarm, 2, 1) == [True]
    assert alarm.value == 1.0


def test_so_many_values_in_turn_are_needed() -> None:
    alarm = level(events=3)

    assert take(alarm, 11, 11, 5, 11, 11) == []
    assert take(alarm, 11) == [True]
    assert take(alarm, 5, 5, 11, 5, 5) == []
    assert take(alarm, 5) == [False]


def test_it_has_to_be_bad_for_so_long() -> None:
    alarm = level(seconds=5.0)

    assert take(alarm, 11, now=100.0) == []
    assert take(alarm, 11, now=104.9) == []
    assert take(alarm, 11, now=105.0) == [True]


def test_a_good_value_begins_the_wait_anew() -> None:
    alarm = level(seconds=5.0)
    take(alarm, 11, now=100.0)

    assert take(alarm, 5, 11, now=104.0) == []
    assert take(alarm, 11, now=106.0) == []
    assert take(alarm, 11, now=109.0) == [True]


def test_the_way_back_has_a_limit_of_its_own() -> None:
    alarm = level(back=8.0)
    take(alarm, 11)

    assert take(alarm, 9) == []
    assert take(alarm, 8) == [False]
    assert take(alarm, 9) == []


def test_events_without_a_value_neither_raise_nor_end_it() -> None:
    alarm = level(events=2)

    assert take(alarm, np.nan, 11, np.nan) == []
    assert take(alarm, np.nan, 11) == [True]
    assert take(alarm, np.nan) == []


def test_means_of_values_in_turn_are_judged_however_they_come() -> None:
    alarm = level(average=4)

    assert take(alarm, 20, 20, 20) == []
    assert take(alarm, -20, 0) == []
    assert alarm.value == 10.0
    assert take(alarm, 20, 20, 20) == [True]
    assert alarm.value == 15.0


@pytest.mark.parametrize("events", [1, 2, 5])
def test_the_result_does_not_depend_on_how_values_are_cut_into_batches(events: int) -> None:
    values = 10 + 5 * np.sin(np.arange(400) / 12) + np.random.default_rng(3).normal(0, 1, 400)
    whole, parts = level(events=events, back=9.0), level(events=events, back=9.0)

    at_once = whole.take(values, 0.0)
    in_turn = [change for value in values for change in parts.take(np.array([value]), 0.0)]

    assert at_once == in_turn
    assert len(at_once) > 4
