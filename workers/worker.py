"""A worker between its two sockets: batches in, rows and groups out. One turn at a time, no clock and no address of its own."""

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from threading import Lock
from typing import Any

from numpy.typing import NDArray

from monitor.errors import ConfigError, DamagedData, ProtocolError
from monitor.model.batch import Batch
from monitor.model.frame_shape import FrameShape
from monitor.model.rows import Rows
from monitor.model.run_state import RunState
from monitor.model.sums import Sums
from monitor.net.socket import Dealer
from monitor.settings import Settings, parse
from monitor.wire.batch import batch_of
from monitor.wire.group import group_message
from monitor.wire.message import Message
from monitor.wire.note import note_of, to_message
from monitor.wire.rows import Frame, Reduced, rows_message
from monitor.wire.state import state_of
from monitor.wire.worker_note import Done, Flush, Halt, Heartbeat, Hello, Pipeline, Stop, WhoAreYou
from workers.absent import absent_rows
from workers.epoch_sums import EpochSums
from workers.face import PipelineFace, Resolver, Result, Shown
from workers.heart import Heart
from workers.stats import Stats
from workers.whole_groups import whole_groups

log = logging.getLogger(__name__)

STATES_KEPT = 8
"""Newest run states kept: batches of the one before may still be on their way."""

WAIT_S = 0.1


@dataclass(frozen=True, slots=True)
class Nothing:
    """The result of a batch of which nothing could be read."""

    rows: Rows
    trouble: Mapping[str, int]
    sums: Sums = field(default_factory=dict)
    frames: Mapping[str, Shown] = field(default_factory=dict)
    config: Mapping[str, NDArray[Any]] = field(default_factory=dict)
    shapes: Mapping[str, FrameShape] = field(default_factory=dict)


class Worker:
    """Takes batches from the reader, hands rows and groups to the aggregator.

    Parameters
    ----------
    hello
        Who this is.
    reader, aggregator
        Sockets to both.
    places
        Finds the bytes of batches.
    build
        Makes the pipeline of a version of the settings.
    clock
        Unix time in seconds.
    """

    def __init__(
        self,
        hello: Hello,
        reader: Dealer,
        aggregator: Dealer,
        places: Resolver,
        build: Callable[[Settings, int], PipelineFace],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.hello = hello
        self.stopped = False
        self.stats = Stats(_since=clock())
        self._reader = reader
        self._aggregator = aggregator
        self._places = places
        self._build = build
        self._clock = clock
        self._pipelines: dict[int, PipelineFace | str] = {}
        self._states: dict[int, RunState] = {}
        self._sums = EpochSums(hello.name)
        self._index_sent: dict[str, NDArray[Any]] = {}
        self._config_sent: dict[tuple[int, int], Mapping[str, NDArray[Any]]] = {}
        self._shapes: Mapping[str, FrameShape] = {}
        self._frames: dict[str, Any] = {}
        self._lock = Lock()
        self.heart = Heart(self._beat, self._lock)

    def greet(self) -> None:
        """Say hello to both sides."""
        with self._lock:
            self._reader.send(to_message(self.hello))
        self._aggregator.send(to_message(self.hello))

    def step(self, timeout_s: float = WAIT_S) -> None:
        """Do one turn: take at most one message of the reader and do what it asks for."""
        with self._lock:
            message = self._reader.receive(timeout_s)
            self.heart.beat_if_due()
        while (word := self._aggregator.receive()) is not None:
            if word.kind == WhoAreYou.KIND:
                self._index_sent.clear()
                self._config_sent.clear()
                self._aggregator.send(to_message(self.hello))
        if message is not None:
            self._obey(message)

    def _obey(self, message: Message) -> None:
        """Do what a message of the reader asks for; one that breaks the rules is counted and dropped."""
        try:
            if message.kind == "batch":
                self._work(batch_of(message), message)
            elif message.kind == "state":
                state = state_of(message)
                self._states[state.version] = state
                for version in sorted(self._states)[:-STATES_KEPT]:
                    del self._states[version]
            elif message.kind == Pipeline.KIND:
                self._configure(note_of(Pipeline, message))
            elif message.kind == Flush.KIND:
                self._flush(note_of(Flush, message).epoch)
            elif message.kind == WhoAreYou.KIND:
                self._sums.forget()
                self.greet()
            elif message.kind == Stop.KIND:
                for epoch in self._sums.epochs:
                    self._flush(epoch)
                self.stopped = True
        except ProtocolError as error:
            log.warning("message_dropped", extra={"kind": message.kind, "why": str(error)})
            self.stats.add(0, {f"bad {message.kind} message: {error}"[:200]: 1})

    def _configure(self, note: Pipeline) -> None:
        """Build the pipeline of a version; one that cannot be built is remembered by its reason."""
        try:
            self._pipelines[note.version] = self._build(parse(dict(note.settings)), note.version)
        except ConfigError as error:
            self._pipelines[note.version] = f"pipeline version {note.version} cannot be used: {error}"

    def _work(self, batch: Batch, message: Message) -> None:
        """Work a batch off: rows to the aggregator first, then word to the reader."""
        received = self._clock()
        result = self._result(batch, message)
        if result.shapes and result.shapes is not self._shapes:
            self._shapes = result.shapes
            self._frames = {**self._frames, **{name: asdict(seen) for name, seen in result.shapes.items()}}
        rows, torn = whole_groups(result.rows)
        trouble = {**result.trouble, **torn}
        finished = self._clock()
        reduced = Reduced(
            rows=rows,
            experiment=self._states[batch.state].experiment if batch.state in self._states else "",
            run=batch.run,
            step=batch.step,
            epoch=batch.epoch,
            lease=batch.lease,
            worker=self.hello.name,
            created=batch.created,
            received=received,
            finished=finished,
            trouble=trouble,
            frames={name: self._frame(name, frame) for name, frame in result.frames.items()},
            config=self._config(batch, result.config),
        )
        if not self._sums.holds(batch):
            self._sums.add(batch, result.sums)
        self._deliver(rows_message(reduced, packed=True))
        with self._lock:
            self._reader.send(to_message(Done(lease=batch.lease, epoch=batch.epoch)), WAIT_S)
        self.stats.add(batch.count, trouble)
        self.stats.spend("process", finished - received)
        self.stats.spend("send", self._clock() - finished)

    def _result(self, batch: Batch, message: Message) -> Result:
        """What the pipeline makes of a batch; absent rows, and why, where that is not possible."""
        pipeline, state = self._pipelines.get(batch.pipeline), self._states.get(batch.state)
        if state is None:
            return Nothing(absent_rows(batch), {f"events without run state {batch.state}": batch.count})
        if pipeline is None:
            return Nothing(absent_rows(batch), {f"events without pipeline version {batch.pipeline}": batch.count})
        if isinstance(pipeline, str):
            return Nothing(absent_rows(batch), {pipeline[:200]: batch.count})
        try:
            return pipeline.process(batch, self._places.resolve(batch, message), state)
        except DamagedData as error:
            return Nothing(absent_rows(batch), {f"events whose bytes cannot be had: {error}"[:200]: batch.count})
        except ConfigError as error:
            return self._halted(batch, str(error))

    def _halted(self, batch: Batch, why: str) -> Result:
        """What the settings require is not there: no event of this version is worked on, and the reader is told."""
        with self._lock:
            self._reader.send(to_message(Halt(why=why)), WAIT_S)
        self._pipelines[batch.pipeline] = why
        return Nothing(absent_rows(batch), {why[:200]: batch.count})

    def _frame(self, name: str, frame: Shown) -> Frame:
        """A frame for the wire; with its index only if the aggregator does not have that."""
        index = frame.index
        if index is not None:
            if self._index_sent.get(name) is index:
                index = None
            else:
                self._index_sent[name] = index
        return Frame(image=frame.image, index=index, seq=frame.seq, unit=frame.unit, rough=frame.rough)

    def _config(self, batch: Batch, config: Mapping[str, NDArray[Any]]) -> Mapping[str, NDArray[Any]]:
        """What the rows were made with, only if the aggregator was told another one for this run and pipeline version."""
        key = (batch.run, batch.pipeline)
        if not config or self._config_sent.get(key) is config:
            return {}
        self._config_sent = {**{k: known for k, known in self._config_sent.items() if k[0] == batch.run}, key: config}
        return config

    def _flush(self, epoch: int) -> None:
        """Send the group of an epoch."""
        self._deliver(group_message(self._sums.take(epoch)))

    def _deliver(self, message: Message) -> None:
        """Send to the aggregator, waiting while its queue is full: what is dropped here would have to be done again."""
        while not self._aggregator.send(message, WAIT_S):
            with self._lock:
                self.heart.beat_if_due()

    def _beat(self) -> None:
        """One sign of life; the lock is held."""
        stats = {**self.stats.report(self._clock()), "frames": self._frames}
        self._reader.send(to_message(Heartbeat(name=self.hello.name, stats=stats)))
