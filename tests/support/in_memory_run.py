"""A whole service in one thread: the real reader, workers and aggregator on memory sockets; a seed decides who moves next.

Nothing here knows a rule of its own: files go in, and what the aggregator's store holds comes out.
"""

import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from monitor.aggregator.keeper import DirectKeeper
from monitor.aggregator.loop import Loop
from monitor.aggregator.machine import Aggregator
from monitor.net.memory import MemoryRouter
from monitor.net.places import Places
from monitor.net.publish import MemoryPublisher
from monitor.reader.calibration import Calibration
from monitor.reader.dispatch.machine import Dispatch
from monitor.reader.feed import Feed
from monitor.reader.hold import Hold
from monitor.reader.pace import Pace
from monitor.reader.process import AGGREGATOR, Reader
from monitor.reader.sources.files import FileSource
from monitor.settings import Settings
from monitor.store.memory import MemoryFile
from monitor.wire.client_note import Control
from monitor.wire.note import to_message
from monitor.wire.worker_note import Hello
from workers.pipeline import Pipeline
from workers.worker import Worker

MOST_TURNS = 200_000


class Clock:
    """Time moves a little with every turn, so that heartbeats and leases have their day."""

    def __init__(self) -> None:
        self.time = 1.0

    def now(self) -> float:
        return self.time

    def unix(self) -> float:
        return 1.7e9 + self.time


class InMemoryRun:
    """One run from recorded files to a memory file.

    Parameters
    ----------
    files
        The run.
    folder
        Runtime folder of the reader.
    seed, workers
        Who moves next, and how many there are.
    deaths
        How often a worker dies in the middle, to be followed by its next generation.
    settings
        The set-up.
    rate
        Events per second of this run's own time; 0 = as fast as they are wanted.
    calibration
        Looks after constants; the caller closes it.
    between
        Called before every turn; the change of settings that a client asks for then, if any.
    """

    def __init__(
        self,
        files: Sequence[Path],
        folder: Path,
        *,
        seed: int,
        workers: int,
        deaths: int = 0,
        settings: Settings | None = None,
        rate: float = 0.0,
        calibration: Calibration | None = None,
        between: Callable[[Reader], Control | None] = lambda reader: None,
    ) -> None:
        self._rate, self._calibration, self._between = rate, calibration, between
        self.settings = settings or Settings()
        self._random = random.Random(seed)
        self._clock = Clock()
        self._deaths = deaths
        self._readers, self._peers = MemoryRouter(hwm=10_000), MemoryRouter(hwm=10_000)
        self.stream = MemoryPublisher()
        self.file: MemoryFile | None = None
        self._loop = self._aggregator()
        self._reader = self._begin(files, folder)
        self._client = self._readers.dealer("client")
        self._workers = [self._worker(f"w{n}", 0) for n in range(workers)]

    def play(self) -> MemoryFile:
        """Take turns until the reader is done; what the store holds then."""
        for _ in range(MOST_TURNS):
            if self._reader.outcome is not None:
                break
            asked = self._between(self._reader)
            if asked is not None:
                self._client.send(to_message(asked))
            self._clock.time += 0.002
            turn = self._random.randrange(2 + len(self._workers))
            if turn == 0:
                self._reader.step()
            elif turn == 1:
                self._loop.step()
            else:
                self._work(turn - 2)
        assert self._reader.outcome is not None, "the run did not come to its end"
        assert self._reader.outcome.code == 0, self._reader.outcome.why
        assert self.file is not None
        return self.file

    def _work(self, n: int) -> None:
        worker = self._workers[n]
        worker.step(0.0)
        if self._deaths and worker.stats.report(self._clock.unix()).get("events", 0) and self._random.random() < 0.2:
            self._deaths -= 1
            self._workers[n] = self._worker(worker.hello.name, worker.hello.generation + 1)

    def _aggregator(self) -> Loop:
        machine = Aggregator(self.settings.pages, generation=0, pid=1, recovered=None, session=1)
        keeper = DirectKeeper(self._opened)
        dealer = self._readers.dealer(AGGREGATOR.decode())
        return Loop(machine, self._peers, dealer, self.stream, keeper, self._clock.unix)

    def _opened(self, order: Any) -> MemoryFile:
        self.file = MemoryFile(order.experiment, order.run, first=order.first)
        return self.file

    def _begin(self, files: Sequence[Path], folder: Path) -> Reader:
        named = self._calibration.used_by if self._calibration is not None else lambda settings: settings.constants
        dispatch = Dispatch(self.settings, live=False, base=1000, version=1, host="here", constants=named)
        hold = Hold("reference")
        feed = Feed(FileSource(files, self.settings), dispatch, hold, Pace(self._rate), self._clock, self._calibration)
        return Reader(feed, dispatch, self._readers, hold, self._clock, folder=folder)

    def _worker(self, name: str, generation: int) -> Worker:
        hello = Hello(role="worker", name=name, generation=generation, pid=generation, host="here", credits=2)
        reader, rows = self._readers.dealer(name), self._peers.dealer(name)
        worker = Worker(hello, reader, rows, Places(), Pipeline, clock=self._clock.unix)
        worker.greet()
        return worker
