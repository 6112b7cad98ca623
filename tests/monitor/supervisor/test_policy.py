import pytest

from monitor.supervisor.policy import Finished, GiveUp, Policy, Restart


def test_a_process_that_ends_well_is_finished() -> None:
    assert Policy("worker-0").ended(0, now=5.0) == Finished()


@pytest.mark.parametrize("code", [1, -9, -11])
def test_a_process_that_dies_starts_again_at_once(code: int) -> None:
    assert Policy("worker-0").ended(code, now=5.0) == Restart(at=5.0, generation=1)


def test_waits_grow_while_a_process_keeps_dying() -> None:
    policy, waits = Policy("worker-0"), []
    for _ in range(9):
        policy.started(now=100.0)
        decision = policy.ended(-9, now=100.0)
        assert isinstance(decision, Restart)
        waits.append(decision.at - 100.0)
    assert waits == pytest.approx([0.0, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 10.0, 10.0])


def test_a_long_healthy_life_resets_the_waits() -> None:
    policy = Policy("worker-0")
    for _ in range(5):
        policy.ended(-9, now=0.0)
    policy.started(now=0.0)
    assert policy.ended(-9, now=31.0) == Restart(at=31.0, generation=6)


def test_wrong_settings_are_not_tried_again() -> None:
    assert isinstance(Policy("reader").ended(2, now=0.0), GiveUp)
