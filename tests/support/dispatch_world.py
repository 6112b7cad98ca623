"""A whole service around the dispatch in one thread: workers that die, messages that wait, an aggregator that forgets.

Every connection is a queue that keeps its order; which queue moves next is drawn from a seed. The aggregator here is the smallest
one that follows docs/messages.md, written without looking at ours.
"""

import random
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from monitor.model.place import FilePlace
from monitor.reader.block import TransitionBlock
from monitor.reader.dispatch.cut import stretch_of
from monitor.reader.dispatch.instruction import HandOut, Instruction, Quarantine, Release
from monitor.reader.dispatch.machine import Dispatch
from monitor.settings import Pool, Settings, Source
from monitor.wire.aggregator_note import Bye, Committed, Refused
from monitor.wire.worker_note import Done, Heartbeat, Hello
from monitor.xtc.header import Transition
from tests.support.blocks import events, state, transition

Wire = deque[tuple[str, Any]]


@dataclass
class FakeWorker:
    """Processes batches in order; its sums die with it."""

    name: str
    generation: int = 0
    inbox: Wire = field(default_factory=deque)
    to_reader: Wire = field(default_factory=deque)
    to_aggregator: Wire = field(default_factory=deque)
    sums: dict[int, list[tuple[int, int, int, int]]] = field(default_factory=dict)
    alive: bool = True

    @property
    def peer(self) -> bytes:
        return f"{self.name}.{self.generation}".encode()

    def hello(self, credits: int) -> None:
        pid = self.generation + 1
        hello = Hello(role="worker", name=self.name, generation=self.generation, pid=pid, credits=credits)
        self.to_reader.append(("hello", hello))

    def turn(self) -> None:
        """Take one message."""
        kind, what = self.inbox.popleft()
        if kind == "batch":
            draft, lease = what
            values = draft.cut.events["fiducials"].tolist()
            self.to_aggregator.append(("rows", (draft.first, values)))
            self.sums.setdefault(draft.epoch, []).append((lease, draft.first, draft.stop, sum(values)))
            self.to_reader.append(("done", Done(lease=lease, epoch=draft.epoch)))
        elif kind == "flush":
            self.to_aggregator.append(("group", (what["epoch"], self.sums.pop(what["epoch"], []))))
        elif kind == "who":
            self.hello(3)


class FakeAggregator:
    """Keeps the first row of each event, takes a group entirely or not at all, commits epochs in order."""

    def __init__(self) -> None:
        self.generation = 0
        self.committed = 0
        self.file: dict[int, int] = {}
        self.total = 0
        self.lost: dict[int, str] = {}
        self.notes: list[str] = []
        self.restart()

    def restart(self) -> None:
        self.rows: dict[int, int] = {}
        self.lost = {seq: why for seq, why in self.lost.items() if seq < self.committed}
        self.epochs: dict[int, tuple[int, int]] = {}
        self.covered: dict[int, int] = {}
        self.early: list[tuple[int, Any]] = []
        self.ended: int | None = None

    def take(self, kind: str, what: Any) -> list[Any]:
        """What to answer."""
        if kind == "rows":
            first, values = what
            for seq, value in enumerate(values, first):
                if seq >= self.committed:
                    self.rows.setdefault(seq, value)
        elif kind == "group":
            return self._group(*what)
        elif kind == "epoch":
            if what["stop"] > self.committed:
                self.epochs[what["epoch"]] = (what["first"], what["stop"])
            waiting, self.early = self.early, []
            return [answer for group in waiting for answer in self._group(*group)] + self._commit()
        elif kind == "lost":
            for seq in range(max(what["first"], self.committed), what["stop"]):
                self.lost[seq] = what["why"]
        elif kind == "end":
            self.ended = what["stop"]
        return self._commit()

    def _group(self, epoch: int, covers: list[tuple[int, int, int, int]]) -> list[Any]:
        seqs = [seq for _, first, stop, _ in covers for seq in range(first, stop)]
        if epoch not in self.epochs:
            if seqs and min(seqs) >= self.committed:
                self.early.append((epoch, covers))
            return []
        if any(seq in self.covered or seq < self.committed or seq in self.lost or seq not in self.rows for seq in seqs):
            again = [(f, s) for _, f, s, _ in covers if s > self.committed and not any(q in self.covered for q in range(f, s))]
            return [Refused(epoch=epoch, batches=tuple(again))] if again else []
        for _, first, stop, value in covers:
            for seq in range(first, stop):
                self.covered[seq] = 0
            self.covered[first] = value
        return self._commit()

    def _commit(self) -> list[Any]:
        out: list[Any] = []
        for number, (first, stop) in sorted(self.epochs.items()):
            if first != self.committed or not all(seq in self.covered or seq in self.lost for seq in range(first, stop)):
                break
            kept = [seq for seq in range(first, stop) if seq not in self.lost]
            self.file.update({seq: self.rows[seq] for seq in kept})
            self.total += sum(self.covered[seq] for seq in kept)
            self.committed = stop
            del self.epochs[number]
            out.append(Committed(epoch=number, stop=stop))
        if self.ended == self.committed and not self.epochs:
            out.append(Bye())
        return out


class World:
    """Everything, and a seed that decides what happens next."""

    def __init__(self, seed: int, *, workers: int = 3, count: int = 200, deadly: int | None = None) -> None:
        self.random = random.Random(seed)
        self.now = 100.0
        settings = Settings(source=Source(max_events=5, max_bytes=800), pool=Pool(lease_timeout=8.0, epoch_time=2.0))
        self.dispatch = Dispatch(settings, live=False, base=1000)
        self.aggregator = FakeAggregator()
        self.workers = [FakeWorker(f"w{i}") for i in range(workers)]
        self.to_aggregator: Wire = deque()
        self.from_aggregator: Wire = deque()
        self.count = count
        self.deadly = deadly
        self.released: list[int] = []
        self.quarantined: list[tuple[int, int]] = []
        self.source = self._blocks()
        self.do(self.dispatch.begin(self.now, 0.0, "test"))
        for worker in self.workers:
            worker.hello(3)
        self._greet()

    def _blocks(self) -> Any:
        at, step = 0, 0
        yield transition(Transition.BEGIN_RUN, state(1, step=-1))
        while at < self.count:
            here = state(2 + step, step=step)
            yield transition(Transition.BEGIN_CALIB_CYCLE, here)
            for _ in range(3):
                size = min(self.random.randint(1, 13), self.count - at)
                if size:
                    yield events(at, size, place=FilePlace("run.xtc"), at=here)
                at += size
            yield transition(Transition.END_CALIB_CYCLE, here)
            step += 1
        yield transition(Transition.END_RUN, state(1, step=-1))

    def _greet(self) -> None:
        hello = Hello(role="aggregator", generation=self.aggregator.generation, committed=self.aggregator.committed)
        self.from_aggregator.append(("hello", hello))

    def do(self, instructions: list[Instruction]) -> None:
        """Put instructions on their wires."""
        for order in instructions:
            if isinstance(order, Release):
                self.released.append(order.token)
            elif isinstance(order, Quarantine):
                self.quarantined.append((order.draft.first, order.draft.stop))
            else:
                self._post(order)

    def _post(self, order: Any) -> None:
        if order.peer == b"aggregator":
            self.to_aggregator.append((order.message.kind, order.message.header))
            return
        worker = next((w for w in self.workers if w.alive and w.peer == order.peer), None)
        if worker is not None and isinstance(order, HandOut):
            worker.inbox.append(("batch", (order.draft, order.lease)))
        elif worker is not None:
            worker.inbox.append((order.message.kind, order.message.header))

    def kill_worker(self) -> None:
        """A worker dies with all that it has not sent; some of what it sent gets lost, too."""
        worker = self.random.choice(self.workers)
        for wire in (worker.to_reader, worker.to_aggregator):
            for _ in range(self.random.randint(0, len(wire))):
                wire.pop()
        self._restart(worker)

    def _restart(self, worker: FakeWorker) -> None:
        worker.inbox.clear()
        worker.sums.clear()
        worker.generation += 1
        worker.hello(3)

    def kill_aggregator(self) -> None:
        """The aggregator goes back to what it committed; what was on its way to it or from it is lost."""
        for worker in self.workers:
            worker.to_aggregator.clear()
        self.to_aggregator.clear()
        self.from_aggregator.clear()
        self.aggregator.restart()
        self.aggregator.generation += 1
        self._greet()

    def turn(self, trouble: float) -> None:
        """One thing happens."""
        if self.random.random() < trouble:
            self.random.choice([self.kill_worker, self.kill_worker, self.kill_aggregator, self._repeat, self._stall])()
            return
        if self.random.random() < 0.03:
            self._time(self.random.choice([0.01, 0.1, 0.5]))
            return
        moves = [self._give]
        moves += [lambda w=w: self._worker_turn(w) for w in self.workers if w.inbox]
        moves += [lambda w=w: self._to_reader(w) for w in self.workers if w.to_reader]
        moves += [lambda wire=w.to_aggregator: self._to_aggregator(wire) for w in self.workers if w.to_aggregator]
        moves += [lambda: self._to_aggregator(self.to_aggregator)] if self.to_aggregator else []
        moves += [self._from_aggregator] if self.from_aggregator else []
        self.random.choice(moves)()

    def _repeat(self) -> None:
        """A message to the aggregator arrives twice."""
        wire = self.random.choice(self.workers).to_aggregator
        if wire:
            wire.append(wire[-1])

    def _time(self, seconds: float) -> None:
        self.now += seconds
        for worker in self.workers:
            if not any(kind == "heartbeat" for kind, _ in worker.to_reader):
                worker.to_reader.append(("heartbeat", Heartbeat(name=worker.name)))
        self.do(self.dispatch.tick(self.now))

    def _stall(self) -> None:
        """Nobody is heard for a while; workers taken for dead go on all the same."""
        self._time(6.0)

    def _give(self) -> None:
        if not self.dispatch.wants or self.dispatch.ended:
            return
        block = next(self.source, None)
        if block is None:
            self.do(self.dispatch.end(self.now))
        elif isinstance(block, TransitionBlock):
            self.do(self.dispatch.transition(block, self.now))
        else:
            self.do(self.dispatch.stretch(stretch_of(block, 0.0), self.now))

    def _worker_turn(self, worker: FakeWorker) -> None:
        kind, what = worker.inbox[0]
        if self.deadly is not None and kind == "batch" and what[0].first <= self.deadly < what[0].stop:
            self._restart(worker)
            return
        worker.turn()

    def _to_reader(self, worker: FakeWorker) -> None:
        kind, note = worker.to_reader.popleft()
        peer = worker.peer if kind != "hello" else f"{note.name}.{note.generation}".encode()
        self.do(getattr(self.dispatch, kind)(peer, note, self.now))

    def _to_aggregator(self, wire: Wire) -> None:
        for answer in self.aggregator.take(*wire.popleft()):
            self.from_aggregator.append((answer.KIND, answer))

    def _from_aggregator(self) -> None:
        kind, note = self.from_aggregator.popleft()
        if kind == "hello":
            self.do(self.dispatch.hello(b"aggregator", note, self.now))
        elif kind == "committed":
            self.do(self.dispatch.commit(note, self.now))
        elif kind == "refused":
            self.do(self.dispatch.refused(note, self.now))
        else:
            self.dispatch.bye()

    def run(self, *, trouble: float, turns: int = 60_000) -> "World":
        """Until the aggregator says bye; trouble stops after a while, so that every run can end."""
        for turn in range(turns):
            if self.dispatch.finished:
                return self
            self.turn(trouble if turn < 4000 else 0.0)
        raise AssertionError(f"not finished: {self.dispatch.state}, {len(self.dispatch.lending.epochs)} epochs left")
