"""The dispatch of a live source: what is lost, what is kept, and memory given back."""

from dataclasses import replace
from typing import Any

import pytest

from monitor.reader.block import Memory
from monitor.reader.dispatch.cut import stretch_of
from monitor.reader.dispatch.instruction import HandOut, Instruction, Release, Send
from monitor.reader.dispatch.machine import QUEUE_LEAST, Dispatch
from monitor.settings import Pages, Settings, Source
from monitor.wire.aggregator_note import Committed
from monitor.wire.client_note import Control
from monitor.wire.worker_note import Done, Heartbeat, Hello
from monitor.xtc.header import Transition
from tests.support.blocks import events, state, transition

WORKER = Hello(role="worker", name="w0", pid=1, credits=2)
HERE = state()


class Played:
    """A dispatch with an aggregator and one worker, and everything it wanted done."""

    def __init__(self, *, live: bool = True, max_events: int = 1, **source: Any) -> None:
        settings = Settings(source=Source(max_events=max_events, **source), pages=Pages(frame_rate=4))
        self.dispatch = Dispatch(settings, live=live, base=100)
        self.out: list[Instruction] = self.dispatch.begin(0.0, 0.0, "me")
        self.out += self.dispatch.hello(b"aggregator", Hello(role="aggregator"), 0.0)
        self.out += self.dispatch.hello(b"w0", WORKER, 0.0)

    def give(self, first: int, count: int, now: float = 0.0) -> None:
        """Events, each in its own piece of held memory: token 64 times its number."""
        for seq in range(first, first + count):
            block = events(seq, 1, place=Memory(events(seq, 1).places[0].data), at=HERE)  # type: ignore[union-attr]
            self.out += self.dispatch.stretch(replace(stretch_of(block, 0.0), held=64 * seq), now)

    def handed(self) -> list[HandOut]:
        return [order for order in self.out if isinstance(order, HandOut)]

    def released(self) -> list[int]:
        return [order.token // 64 for order in self.out if isinstance(order, Release)]

    def told(self, kind: str) -> list[dict[str, Any]]:
        return [dict(o.message.header) for o in self.out if isinstance(o, Send) and o.message.kind == kind]


def test_without_credit_the_oldest_unsent_batch_is_dropped_and_counted() -> None:
    played = Played()
    played.give(0, QUEUE_LEAST + 5)
    assert [order.draft.first for order in played.handed()] == [0, 1]
    # Two are in hand, QUEUE_LEAST wait, the three oldest of the waiting had to go.
    assert [(note["first"], note["stop"], note["why"]) for note in played.told("lost")] == [
        (2, 3, "no credit"),
        (3, 4, "no credit"),
        (4, 5, "no credit"),
    ]
    assert played.released() == [2, 3, 4]
    assert played.dispatch.intake.lost == 3


def test_a_recorded_source_waits_instead() -> None:
    played = Played(live=False)
    played.give(0, QUEUE_LEAST + 2)
    assert played.dispatch.wants == 0
    assert played.dispatch.intake.lost == 0


def test_memory_is_held_until_events_are_durable() -> None:
    played = Played()
    played.give(0, 2)
    for order in played.handed():
        played.out += played.dispatch.done(b"w0", Done(lease=order.lease, epoch=order.draft.epoch), 0.1)
    assert played.released() == []
    played.out += played.dispatch.tick(5.0)
    (epoch,) = played.told("epoch")
    played.out += played.dispatch.commit(Committed(epoch=epoch["epoch"], stop=2), 5.1)
    assert played.released() == [0, 1]


def test_memory_of_a_batch_of_several_blocks_is_given_back_once_for_each() -> None:
    played = Played(max_events=3)
    played.give(0, 3)
    played.out += played.dispatch.end(0.1)
    (order,) = played.handed()
    assert order.draft.cut.held == (0, 64, 128)
    played.out += played.dispatch.commit(Committed(epoch=order.draft.epoch, stop=3), 0.2)
    assert sorted(played.released()) == [0, 1, 2]


def test_durable_events_need_no_memory() -> None:
    played = Played()
    played.dispatch.resume = 2
    played.give(0, 3)
    assert played.released() == [0, 1]
    assert [order.draft.first for order in played.handed()] == [2]


def test_a_batch_waits_for_more_events_no_longer_than_it_may() -> None:
    played = Played(max_events=10, max_wait=0.02)
    played.give(0, 2, now=1.0)
    played.out += played.dispatch.tick(1.01)
    assert played.handed() == []
    played.out += played.dispatch.tick(1.03)
    assert [len(order.draft.cut.events) for order in played.handed()] == [2]


def test_frames_are_asked_for_no_more_often_than_they_are_shown() -> None:
    played = Played()
    played.out += played.dispatch.hello(b"w1", replace(WORKER, name="w1", credits=100), 0.0)
    for tenth in range(10):
        played.give(tenth, 1, now=tenth / 10)
    assert [order.draft.first for order in played.handed() if order.show] == [0, 3, 6, 9]


def test_events_the_source_missed_are_in_their_place() -> None:
    played = Played()
    played.give(0, 1)
    played.out += played.dispatch.miss(HERE, 4, "source", 0.0)
    played.give(5, 1)
    assert [(note["first"], note["stop"], note["why"]) for note in played.told("lost")] == [(1, 5, "source")]
    assert [order.draft.first for order in played.handed()] == [0, 5]


def test_a_worker_gets_state_and_settings_before_the_first_batch_that_needs_them() -> None:
    played = Played()
    played.give(0, 2)
    kinds = [
        "batch" if isinstance(order, HandOut) else order.message.kind
        for order in played.out
        if isinstance(order, HandOut | Send) and order.peer == b"w0"
    ]
    assert kinds == ["state", "pipeline", "batch", "batch"]


def test_new_settings_hold_from_one_event_on() -> None:
    played = Played(max_events=10)
    played.give(0, 2)
    control = Control(request=1, changes=({"path": "light.xray", "value": [1]},), author="me")
    played.out += played.dispatch.control(b"client", control, 0.0, 0.0)
    played.give(2, 2)
    played.out += played.dispatch.end(0.0)
    assert [(o.draft.first, o.draft.stop, o.draft.pipeline) for o in played.handed()] == [(0, 2, 1), (2, 4, 2)]
    assert [(note["version"], note["first"]) for note in played.told("pipeline") if note["author"] == "me"][-1] == (2, 2)
    assert len({order.draft.epoch for order in played.handed()}) == 2


def test_a_stranger_is_asked_who_it_is() -> None:
    played = Played()
    for answer in (
        played.dispatch.heartbeat(b"x", Heartbeat(name="x"), 0.0),
        played.dispatch.done(b"x", Done(lease=1, epoch=1), 0.0),
    ):
        assert [(o.peer, o.message.kind) for o in answer if isinstance(o, Send)] == [(b"x", "who")]


def test_a_restarted_aggregator_is_told_everything_it_does_not_know() -> None:
    played = Played()
    here = state(2, step=0)
    played.out += played.dispatch.transition(transition(Transition.BEGIN_RUN, state(1, step=-1)), 0.0)
    played.out += played.dispatch.transition(transition(Transition.BEGIN_CALIB_CYCLE, here), 0.0)
    played.give(0, 2)
    played.out += played.dispatch.transition(transition(Transition.END_CALIB_CYCLE, here), 0.0)
    again = played.dispatch.hello(b"aggregator", Hello(role="aggregator", generation=1), 1.0)
    kinds = [order.message.kind for order in again if isinstance(order, Send) and order.peer == b"aggregator"]
    assert kinds == ["session", "pipeline", "run", "step", "epoch"]


def test_after_a_restart_live_events_are_new_ones_behind_those_that_are_durable() -> None:
    dispatch = Dispatch(Settings(source=Source(max_events=1)), live=True, rereads=False, base=100)
    dispatch.begin(0.0, 0.0, "me")
    dispatch.hello(b"aggregator", Hello(role="aggregator", committed=70), 0.0)
    dispatch.hello(b"w0", WORKER, 0.0)
    out = dispatch.stretch(stretch_of(events(0, 1, at=HERE), 0.0), 0.0)
    assert [order.draft.first for order in out if isinstance(order, HandOut)] == [70]


def test_a_repeated_hello_changes_nothing() -> None:
    played = Played()
    played.give(0, 2)
    again = played.dispatch.hello(b"aggregator", Hello(role="aggregator"), 1.0)
    assert [order.message.kind for order in again if isinstance(order, Send)] == ["session"]


@pytest.mark.parametrize("silence", [4.0, 6.0])
def test_only_a_worker_that_was_silent_for_long_loses_its_batches(silence: float) -> None:
    played = Played()
    played.give(0, 2)
    played.out += played.dispatch.hello(b"w1", replace(WORKER, name="w1", pid=2), 1.0)
    played.out += played.dispatch.heartbeat(b"w1", Heartbeat(name="w1"), silence)
    played.out += played.dispatch.tick(silence)
    moved = [order.draft.first for order in played.handed() if order.peer == b"w1"]
    assert moved == ([0, 1] if silence > 5.0 else [])
