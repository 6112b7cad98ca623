"""Small workers and a small aggregator on real sockets, in threads: what a reader needs around it."""

import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from monitor.net.endpoints import read_endpoints
from monitor.net.places import Places
from monitor.net.socket import ZmqDealer
from monitor.wire.aggregator_note import Bye, Committed, End, EndRun, Epoch, Lost, Run, Step
from monitor.wire.batch import batch_of
from monitor.wire.message import Message
from monitor.wire.note import note_of, to_message
from monitor.wire.worker_note import Done, Heartbeat, Hello

PATIENCE_S = 30.0


def reader_address(folder: Path, timeout_s: float = 10.0) -> str:
    end = time.monotonic() + timeout_s
    while time.monotonic() < end:
        if address := read_endpoints(folder).reader:
            return address
        time.sleep(0.01)
    raise AssertionError("the reader has no address")


class LittleWorker(threading.Thread):
    """Notes the bytes of every datagram it is given, by event number; ``most`` batches, then it dies without a word."""

    def __init__(self, folder: Path, name: str, *, generation: int = 0, most: int | None = None, host: str = "") -> None:
        super().__init__(daemon=True)
        self._folder, self._name_, self._generation, self._most, self._host = folder, name, generation, most, host
        self.seen: dict[int, list[bytes]] = {}
        self.fiducials: dict[int, int] = {}
        self.versions: dict[int, int] = {}
        self.places: set[str] = set()
        self.latencies: list[float] = []

    def run(self) -> None:
        dealer = ZmqDealer(reader_address(self._folder), self._name_)
        hello = Hello(role="worker", name=self._name_, generation=self._generation, pid=1, host=self._host, credits=3)
        dealer.send(to_message(hello))
        places, beat, heard, batches = Places(), time.monotonic(), time.monotonic(), 0
        while time.monotonic() - heard < PATIENCE_S:
            if time.monotonic() - beat > 0.5:
                beat = time.monotonic()
                dealer.send(to_message(Heartbeat(name=self._name_)))
            message = dealer.receive(timeout_s=0.1)
            if message is None:
                continue
            heard = time.monotonic()
            if message.kind == "stop":
                break
            if message.kind == "batch":
                batches += 1
                if self._most is not None and batches > self._most:
                    break
                self._take(message, places)
                if not self._goes_on():
                    break
                dealer.send(to_message(Done(lease=message.header["lease"], epoch=message.header["epoch"])), timeout_s=1.0)
        dealer.close(linger_s=0.5)

    def _goes_on(self) -> bool:
        return True

    def _take(self, message: Message, places: Places) -> None:
        batch = batch_of(message)
        self.latencies.append(time.time() - batch.created)
        buffers = places.resolve(batch, message)
        self.places |= {type(place).__name__ for place in batch.places}
        for event in range(batch.count):
            self.seen[batch.first + event] = []
            self.versions[batch.first + event] = batch.pipeline
            self.fiducials[batch.first + event] = int(batch.events["fiducials"][event])
        for piece in batch.pieces:
            data: NDArray[np.uint8] = buffers[piece["place"]]
            start = int(piece["offset"])
            self.seen[batch.first + int(piece["event"])].append(data[start : start + int(piece["length"])].tobytes())


class Phoenix(threading.Thread):
    """A worker that dies of one event and comes back; ``seen`` is what all its lives have finished."""

    def __init__(self, folder: Path, name: str, deadly: int) -> None:
        super().__init__(daemon=True)
        self._folder, self._name_, self._deadly = folder, name, deadly
        self.lives: list[LittleWorker] = []

    @property
    def seen(self) -> set[int]:
        return {seq for life in self.lives for seq in life.seen}

    def run(self) -> None:
        died = True
        while died:
            life = Mortal(self._folder, self._name_, generation=len(self.lives), deadly=self._deadly)
            self.lives.append(life)
            life.run()
            died = life.died


class Mortal(LittleWorker):
    """Dies without a word of a batch that holds one certain event."""

    def __init__(self, folder: Path, name: str, *, generation: int, deadly: int) -> None:
        super().__init__(folder, name, generation=generation)
        self._deadly = deadly
        self.died = False

    def _take(self, message: Message, places: Places) -> None:
        batch = batch_of(message)
        self.died = batch.first <= self._deadly < batch.stop
        if not self.died:
            super()._take(message, places)

    def _goes_on(self) -> bool:
        return not self.died


class LittleAggregator(threading.Thread):
    """Commits every epoch a little while after it is complete; keeps what it was told."""

    def __init__(self, folder: Path, *, committed: int = 0, complete: Callable[[Epoch], bool] = lambda epoch: True) -> None:
        super().__init__(daemon=True)
        self._folder, self._committed, self._complete = folder, committed, complete
        self.runs: list[Run] = []
        self.steps: list[Step] = []
        self.ends: list[EndRun] = []
        self.lost: list[Lost] = []
        self.status: list[Message] = []
        self.epochs: list[Epoch] = []

    def run(self) -> None:
        dealer = ZmqDealer(reader_address(self._folder), "aggregator")
        dealer.send(to_message(Hello(role="aggregator", committed=self._committed)))
        waiting: list[tuple[float, Epoch]] = []
        committed, end = self._committed, -1
        deadline = time.monotonic() + 60
        while committed != end and time.monotonic() < deadline:
            message = dealer.receive(timeout_s=0.02)
            if message is not None:
                end = self._take(message, waiting, end)
            while waiting and time.monotonic() > waiting[0][0] and self._complete(waiting[0][1]):
                epoch = waiting.pop(0)[1]
                committed = epoch.stop
                dealer.send(to_message(Committed(epoch=epoch.epoch, stop=committed)))
        dealer.send(to_message(Bye()))
        dealer.close(linger_s=0.5)

    def _take(self, message: Message, waiting: list[tuple[float, Epoch]], end: int) -> int:
        for cls, kept in ((Run, self.runs), (Step, self.steps), (EndRun, self.ends), (Lost, self.lost), (Epoch, self.epochs)):
            if message.kind == cls.KIND:
                kept.append(note_of(cls, message))  # type: ignore[attr-defined]
        if message.kind == Epoch.KIND:
            # Long enough for the batches of the epoch to be done.
            waiting.append((time.monotonic() + 0.2, note_of(Epoch, message)))
        if message.kind == "reader_status":
            self.status.append(message)
        return note_of(End, message).stop if message.kind == End.KIND else end
