"""The bench of the hop really hands over every event it counts."""

import pytest

from monitor.reader.bench_hop import KINDS, TRIAL_BATCHES, bench_hop

pytestmark = [pytest.mark.processes, pytest.mark.timeout(90)]


def test_every_batch_that_is_counted_reached_a_worker() -> None:
    (row,) = bench_hop(workers=1, seconds=0.01, kinds=["1 kB"], ways=["ring"], batch=4)
    assert row.events == TRIAL_BATCHES * 4
    assert row.batches >= TRIAL_BATCHES
    assert row.nbytes == KINDS["1 kB"] == 1024
    assert row.events_per_s == pytest.approx(row.events / row.seconds)
    assert row.cpu_per_event_us > 0
