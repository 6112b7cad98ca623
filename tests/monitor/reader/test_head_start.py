"""A replay's schedule begins when every worker has worked off a batch."""

from types import SimpleNamespace
from typing import Any

from monitor.reader.head_start import HeadStart
from monitor.reader.pace import Pace


def dispatch(*, workers: int = 2) -> Any:
    """What is asked of a dispatch: its workers, what waits and what is in hand."""
    source = SimpleNamespace(max_events=256, max_wait=0.02)
    intake = SimpleNamespace(settings=SimpleNamespace(source=source), waits_since=lambda now: 0.0)
    return SimpleNamespace(lending=SimpleNamespace(queue=[], pool=[object()] * workers, leased=0), intake=intake)


def test_each_worker_gets_a_batch_and_only_then_the_schedule_begins() -> None:
    world, pace = dispatch(), Pace(100.0)
    head = HeadStart(pace, world)

    # Two events come in 20 ms at 100 events per second: a batch as they will be.
    assert head.due(0.0) == 2
    head.release(2)
    world.lending.leased = 1
    assert head.due(0.1) == 2
    head.release(2)
    world.lending.leased = 2
    assert head.due(0.2) == 0
    world.lending.leased = 1
    assert head.due(5.0) == 0
    world.lending.leased = 0

    assert head.due(6.0) == 1, "the first event of the schedule"
    head.release(1)
    assert head.due(6.055) == 5


def test_nothing_more_is_released_while_a_first_batch_waits() -> None:
    world = dispatch()
    head = HeadStart(Pace(100.0), world)
    head.release(2)
    world.lending.queue.append(object())
    assert head.due(0.0) == 0
    world.lending.queue.clear()
    world.intake.waits_since = lambda now: 0.01
    assert head.due(0.0) == 0


def test_a_source_that_gives_nothing_is_asked_again() -> None:
    head = HeadStart(Pace(100.0), dispatch(workers=1))
    assert head.due(0.0) == 2
    head.release(0)
    assert head.due(0.1) == 2


def test_without_a_rate_nothing_waits() -> None:
    assert HeadStart(Pace(0.0), dispatch()).due(0.0) is None
