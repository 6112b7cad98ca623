"""Loss, delay, repetition and death in any order through the real reader's and aggregator's machines: always the same file.

Hypothesis looks for an order of things that breaks it. ``XTCMON_INTERLEAVINGS=5000`` makes it look longer.
"""

import os

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from tests.support.joint_world import COUNT, JointWorld

pytestmark = pytest.mark.timeout(1200)

EXAMPLES = int(os.environ.get("XTCMON_INTERLEAVINGS", "300"))
STEPS = 60
WORKERS = st.integers(0, 1)
LONGEST_TROUBLE = 12


class Interleavings(RuleBasedStateMachine):
    """Everything that may happen, in the words of the world it happens to."""

    def __init__(self) -> None:
        super().__init__()
        self.world = JointWorld()
        self.troubles = 0

    @rule(turns=st.integers(1, 8))
    def read(self, turns: int) -> None:
        for _ in range(turns):
            self.world.read()

    @rule(n=WORKERS, turns=st.integers(1, 8))
    def work(self, n: int, turns: int) -> None:
        for _ in range(turns):
            self.world.work(n)

    @rule(n=WORKERS, turns=st.integers(1, 8))
    def hear_worker(self, n: int, turns: int) -> None:
        for _ in range(turns):
            self.world.hear_worker(n)

    @rule(n=WORKERS, turns=st.integers(1, 8))
    def hear_rows(self, n: int, turns: int) -> None:
        for _ in range(turns):
            self.world.hear_rows(n)

    @rule(turns=st.integers(1, 8))
    def hear_reader(self, turns: int) -> None:
        for _ in range(turns):
            self.world.hear_reader()

    @rule(turns=st.integers(1, 8))
    def hear_aggregator(self, turns: int) -> None:
        for _ in range(turns):
            self.world.hear_aggregator()

    @rule()
    def store(self) -> None:
        self.world.store()

    @rule(seconds=st.sampled_from([0.01, 0.6, 1.6]))
    def pass_time(self, seconds: float) -> None:
        self.world.pass_time(seconds)

    @rule(turns=st.integers(1, 10))
    def all_work(self, turns: int) -> None:
        self.world.turns(turns)

    @precondition(lambda self: self.may_fail)
    @rule(n=WORKERS, arrived=st.integers(0, 3))
    def a_worker_dies(self, n: int, arrived: int) -> None:
        self.troubles += 1
        self.world.kill_worker(n, arrived)

    @precondition(lambda self: self.may_fail)
    @rule()
    def the_aggregator_dies(self) -> None:
        self.troubles += 1
        self.world.start_aggregator()

    @precondition(lambda self: self.may_fail)
    @rule()
    def the_aggregator_dies_when_the_file_is_written_and_nobody_told(self) -> None:
        self.troubles += 1
        self.world.store(told=False)

    @precondition(lambda self: self.may_fail)
    @rule()
    def the_reader_dies(self) -> None:
        self.troubles += 1
        self.world.start_reader()

    @precondition(lambda self: self.may_fail)
    @rule(n=WORKERS)
    def a_message_is_lost(self, n: int) -> None:
        self.troubles += 1
        self.world.lose_message(n)

    @rule(n=WORKERS)
    def a_message_comes_twice(self, n: int) -> None:
        self.world.repeat_message(n)

    @precondition(lambda self: self.may_fail)
    @rule()
    def nobody_is_heard_for_a_while(self) -> None:
        self.troubles += 1
        self.world.pass_time(7.0, heard=False)

    @property
    def may_fail(self) -> bool:
        """Trouble comes to an end, or no run would."""
        return self.troubles < LONGEST_TROUBLE and not self.world.left

    @invariant()
    def what_is_durable_is_in_order_and_there_once(self) -> None:
        world = self.world
        assert world.rows == [seq for seq in range(world.committed) if seq not in world.lost]
        if world.rows:
            assert world.sums["cam"].count == len(world.rows)
            assert world.sums["cam"].arrays["total"].item() == sum(seq**2 for seq in world.rows)

    def teardown(self) -> None:
        self.world.settle()
        assert self.world.committed == COUNT
        self.what_is_durable_is_in_order_and_there_once()
        # Three workers that die over one batch set it aside; nothing else may be missing.
        aside = {seq for first, stop in self.world.set_aside_ranges for seq in range(first, stop)}
        assert self.world.lost <= aside
        assert self.world.end is not None
        assert self.world.end.complete
        assert self.world.end.stop == COUNT


TestInterleavings = Interleavings.TestCase
TestInterleavings.settings = settings(
    max_examples=EXAMPLES,
    stateful_step_count=STEPS,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def test_a_reader_that_is_started_anew_when_the_end_was_told_costs_nothing() -> None:
    world = JointWorld()
    for _ in range(1000):
        world.read()
        for n in range(2):
            world.work(n)
            world.hear_worker(n)
            world.hear_worker(n)
            world.hear_rows(n)
        world.hear_aggregator()
        world.hear_reader()
        if world.told_end:
            break
        if not world.dispatch.ended:
            world.store()
        world.pass_time(0.05)
    assert world.told_end
    assert not world.left
    world.start_reader()

    world.settle()

    assert world.begun_too_late
    assert world.end is not None
    assert (world.end.complete, world.end.stop, world.committed, world.lost) == (True, COUNT, COUNT, set())


def test_a_reader_that_told_the_end_itself_has_to_hear_that_all_is_safe() -> None:
    world = JointWorld()

    world.settle()

    assert not world.begun_too_late
    assert world.dispatch.finished
