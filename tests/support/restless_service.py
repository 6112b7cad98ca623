"""A reader, workers, a store and the aggregator's machine in one thread, with seeded interleavings and deaths.

The reader and the workers here are plain models of what ``docs/messages.md`` says, a few lines each: what is under test is the
aggregator. Channels are lists of encoded messages; a death cuts them at a random place.
"""

import random
from collections import defaultdict
from dataclasses import dataclass, field

import numpy as np

from monitor.aggregator.instruction import Commit, Configure, FinishRun, Leave, OpenRun, Publish, StoreOrder, ToPeer, ToReader
from monitor.aggregator.machine import Aggregator
from monitor.aggregator.runs import Recovered
from monitor.model.column import Column
from monitor.model.sums import SumState
from monitor.running import merge_sums
from monitor.settings import Pages
from monitor.wire.aggregator_note import Committed, End, EndRun, Epoch, Lost, ReaderStatus, Refused, Run, Session
from monitor.wire.group import Cover, Group, group_message
from monitor.wire.message import Message, decode, encode
from monitor.wire.note import note_of, to_message
from monitor.wire.rows import Reduced, rows_message, rows_of
from monitor.wire.worker_note import Hello
from tests.support.some_rows import ragged, some_rows

BASE_STEP = 1 << 20


def weight(seq: int) -> int:
    """What event ``seq`` adds to the sum: distinct enough that a missing or double event shows."""
    return (seq * 2654435761) % 1_000_003


@dataclass
class Batch:
    first: int
    stop: int
    epoch: int
    worker: str = ""
    lease: int = 0
    standing: str = "queued"


@dataclass
class Worker:
    name: str
    batches: list[Batch] = field(default_factory=list)
    sums: dict[int, list[tuple[int, Batch]]] = field(default_factory=lambda: defaultdict(list))


@dataclass
class Store:
    """What is durable: rows as sequence numbers, and the sum, per run."""

    rows: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    sums: dict[int, dict[str, SumState]] = field(default_factory=dict)
    finished: dict[int, FinishRun] = field(default_factory=dict)
    opened: list[OpenRun] = field(default_factory=list)
    lost: list[int] = field(default_factory=list)
    versions: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    committed: int = 0

    def carry_out(self, order: StoreOrder) -> None:
        if isinstance(order, OpenRun):
            assert order.run not in [opened.run for opened in self.opened], "a run is opened once"
            self.opened.append(order)
        elif isinstance(order, Configure):
            self.versions[self.opened[-1].run].append(order.pipeline.version)
        elif isinstance(order, Commit):
            assert order.first == self.committed, "commits follow each other"
            assert self.opened[-1].run == order.run
            assert order.run not in self.finished
            for table in order.rows:
                self.rows[order.run] += range(table.first, table.stop)
                assert (table.columns["seq"].values == np.arange(table.first, table.stop)).all()
                assert table.columns["cam/var_hit/x"].values.tolist() == hits(table.first, table.stop).values.tolist()
            self.lost += [seq for absence in order.lost for seq in range(absence.first, absence.stop)]
            self.sums[order.run] = merge_sums(self.sums.get(order.run, {}), order.sums)
            self.committed = order.stop
        else:
            assert order.run not in self.finished
            self.finished[order.run] = order


def hits(first: int, stop: int) -> Column:
    """Each event has as many elements as its number modulo 3, all of them that number."""
    return ragged("cam/var_hit/x", [[seq] * (seq % 3) for seq in range(first, stop)])


class RestlessService:
    """Runs of 3 sizes, N workers, faults as long as ``faults`` are left."""

    def __init__(self, seed: int, *, workers: int = 3, faults: int = 12, sizes: tuple[int, ...] = (150, 7, 90)) -> None:
        self.random = random.Random(seed)
        self.faults = faults
        self.ends = np.cumsum(sizes).tolist()
        self.now = 1000.0
        self.store = Store()
        self.order: StoreOrder | None = None
        self.shown: list[list[int]] = []
        self.left = False
        self.lost_by_reader: set[int] = set()
        self.workers = {f"w{i}": Worker(f"w{i}") for i in range(workers)}
        self.to_aggregator: dict[str, list[list[bytes]]] = defaultdict(list)
        self.to_reader: list[Message] = []
        self.generation = -1
        self.base = 0
        self._start_aggregator()
        self._start_reader()

    # -- the reader's model

    def _start_reader(self) -> None:
        self.base += BASE_STEP
        self.lease = self.base
        self.batches: list[Batch] = []
        self.epochs: list[Epoch] = []
        self.greeted = False
        self.to_reader.clear()
        self.to_aggregator["reader"].clear()

    def _cut(self, start: int) -> None:
        """Batches and epochs from what is durable on, cut at random, never across runs."""
        number = self.base
        for run, end in enumerate(self.ends):
            while start < end:
                stop = min(end, start + self.random.randint(1, 40))
                self.epochs.append(Epoch(epoch=number, run=run, first=start, stop=stop))
                while start < stop:
                    last = min(stop, start + self.random.randint(1, 9))
                    batch = Batch(start, last, number)
                    self.batches.append(batch)
                    if self.random.random() < 0.08:
                        self._lose(batch, "no credit")
                    start = last
                number += 1

    def _lose(self, batch: Batch, why: str) -> None:
        batch.standing = "lost"
        self.batches = [other for other in self.batches if other is not batch]
        self.losses.append(Lost(first=batch.first, stop=batch.stop, why=why))
        self._tell(self.losses[-1])

    def _tell(self, note: object) -> None:
        self.to_aggregator["reader"].append([bytes(part) for part in encode(to_message(note))])

    def _greet(self, hello: Hello) -> None:
        self._tell(Session(base=self.base))
        first = not self.greeted
        if first:
            self.losses: list[Lost] = []
            self.known_generation = hello.generation
            self.greeted = True
            self.committed = hello.committed
            self._cut(hello.committed)
            self._introduce()
        elif hello.generation != self.known_generation:
            self.known_generation = hello.generation
            for loss in self.losses:
                self._tell(loss)
            self._introduce()
            for batch in self.batches:
                if batch.standing == "done" and batch.stop > hello.committed:
                    batch.standing = "queued"
        else:
            return
        self._tell(End(stop=self.ends[-1]))

    def _introduce(self) -> None:
        start = 0
        for run, end in enumerate(self.ends):
            if end >= self.committed:
                self._tell(Run(run=run, experiment="e81", first=start, seconds=run, nanoseconds=0))
                for epoch in self.epochs:
                    if epoch.run == run:
                        self._tell(epoch)
                self._tell(EndRun(run=run, stop=end, complete=True))
            start = end

    def _reader_turn(self) -> None:
        while self.to_reader:
            message = self.to_reader.pop(0)
            if message.kind == "hello":
                self._greet(note_of(Hello, message))
            elif message.kind == "committed" and self.greeted:
                stop = note_of(Committed, message).stop
                self.committed = max(self.committed, stop)
                self.batches = [batch for batch in self.batches if batch.stop > stop]
                self.epochs = [epoch for epoch in self.epochs if epoch.stop > stop]
            elif message.kind == "refused":
                for first, stop in note_of(Refused, message).batches:
                    for batch in self.batches:
                        if batch.first < stop and first < batch.stop and batch.standing == "done":
                            batch.standing = "queued"
        queued = [batch for batch in self.batches if batch.standing == "queued"]
        if queued:
            batch = self.random.choice(queued[:6])
            worker = self.random.choice(list(self.workers.values()))
            self.lease += 1
            batch.lease, batch.worker, batch.standing = self.lease, worker.name, "leased"
            worker.batches.append(batch)
            if self.random.random() < 0.05:
                batch.standing = "queued"
        if self.random.random() < 0.2 and self.greeted:
            self._status()

    def _status(self) -> None:
        status = ReaderStatus(
            state="running",
            events=self.ends[-1],
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
            run=0,
            step=0,
            pipeline=1,
            mode="lossless",
        )
        self._tell(status)

    # -- the workers' model

    def _worker_turn(self) -> None:
        worker = self.random.choice(list(self.workers.values()))
        if worker.batches and self.random.random() < 0.7:
            batch = worker.batches.pop(0)
            epoch = next((epoch for epoch in self.epochs if epoch.epoch == batch.epoch), None)
            if epoch is None:
                return
            reduced = Reduced(
                rows=some_rows(batch.first, batch.stop, {"cam/var_hit/x": hits(batch.first, batch.stop)}),
                experiment="e81",
                run=epoch.run,
                step=0,
                epoch=batch.epoch,
                lease=batch.lease,
                worker=worker.name,
                created=self.now,
                received=self.now,
                finished=self.now,
            )
            self.to_aggregator[worker.name].append([bytes(part) for part in encode(rows_message(reduced))])
            worker.sums[batch.epoch].append((batch.lease, batch))
            if batch.worker == worker.name and batch.standing == "leased":
                batch.standing = "done"
        elif worker.sums:
            number = self.random.choice(list(worker.sums))
            if all(batch.standing == "done" for batch in self.batches if batch.epoch == number) or self.random.random() < 0.05:
                self._send_group(worker, number)

    def _send_group(self, worker: Worker, number: int) -> None:
        unique = {(batch.first, batch.stop): (lease, batch) for lease, batch in worker.sums.pop(number)}
        covers = tuple(Cover(lease, batch.first, batch.stop) for lease, batch in unique.values())
        total = sum(weight(seq) for cover in covers for seq in range(cover.first, cover.stop))
        count = sum(cover.stop - cover.first for cover in covers)
        state = SumState("mean_image", count, {"total": np.array([[float(total)]])})
        group = Group(epoch=number, run=0, worker=worker.name, covers=covers, sums={"cam_calib": state})
        self.to_aggregator[worker.name].append([bytes(part) for part in encode(group_message(group))])

    # -- the aggregator, its store, and time

    def _start_aggregator(self) -> None:
        self.generation += 1
        self.order = None
        for channel in self.to_aggregator.values():
            channel.clear()
        recovered = Recovered(committed=self.store.committed)
        if self.store.opened:
            last = self.store.opened[-1]
            recovered = Recovered(
                experiment=last.experiment,
                run=last.run,
                first=last.first,
                committed=self.store.committed,
                finished=last.run in self.store.finished,
            )
        self.aggregator = Aggregator(Pages(), generation=self.generation, recovered=recovered, session=self.generation)
        self.shown.append([])
        self._carry_out(self.aggregator.subscribed(""))

    def _carry_out(self, instructions: list[object]) -> None:
        for instruction in instructions:
            if isinstance(instruction, ToReader):
                self.to_reader.append(instruction.message)
            elif isinstance(instruction, Publish):
                if instruction.message.topic == "rows/events":
                    reduced = rows_of(instruction.message)
                    self.shown[-1] += range(reduced.rows.first, reduced.rows.stop)
            elif isinstance(instruction, Leave):
                self.left = True
            elif not isinstance(instruction, ToPeer):
                assert self.order is None, "the store has one order at a time"
                self.order = instruction

    def _aggregator_turn(self) -> None:
        sources = [name for name, channel in self.to_aggregator.items() if channel]
        if sources:
            name = self.random.choice(sources)
            message = decode(self.to_aggregator[name].pop(0))
            if name == "reader":
                self._carry_out(self.aggregator.from_reader(message, self.now))
            else:
                self._carry_out(self.aggregator.from_peer(name.encode(), message, self.now))
        if self.order is not None and self.random.random() < 0.5:
            order, self.order = self.order, None
            self.store.carry_out(order)
            self._carry_out(self.aggregator.stored(self.now))
        if self.random.random() < 0.3:
            self._carry_out(self.aggregator.tick(self.now))

    # -- faults

    def _fault(self) -> None:
        if self.faults <= 0 or self.random.random() > 0.02:
            return
        self.faults -= 1
        kind = self.random.choice(["worker", "worker", "worker", "aggregator", "reader", "quarantine"])
        if kind == "worker":
            self._kill_worker(self.random.choice(list(self.workers)))
        elif kind == "aggregator":
            if self.order is not None and self.random.random() < 0.5:
                self.store.carry_out(self.order)
            self._start_aggregator()
        elif kind == "reader":
            for name in self.workers:
                self.workers[name] = Worker(name)
            self._start_reader()
            self.now += 2.0
        elif self.greeted and self.batches:
            self._lose(self.random.choice(self.batches), "quarantined")

    def _kill_worker(self, name: str) -> None:
        channel = self.to_aggregator[name]
        del channel[self.random.randint(0, len(channel)) :]
        self.workers[name] = Worker(name)
        for batch in self.batches:
            if batch.worker == name and batch.standing in ("leased", "done"):
                batch.standing = "queued"

    def run(self, limit: int = 60_000) -> "RestlessService":
        """Until the aggregator leaves; fails if that takes too many turns."""
        for _ in range(limit):
            self.now += self.random.random() * 0.05
            self._fault()
            turn = self.random.choice((self._reader_turn, self._worker_turn, self._worker_turn, self._aggregator_turn))
            turn()
            if turn != self._aggregator_turn:
                self._aggregator_turn()
            if self.left:
                return self
        raise AssertionError(f"not done after {limit} turns: durable up to {self.store.committed} of {self.ends[-1]}")
