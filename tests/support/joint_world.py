"""The real dispatch and the real aggregator around model workers and a store, in one thread; who drives it says what happens.

Every connection is a list of messages that keeps its order. Messages of workers may get lost or come twice, all processes may die
at any moment, and time may pass for any of them.
"""

from collections import deque
from typing import Any

import numpy as np

from monitor.aggregator.instruction import Commit, Configure, FinishRun, OpenRun, ToReader
from monitor.aggregator.machine import Aggregator
from monitor.aggregator.runs import Recovered
from monitor.model.place import FilePlace
from monitor.model.sums import SumState
from monitor.reader.block import TransitionBlock
from monitor.reader.dispatch.cut import stretch_of
from monitor.reader.dispatch.instruction import HandOut, Quarantine, Send
from monitor.reader.dispatch.machine import Dispatch
from monitor.running import merge_sums
from monitor.settings import Pages, Pool, Settings, Source
from monitor.wire.aggregator_note import Bye, Committed, End, ReaderStatus, Refused, Watched
from monitor.wire.group import Cover, Group, group_message
from monitor.wire.message import Message
from monitor.wire.note import note_of, to_message
from monitor.wire.rows import rows_message
from monitor.wire.worker_note import Done, Flush, Heartbeat, Hello, Stop, WhoAreYou
from monitor.xtc.header import Transition
from tests.support.blocks import events, state, transition
from tests.support.some_rows import some_reduced

COUNT = 60
STEPS = (23, 1, 36)
BASE_STEP = 1 << 20
SETTINGS = Settings(source=Source(max_events=4, max_bytes=600), pool=Pool(lease_timeout=6.0, epoch_time=1.5))

STATUS = ReaderStatus(
    state="running",
    events=0,
    rate=0.0,
    lost=0,
    quarantined=0,
    trimmed=0,
    damage={},
    queue=0,
    leased=0,
    lag=0.0,
    workers=(),
    restarts={},
    run=98,
    step=0,
    pipeline=1,
    mode="lossless",
)


class ModelWorker:
    """Works batches off in order; its sums die with it."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.generation = -1
        self.be_born()

    @property
    def peer(self) -> bytes:
        return f"{self.name}.{self.generation}".encode()

    def be_born(self) -> None:
        self.generation += 1
        self.inbox: deque[Any] = deque()
        self.to_reader: deque[Any] = deque()
        self.to_aggregator: deque[Message] = deque()
        self.covers: dict[int, list[Cover]] = {}
        self.greet()

    def greet(self) -> None:
        self.to_reader.append(Hello(role="worker", name=self.name, generation=self.generation, pid=self.generation, credits=2))

    def work(self) -> None:
        """Take one message of the reader."""
        what = self.inbox.popleft()
        if isinstance(what, HandOut):
            draft = what.draft
            reduced = some_reduced(
                draft.first, draft.stop, run=draft.cut.state.run, step=draft.cut.state.step, epoch=draft.epoch, lease=what.lease
            )
            self.to_aggregator.append(rows_message(reduced))
            covers = self.covers.setdefault(draft.epoch, [])
            if all((cover.first, cover.stop) != (draft.first, draft.stop) for cover in covers):
                covers.append(Cover(what.lease, draft.first, draft.stop))
            self.to_reader.append(Done(lease=what.lease, epoch=draft.epoch))
        elif what.kind == Flush.KIND:
            self._send_group(what.header["epoch"])
        elif what.kind == WhoAreYou.KIND:
            self.covers.clear()
            self.greet()
        elif what.kind == Stop.KIND:
            for epoch in list(self.covers):
                self._send_group(epoch)

    def _send_group(self, epoch: int) -> None:
        covers = tuple(self.covers.pop(epoch, ()))
        numbers = [seq for cover in covers for seq in range(cover.first, cover.stop)]
        total = SumState("mean_image", len(numbers), {"total": np.array([[float(sum(seq**2 for seq in numbers))]])})
        group = Group(epoch=epoch, run=98, worker=self.name, covers=covers, sums={"cam": total} if numbers else {})
        self.to_aggregator.append(group_message(group))


class JointWorld:
    """All of it. Methods are what may happen; each leaves the world as it is where it cannot happen now."""

    def __init__(self, workers: int = 2) -> None:
        self.now = 100.0
        self.rows: list[int] = []
        self.sums: dict[str, SumState] = {}
        self.lost: set[int] = set()
        self.set_aside_ranges: set[tuple[int, int]] = set()
        self.committed = 0
        self.run: OpenRun | None = None
        self.end: FinishRun | None = None
        self.left = False
        self.generation = -1
        self.readers = self.told_end = 0
        self.workers = [ModelWorker(f"w{n}") for n in range(workers)]
        self.to_aggregator: deque[Message] = deque()
        self.to_reader: deque[Message] = deque()
        self.start_aggregator()
        self.start_reader()

    # -- what may happen

    def start_reader(self) -> None:
        """The reader dies, and another one begins with the first event."""
        self.readers += 1
        self.dispatch = Dispatch(SETTINGS, live=False, base=self.readers * BASE_STEP)
        self.source = iter([self._transition(Transition.BEGIN_RUN), *self._steps(), self._transition(Transition.END_RUN)])
        self.to_aggregator.clear()
        self.to_reader.clear()
        for worker in self.workers:
            worker.to_reader.clear()
            worker.inbox.clear()
            worker.inbox.append(to_message(WhoAreYou()))
        self._do(self.dispatch.begin(self.now, 0.0, "test"))

    def start_aggregator(self) -> None:
        """The aggregator dies, and another one goes on from what is durable."""
        self.generation += 1
        known = Recovered(committed=self.committed)
        if self.run is not None:
            run = self.run
            known = Recovered(
                experiment=run.experiment, run=run.run, first=run.first, committed=self.committed, finished=self.end is not None
            )
        self.aggregator = Aggregator(Pages(), generation=self.generation, recovered=known, session=self.generation)
        self.order: Any = None
        self.to_aggregator.clear()
        self.to_reader.clear()
        for worker in self.workers:
            worker.to_aggregator.clear()

    def kill_worker(self, n: int, arrived: int) -> None:
        """A worker dies; of what it has sent, the first ``arrived`` messages on each way come through."""
        worker = self.workers[n % len(self.workers)]
        rows, notes = list(worker.to_aggregator)[:arrived], list(worker.to_reader)[:arrived]
        peer = worker.peer
        for note in notes:
            self._to_dispatch(peer, note)
        for message in rows:
            self._aggregate(self.aggregator.from_peer(peer, message, self.now))
        worker.be_born()

    def lose_message(self, n: int) -> None:
        """The oldest message of a worker to the aggregator never comes."""
        wire = self.workers[n % len(self.workers)].to_aggregator
        if wire:
            wire.popleft()

    def repeat_message(self, n: int) -> None:
        """The oldest message of a worker to the aggregator comes twice."""
        wire = self.workers[n % len(self.workers)].to_aggregator
        if wire:
            wire.appendleft(wire[0])

    def pass_time(self, seconds: float, *, heard: bool = True) -> None:
        """Time passes for reader and aggregator; workers are heard of meanwhile, or not."""
        self.now += seconds
        for worker in self.workers if heard else ():
            if not any(isinstance(note, Heartbeat) for note in worker.to_reader):
                worker.to_reader.append(Heartbeat(name=worker.name))
        self._do(self.dispatch.tick(self.now, idle=True))
        if heard and not any(message.kind in (ReaderStatus.KIND, WhoAreYou.KIND) for message in self.to_aggregator):
            self.to_aggregator.append(to_message(STATUS if self.dispatch.link.peer else WhoAreYou()))
        self._aggregate(self.aggregator.tick(self.now))

    def read(self) -> None:
        """The reader takes the next block of the source."""
        if not self.dispatch.wants or self.dispatch.ended:
            return
        block = next(self.source, None)
        if block is None:
            self._do(self.dispatch.end(self.now))
        elif isinstance(block, TransitionBlock):
            self._do(self.dispatch.transition(block, self.now))
        else:
            self._do(self.dispatch.stretch(stretch_of(block, 0.0), self.now))

    def work(self, n: int) -> None:
        """A worker takes a message."""
        worker = self.workers[n % len(self.workers)]
        if worker.inbox:
            worker.work()

    def hear_worker(self, n: int) -> None:
        """The reader takes a message of a worker."""
        worker = self.workers[n % len(self.workers)]
        if worker.to_reader:
            self._to_dispatch(worker.peer, worker.to_reader.popleft())

    def hear_rows(self, n: int) -> None:
        """The aggregator takes a message of a worker."""
        worker = self.workers[n % len(self.workers)]
        if worker.to_aggregator:
            self._aggregate(self.aggregator.from_peer(worker.peer, worker.to_aggregator.popleft(), self.now))

    def hear_reader(self) -> None:
        """The aggregator takes a message of the reader."""
        if self.to_aggregator:
            message = self.to_aggregator.popleft()
            self.told_end = self.readers if message.kind == End.KIND else self.told_end
            self._aggregate(self.aggregator.from_reader(message, self.now))

    def hear_aggregator(self) -> None:
        """The reader takes a message of the aggregator."""
        if self.to_reader:
            self._answer(self.to_reader.popleft())

    def store(self, *, told: bool = True) -> None:
        """The store carries out its order; the aggregator hears of it, unless it dies first."""
        if self.order is None:
            return
        order, self.order = self.order, None
        self._carry_out(order)
        if told:
            self._aggregate(self.aggregator.stored(self.now))
        else:
            self.start_aggregator()

    @property
    def begun_too_late(self) -> bool:
        """Whether the reader was started anew after its predecessor had told the end: nobody answers, the supervisor ends it."""
        return 0 < self.told_end < self.readers

    def settle(self, turns: int = 3000) -> None:
        """Let everybody do their work until the aggregator has left."""
        for _ in range(turns):
            if self.left and (self.dispatch.finished or self.begun_too_late):
                return
            self.turns(1)
        raise AssertionError(f"not finished: reader {self.dispatch.state}, durable up to {self.committed} of {COUNT}")

    def turns(self, count: int) -> None:
        """Everybody takes so many messages, and a little time passes."""
        for _ in range(count):
            self.read()
            for n in range(len(self.workers)):
                self.work(n)
                # A heartbeat a turn and what was done: with one message a turn the reader would fall behind for ever.
                self.hear_worker(n)
                self.hear_worker(n)
                self.hear_rows(n)
            for _ in range(3):
                self.hear_reader()
                self.hear_aggregator()
            self.store()
            self.pass_time(0.05)

    # -- inside

    @staticmethod
    def _transition(service: Transition, step: int = -1) -> TransitionBlock:
        return transition(service, state(2 + step, step=step))

    def _steps(self) -> list[Any]:
        blocks, at = [], 0
        for step, size in enumerate(STEPS):
            blocks.append(self._transition(Transition.BEGIN_CALIB_CYCLE, step))
            for first in range(at, at + size, 7):
                count = min(7, at + size - first)
                blocks.append(events(first, count, place=FilePlace("run.xtc"), at=state(2 + step, step=step)))
            blocks.append(self._transition(Transition.END_CALIB_CYCLE, step))
            at += size
        return blocks

    def _to_dispatch(self, peer: bytes, note: Any) -> None:
        take = {Hello: self.dispatch.hello, Heartbeat: self.dispatch.heartbeat, Done: self.dispatch.done}[type(note)]
        self._do(take(peer, note, self.now))

    def _do(self, orders: list[Any]) -> None:
        """What the dispatch wants done."""
        for order in orders:
            if isinstance(order, Quarantine):
                self.set_aside_ranges.add((order.draft.first, order.draft.stop))
            if not isinstance(order, HandOut | Send):
                continue
            if order.peer == b"aggregator":
                self.to_aggregator.append(order.message)
                continue
            worker = next((worker for worker in self.workers if worker.peer == order.peer), None)
            if worker is not None:
                worker.inbox.append(order if isinstance(order, HandOut) else order.message)

    def _answer(self, message: Message) -> None:
        if message.kind == Hello.KIND:
            self._do(self.dispatch.hello(b"aggregator", note_of(Hello, message), self.now))
        elif message.kind == Committed.KIND:
            self._do(self.dispatch.commit(note_of(Committed, message), self.now))
        elif message.kind == Refused.KIND:
            self._do(self.dispatch.refused(note_of(Refused, message), self.now))
        elif message.kind == Watched.KIND:
            self._do(self.dispatch.watched(note_of(Watched, message)))
        elif message.kind == Bye.KIND:
            self.dispatch.bye()

    def _aggregate(self, orders: list[Any]) -> None:
        """What the aggregator wants done."""
        for order in orders:
            if isinstance(order, ToReader):
                self.to_reader.append(order.message)
                self.left = self.left or order.message.kind == Bye.KIND
            elif isinstance(order, OpenRun | Configure | Commit | FinishRun):
                assert self.order is None, "the store has one order at a time"
                self.order = order

    def _carry_out(self, order: Any) -> None:
        """Make it durable, as strictly as a file would."""
        if isinstance(order, OpenRun):
            assert self.run is None
            self.run = order
        elif isinstance(order, Commit):
            assert self.end is None
            assert order.first == self.committed
            self.rows += [seq for table in order.rows for seq in table.columns["seq"].values.tolist()]
            self.lost |= {seq for gap in order.lost for seq in range(gap.first, gap.stop)}
            self.sums = merge_sums(self.sums, order.sums)
            self.committed = order.stop
        elif isinstance(order, FinishRun):
            assert self.end is None
            self.end = order
