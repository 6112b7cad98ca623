"""The worker's turns with memory sockets and a pipeline of three lines."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from monitor.errors import DamagedData
from monitor.model.batch import Batch
from monitor.model.event import EPICS_CHANGE, EVENT_ID, PIECE
from monitor.model.frame_shape import FrameShape
from monitor.model.rows import Rows
from monitor.model.run_state import RunState
from monitor.model.sums import Sums, SumState
from monitor.net.memory import MemoryRouter
from monitor.settings import Settings
from monitor.wire.batch import batch_message
from monitor.wire.group import Group, group_of
from monitor.wire.message import Message
from monitor.wire.note import to_message
from monitor.wire.rows import Frame, Reduced, rows_of
from monitor.wire.state import state_message
from monitor.wire.worker_note import Flush, Hello, Pipeline, Stop, WhoAreYou
from tests.support.some_rows import column, ragged
from workers.absent import absent_rows
from workers.worker import Worker

pytestmark = pytest.mark.processes

INDEX = np.array([[0]], np.int32)
STATE = RunState(version=5, experiment="e81", run=98, step=2, format="xtc", configs={}, pvs=())


@dataclass
class Result:
    rows: Rows
    sums: Sums
    frames: Mapping[str, Frame]
    trouble: Mapping[str, int] = field(default_factory=dict)
    config: Mapping[str, NDArray[Any]] = field(default_factory=dict)
    shapes: Mapping[str, FrameShape] = field(default_factory=dict)


class Tripled:
    """Gives three times the sequence number of each event."""

    def __init__(self, settings: Settings, version: int) -> None:
        self.version = version
        self.config = {"cam/mask": np.full((1, 1), version)}

    def process(self, batch: Batch, buffers: list[NDArray[Any]], state: RunState) -> Result:
        rows = absent_rows(batch)
        seq = np.arange(batch.first, batch.stop)
        columns = {**rows.columns, "tripled": column("tripled", 3 * seq)}
        total = {"total": np.array([float(seq.sum())])}
        frames = {"cam": Frame(image=np.zeros((1, 1), np.float32), seq=batch.first, index=INDEX)} if batch.show else {}
        sums = {"s": SumState("mean_image", batch.count, total)}
        shapes = {"cam": FrameShape(shape=(1, 1), image=(1, 1), known={"rms": (2.0, 3.0)})}
        return Result(Rows(batch.first, batch.count, columns), sums, frames, config=self.config, shapes=shapes)


class Anywhere:
    def resolve(self, batch: Batch, message: Message) -> list[NDArray[Any]]:
        if batch.first == 666:
            raise DamagedData("the file became shorter", source="a.xtc")
        return []


def batch(first: int, stop: int, *, lease: int = 1, epoch: int = 9, show: bool = False, pipeline: int = 1) -> Batch:
    return Batch(
        first=first,
        run=98,
        step=2,
        pipeline=pipeline,
        state=5,
        epoch=epoch,
        lease=lease,
        format="xtc",
        show=show,
        created=50.0,
        events=np.zeros(stop - first, EVENT_ID),
        pieces=np.zeros(0, PIECE),
        places=(),
        epics_start=np.zeros(0),
        epics_changes=np.zeros(0, EPICS_CHANGE),
    )


class World:
    """A worker between a reader and an aggregator that a test plays."""

    def __init__(self, build: Callable[[Settings, int], Any] = Tripled) -> None:
        self.reader, self.aggregator = MemoryRouter(), MemoryRouter()
        hello = Hello(role="worker", name="w0", generation=1, pid=3, host="here", credits=4)
        reader, aggregator = self.reader.dealer("w0"), self.aggregator.dealer("w0")
        self.worker = Worker(hello, reader, aggregator, Anywhere(), build, clock=lambda: 60.0)

    def prepared(self) -> "World":
        self.say(state_message(STATE))
        self.say(to_message(Pipeline(version=1, settings={}, author="", time=0.0)))
        return self

    def say(self, message: Message) -> None:
        assert self.reader.send(b"w0", message)
        self.worker.step(0.0)

    def heard(self, router: MemoryRouter, kind: str) -> list[Message]:
        messages = []
        while (received := router.receive()) is not None:
            messages.append(received[1])
        return [message for message in messages if message.kind == kind]

    def rows(self) -> list[Reduced]:
        return [rows_of(message) for message in self.heard(self.aggregator, "rows")]

    def groups(self) -> list[Group]:
        return [group_of(message) for message in self.heard(self.aggregator, "group")]


def test_a_batch_becomes_rows_and_then_word_to_the_reader() -> None:
    world = World().prepared()
    world.say(batch_message(batch(10, 13, lease=77)))
    (reduced,) = world.rows()
    np.testing.assert_array_equal(reduced.rows.columns["tripled"].values, [30, 33, 36])
    assert (reduced.run, reduced.step, reduced.epoch, reduced.lease, reduced.worker) == (98, 2, 9, 77, "w0")
    assert (reduced.experiment, reduced.created, reduced.received) == ("e81", 50.0, 60.0)
    assert [(m.header["lease"], m.header["epoch"]) for m in world.heard(world.reader, "done")] == [(77, 9)]


class Torn(Tripled):
    """Gives a ragged group whose fields do not agree, and one whose fields do."""

    def process(self, batch: Batch, buffers: list[NDArray[Any]], state: RunState) -> Result:
        result = super().process(batch, buffers, state)
        some = [ragged("a/var_b/x", [[1]]), ragged("a/var_b/y", [[1, 2]]), ragged("a/var_c/x", [[1]])]
        columns = {**result.rows.columns, **{each.field.path: each for each in some}}
        return replace(result, rows=Rows(batch.first, batch.count, columns))


def test_a_ragged_group_whose_fields_do_not_agree_is_left_out_and_counted() -> None:
    world = World(Torn).prepared()
    world.say(batch_message(batch(0, 1)))
    (reduced,) = world.rows()
    assert {"tripled", "a/var_c/x"} == {path for path in reduced.rows.columns if path.startswith(("t", "a"))}
    assert list(reduced.trouble.values()) == [1]
    assert "a/var_b" in next(iter(reduced.trouble))


def test_a_flush_sends_the_sums_of_exactly_the_batches_of_its_epoch() -> None:
    world = World().prepared()
    for first, epoch in ((0, 9), (5, 9), (10, 10)):
        world.say(batch_message(batch(first, first + 5, lease=first, epoch=epoch)))
    world.rows()
    world.say(to_message(Flush(epoch=9)))
    (group,) = world.groups()
    assert [(cover.lease, cover.first, cover.stop) for cover in group.covers] == [(0, 0, 5), (5, 5, 10)]
    assert group.sums["s"].arrays["total"].tolist() == [float(sum(range(10)))]
    assert group.sums["s"].count == 10


def test_a_flush_of_an_epoch_without_batches_sends_an_empty_group() -> None:
    world = World().prepared()
    world.say(to_message(Flush(epoch=4)))
    (group,) = world.groups()
    assert (group.epoch, group.covers, group.sums) == (4, (), {})


def test_a_batch_that_comes_twice_is_in_the_sums_once_and_in_the_rows_twice() -> None:
    world = World().prepared()
    for lease in (1, 2):
        world.say(batch_message(batch(0, 4, lease=lease)))
    assert len(world.rows()) == 2
    world.say(to_message(Flush(epoch=9)))
    (group,) = world.groups()
    assert group.sums["s"].count == 4
    assert [(cover.first, cover.stop) for cover in group.covers] == [(0, 4)]


def test_bytes_that_cannot_be_had_cost_the_fields_and_not_the_worker() -> None:
    world = World().prepared()
    world.say(batch_message(batch(666, 669)))
    (reduced,) = world.rows()
    assert set(reduced.rows.columns) == {"event_time", "fiducials", "pipeline_version"}
    assert list(reduced.trouble.values()) == [3]
    assert "the file became shorter in a.xtc" in next(iter(reduced.trouble))
    assert len(world.heard(world.reader, "done")) == 1


@pytest.mark.parametrize(("missing", "text"), [("state", "without run state 5"), ("pipeline", "without pipeline version 1")])
def test_a_batch_that_came_before_what_it_needs_gives_absent_rows(missing: str, text: str) -> None:
    world = World()
    if missing == "pipeline":
        world.say(state_message(STATE))
    world.say(batch_message(batch(0, 2)))
    (reduced,) = world.rows()
    assert text in next(iter(reduced.trouble))


def test_settings_that_cannot_be_used_are_named_with_every_batch() -> None:
    world = World().prepared()
    world.say(to_message(Pipeline(version=2, settings={"nonsense": 1}, author="", time=0.0)))
    world.say(batch_message(batch(0, 2, pipeline=2)))
    (reduced,) = world.rows()
    assert "nonsense" in next(iter(reduced.trouble))


def test_every_pipeline_version_since_the_start_is_kept() -> None:
    world = World().prepared()
    world.say(to_message(Pipeline(version=2, settings={}, author="", time=0.0)))
    for version in (1, 2, 1):
        world.say(batch_message(batch(0, 1, pipeline=version)))
    assert [each.rows.columns["pipeline_version"].values.tolist() for each in world.rows()] == [[1], [2], [1]]


def test_the_index_of_an_image_travels_once_and_again_to_a_new_aggregator() -> None:
    world = World().prepared()

    def index_of(first: int) -> object:
        world.say(batch_message(batch(first, first + 1, show=True)))
        return world.rows()[0].frames["cam"].index

    assert index_of(0) is not None
    assert index_of(1) is None
    world.aggregator.send(b"w0", to_message(WhoAreYou()))
    world.worker.step(0.0)
    assert [m.header["name"] for m in world.heard(world.aggregator, "hello")] == ["w0"]
    assert index_of(2) is not None


def test_what_rows_were_made_with_travels_once_per_version_and_again_to_a_new_aggregator() -> None:
    world = World().prepared()
    world.say(to_message(Pipeline(version=2, settings={}, author="", time=0.0)))

    def told(version: int) -> list[int]:
        world.say(batch_message(batch(0, 1, pipeline=version)))
        return [int(array[0, 0]) for array in world.rows()[0].config.values()]

    assert [told(1), told(1), told(2), told(1), told(2)] == [[1], [], [2], [], []]
    world.aggregator.send(b"w0", to_message(WhoAreYou()))
    world.worker.step(0.0)
    assert told(2) == [2]


def test_a_new_reader_is_greeted_and_what_the_old_one_gave_is_forgotten() -> None:
    world = World().prepared()
    world.say(batch_message(batch(0, 4)))
    world.say(to_message(WhoAreYou()))
    assert [m.header["credits"] for m in world.heard(world.reader, "hello")] == [4]
    world.heard(world.aggregator, "")
    world.say(to_message(Flush(epoch=9)))
    assert world.groups()[0].covers == ()


def test_stop_sends_what_is_due_first() -> None:
    world = World().prepared()
    world.say(batch_message(batch(0, 4)))
    world.rows()
    world.say(to_message(Stop()))
    assert [group.covers[0].stop for group in world.groups()] == [4]
    assert world.worker.stopped


@pytest.mark.parametrize("kind", ["batch", "state", "pipeline", "flush"])
def test_a_bad_message_is_counted_and_the_worker_goes_on(kind: str) -> None:
    world = World().prepared()
    world.say(Message(kind, {"first": "x"}))
    assert list(world.worker.stats.trouble.values()) == [1]
    world.say(batch_message(batch(0, 1)))
    assert len(world.rows()) == 1


def test_heartbeats_say_what_was_done() -> None:
    world = World().prepared()
    world.say(batch_message(replace(batch(0, 3), created=1.0)))
    stats = world.worker.stats.report(now=61.0)
    assert (stats["events"], stats["batches"]) == (3, 1)
    assert stats["memory"] > 1 << 20
