"""Whatever dies, in whatever order messages come: every event once in the file, in every sum, and in order on the stream."""

from itertools import pairwise

import pytest

from tests.support.restless_service import RestlessService, weight


def check(service: RestlessService) -> None:
    lost = set(service.store.lost)
    start = 0
    for run, end in enumerate(service.ends):
        events = [seq for seq in range(start, end) if seq not in lost]
        assert service.store.rows[run] == events
        sums = service.store.sums.get(run, {})
        if events:
            assert sums["cam_calib"].count == len(events)
            assert sums["cam_calib"].arrays["total"].item() == sum(weight(seq) for seq in events)
        start = end
    assert sorted(service.store.finished) == list(range(len(service.ends)))
    assert all(order.complete for order in service.store.finished.values())
    assert service.store.committed == service.ends[-1]
    for shown in service.shown:
        assert all(one < other for one, other in pairwise(shown))


@pytest.mark.parametrize("seed", range(60))
def test_every_event_is_durable_exactly_once_whoever_dies(seed: int) -> None:
    check(RestlessService(seed).run())


@pytest.mark.parametrize("workers", [1, 2, 7])
def test_the_number_of_workers_does_not_change_the_file(workers: int) -> None:
    service = RestlessService(5, workers=workers, faults=0).run()
    check(service)
    assert service.shown[0] == [seq for seq in range(service.ends[-1]) if seq not in service.store.lost]


@pytest.mark.parametrize("seed", range(8))
def test_nothing_stays_in_memory_once_it_is_durable(seed: int) -> None:
    aggregator = RestlessService(seed).run().aggregator
    assert aggregator.epochs.held_events == 0
    assert aggregator.order.waiting == 0
    assert aggregator.commits.waiting_rows == 0
    assert len(list(aggregator.epochs._covered)) + len(list(aggregator.epochs._seen)) == 0


@pytest.mark.parametrize("seed", range(8))
def test_the_ledger_of_an_undisturbed_service_balances(seed: int) -> None:
    service = RestlessService(seed, faults=0).run()
    account = service.aggregator.ledger.total
    assert account.read == service.ends[-1]
    assert account.lost == len(service.store.lost)
    assert account.written == service.ends[-1] - len(service.store.lost)
    assert account.unaccounted == 0
