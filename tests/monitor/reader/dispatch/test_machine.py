"""The dispatch with workers, aggregator and time around it."""

import pytest

from monitor.errors import Unusable
from monitor.wire.worker_note import Hello
from tests.support.dispatch_world import World

pytestmark = pytest.mark.timeout(60)


@pytest.mark.parametrize("seed", range(40))
def test_every_event_is_written_and_summed_exactly_once_whatever_dies(seed: int) -> None:
    world = World(seed).run(trouble=0.015)
    # Chance may kill three workers in a row over one batch, which is then rightly set aside.
    aside = {seq for first, stop in world.quarantined for seq in range(first, stop)}
    assert len(world.quarantined) <= 3
    assert world.aggregator.file == {seq: seq for seq in range(200) if seq not in aside}
    assert world.aggregator.total == sum(set(range(200)) - aside)
    assert set(world.aggregator.lost) == aside


def test_without_trouble_no_batch_is_handed_out_twice() -> None:
    world = World(1).run(trouble=0.0)
    batches = sum(worker.batches for worker in world.dispatch.lending.pool)
    events = sum(worker.events for worker in world.dispatch.lending.pool)
    assert events == 200
    assert batches >= 40


@pytest.mark.parametrize("seed", range(5))
def test_a_batch_that_kills_three_workers_is_set_aside_and_nothing_else(seed: int) -> None:
    world = World(seed, deadly=57).run(trouble=0.0)
    assert len(world.quarantined) == 1
    first, stop = world.quarantined[0]
    assert first <= 57 < stop
    assert world.aggregator.file == {seq: seq for seq in range(200) if not first <= seq < stop}
    assert world.aggregator.lost == dict.fromkeys(range(first, stop), "quarantined")
    assert world.dispatch.intake.quarantined == stop - first


def test_an_aggregator_that_lost_what_was_safe_is_refused() -> None:
    world = World(1).run(trouble=0.0)
    hello = Hello(role="aggregator", name="aggregator", generation=9, pid=9, committed=100)
    with pytest.raises(Unusable, match="ends at event 100 and 200 were safe in it"):
        world.dispatch.hello(b"aggregator", hello, 1e6)
