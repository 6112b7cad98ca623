"""Rate and latency of made-up arrivals."""

import pytest

from monitor.aggregator.pace import Latency, Rate
from tests.support.some_rows import some_reduced


def test_120_events_a_second_show_as_120() -> None:
    rate = Rate()
    for n in range(1200):
        rate.add(1, n / 120)
    assert rate.value(1199 / 120) == pytest.approx(120, rel=0.03)


def test_the_rate_goes_to_zero_when_nothing_comes_any_more() -> None:
    rate = Rate(window_s=5.0)
    for n in range(100):
        rate.add(10, n * 0.1)
    assert rate.value(10.0) > 90
    assert rate.value(20.0) == 0.0


def test_each_stage_has_its_own_time() -> None:
    latency = Latency()
    latency.add(some_reduced(0, 1, created=10.0, received=10.5, finished=12.5), 12.75)
    assert latency.value() == {"dispatch": [0.5, 0.5], "process": [2.0, 2.0], "order": [0.25, 0.25], "total": [2.75, 2.75]}


def test_events_and_not_batches_are_weighed() -> None:
    latency = Latency()
    latency.add(some_reduced(0, 98, created=0.0, received=0.0, finished=0.0), 1.0)
    for n in range(2):
        latency.add(some_reduced(98 + n, 99 + n, created=0.0, received=0.0, finished=0.0), 9.0)
    assert latency.value()["total"] == [1.0, 9.0]


def test_before_the_first_event_there_is_no_latency() -> None:
    assert Latency().value() == {}


def test_the_way_to_the_file_is_timed_when_rows_become_durable() -> None:
    latency = Latency()
    latency.add(some_reduced(0, 4, finished=10.0), 10.5)
    latency.add(some_reduced(4, 8, finished=11.0), 11.5)
    assert "commit" not in latency.value()
    latency.committed(4, 13.0)
    assert latency.value()["commit"] == [3.0, 3.0]
