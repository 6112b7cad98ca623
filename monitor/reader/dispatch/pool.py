"""The workers the reader knows: credits, leases, signs of life."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from monitor.reader.dispatch.draft import Draft
from monitor.wire.worker_note import Hello

SILENCE_S = 5.0
"""A worker that says nothing for this long is taken for dead; heartbeats come every 0.5 s."""

CREDIT_LIMIT = 1024


@dataclass(slots=True, eq=False)
class Worker:
    """One worker process.

    Attributes
    ----------
    leases
        Batches it has in hand, oldest first: lease number to batch.
    state
        Version of the run state it was sent last.
    pipelines
        Settings versions it was sent.
    progress
        Time at which it last finished a batch, or got one after having none.
    alive
        It takes batches; false after silence, until it speaks, and after a stuck batch, until it finishes one.
    stuck
        One batch took longer than a lease lasts.
    suspect
        The batch it was busy with when it was given up; cleared of suspicion if the worker turns out to live.
    """

    peer: bytes
    hello: Hello
    last_seen: float
    progress: float
    leases: dict[int, Draft] = field(default_factory=dict)
    state: int = -1
    pipelines: set[int] = field(default_factory=set)
    stats: Any = field(default_factory=dict)
    batches: int = 0
    events: int = 0
    alive: bool = True
    stuck: bool = False
    suspect: Draft | None = None
    waiting: bool = False

    @property
    def free(self) -> int:
        """Credits it has left."""
        return min(self.hello.credits, CREDIT_LIMIT) - len(self.leases) if self.alive else 0


class Pool:
    """All workers, and whose turn it is.

    Parameters
    ----------
    lease_timeout
        Seconds a worker may take for one batch.
    """

    def __init__(self, lease_timeout: float) -> None:
        self._lease_timeout = lease_timeout
        self._workers: dict[bytes, Worker] = {}
        self._turn: deque[Worker] = deque()
        self.restarts: dict[str, int] = {}

    def __iter__(self) -> Iterator[Worker]:
        return iter(self._workers.values())

    def __len__(self) -> int:
        return len(self._workers)

    def get(self, peer: bytes) -> Worker | None:
        """The worker behind a peer, if it said hello."""
        return self._workers.get(peer)

    @property
    def credits(self) -> int:
        """Batches that all living workers together may have in hand."""
        return sum(worker.hello.credits for worker in self if worker.alive)

    def welcome(self, peer: bytes, hello: Hello, now: float) -> list[Worker]:
        """Take in a worker; returns the former ones of that name or address that it replaces."""
        former = [worker for worker in self if worker.peer == peer or worker.hello.name == hello.name]
        if len(former) == 1 and former[0].peer == peer and _same_process(former[0].hello, hello):
            self.seen(former[0], now)
            return []
        for worker in former:
            self.remove(worker)
        if any(worker.hello.pid != hello.pid or worker.hello.generation != hello.generation for worker in former):
            self.restarts[hello.name] = self.restarts.get(hello.name, 0) + 1
        worker = self._workers[peer] = Worker(peer, hello, last_seen=now, progress=now)
        self.offer(worker)
        return former

    def remove(self, worker: Worker) -> None:
        """Forget a worker; its leases stay with the caller."""
        self._workers.pop(worker.peer, None)
        worker.alive = False

    def seen(self, worker: Worker, now: float) -> None:
        """A sign of life; who was only silent takes batches again."""
        worker.last_seen = now
        if not worker.alive and not worker.stuck and worker.peer in self._workers:
            worker.alive = True
            if worker.suspect is not None:
                worker.suspect.deaths = max(0, worker.suspect.deaths - 1)
                worker.suspect = None
            self.offer(worker)

    def finished(self, worker: Worker, now: float) -> None:
        """A batch left the worker, whoever holds its lease by now."""
        worker.progress = now
        worker.stuck = False
        self.seen(worker, now)
        self.offer(worker)

    def lend(self, worker: Worker, lease: int, draft: Draft, now: float) -> None:
        """Note that a worker has a batch in hand."""
        if not worker.leases:
            worker.progress = now
        worker.leases[lease] = draft
        worker.batches += 1
        worker.events += len(draft.cut.events)
        self.offer(worker)

    def next(self) -> Worker | None:
        """A worker with a free credit, each in its turn."""
        while self._turn:
            worker = self._turn.popleft()
            worker.waiting = False
            if worker.free > 0:
                return worker
        return None

    def offer(self, worker: Worker) -> None:
        """Put a worker into the row of those with free credits."""
        if not worker.waiting and worker.free > 0:
            worker.waiting = True
            self._turn.append(worker)

    def failing(self, now: float) -> list[Worker]:
        """Living workers that were silent or busy with one batch for too long; they take no more until they recover."""
        found = []
        for worker in self:
            stuck = bool(worker.leases) and now - worker.progress > self._lease_timeout
            if worker.alive and (stuck or now - worker.last_seen > SILENCE_S):
                worker.alive, worker.stuck = False, stuck
                found.append(worker)
        return found


def _same_process(old: Hello, new: Hello) -> bool:
    """Whether two greetings come from one process."""
    return (old.name, old.generation, old.pid, old.host) == (new.name, new.generation, new.pid, new.host)
