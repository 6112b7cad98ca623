"""An aggregator without reader and workers, on real sockets in a thread: shows rows to whoever listens. For measurements."""

import threading
import time
from collections.abc import Callable

import numpy as np

from monitor.aggregator.desk.desk import Desk
from monitor.aggregator.desk.thread import DeskThread
from monitor.aggregator.instruction import Publish
from monitor.aggregator.keeper import DirectKeeper
from monitor.aggregator.loop import Loop
from monitor.aggregator.machine import Aggregator
from monitor.model.column import Column
from monitor.model.field import Field
from monitor.model.rows import Rows
from monitor.net.memory import MemoryRouter
from monitor.net.publish import ZmqPublisher
from monitor.net.socket import ZmqRouter, wait
from monitor.settings import Pages
from monitor.store.memory import MemoryFile
from monitor.wire.rows import Reduced

ANY = "tcp://127.0.0.1:0"
TURN_S = 0.005
FIXED = ("event_time", "fiducials", "pipeline_version")


class Stage:
    """Sockets and loop of an aggregator; use it in a ``with`` block.

    Parameters
    ----------
    due
        Rows to show at this Unix time, asked at each turn.
    hwm
        Messages kept for a slow subscriber.
    """

    def __init__(self, due: Callable[[float], Reduced | None], *, hwm: int = 200) -> None:
        self.stream, self.rows = ZmqPublisher(ANY, hwm=hwm), ZmqRouter(ANY)
        self.requests = ZmqRouter(ANY, right="read")
        self.machine = Aggregator(Pages(), session=time.time_ns())
        self.machine.view.endpoints = {"requests": self.requests.address}
        self._due = due
        self._desk = DeskThread(Desk(10_000, 4), self.requests, MemoryRouter().dealer("desk"))
        self._loop = Loop(
            self.machine,
            self.rows,
            MemoryRouter().dealer("aggregator"),
            self.stream,
            DirectKeeper(lambda order: MemoryFile("stage", 1)),
            time.time,
            desk=self._desk,
        )
        self._leave = threading.Event()
        self._thread = threading.Thread(target=self._run, name="stage")
        self.slowest_turn_s = 0.0
        self.shown = 0
        self.failure: Exception | None = None

    def __enter__(self) -> "Stage":
        self._desk.start()
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._leave.set()
        self._thread.join()
        self._desk.close()
        for socket in (self.stream, self.rows, self.requests):
            socket.close()

    def _run(self) -> None:
        try:
            while not self._leave.is_set():
                self._turn()
        except Exception as error:
            self.failure = error

    def _turn(self) -> None:
        start = time.monotonic()
        busy = self._loop.step()
        while (reduced := self._due(time.time())) is not None:
            self.machine.view.show(reduced, time.time())
            for message in self.machine.view.flushed():
                self._loop.carry_out([Publish(message)])
            self.shown += reduced.rows.count
            busy = True
            if time.monotonic() - start > TURN_S:
                break
        self.slowest_turn_s = max(self.slowest_turn_s, time.monotonic() - start)
        if not busy:
            wait((self.rows, self.stream), TURN_S)


def some_rows(first: int, count: int, fields: int, now: float) -> Reduced:
    """Rows of consecutive events with so many scalar fields, which left their source now."""
    seq = np.arange(first, first + count)
    names = [*FIXED, *(f"detector/value_{i}" for i in range(fields))]
    columns = {
        name: Column(
            Field(name=name, dtype=np.dtype("<i8" if name in FIXED else "<f8")), seq.astype("<i8" if name in FIXED else "<f8")
        )
        for name in names
    }
    return Reduced(
        rows=Rows(first, count, columns),
        experiment="stage",
        run=1,
        step=0,
        epoch=0,
        lease=0,
        worker="",
        created=now,
        received=now,
        finished=now,
    )
