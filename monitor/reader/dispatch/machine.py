"""The dispatch: takes what happens, returns what is to be done. No sockets, no files, no clock.

Every event handed in ends in exactly one of two ways: it is durable, or it was said to be lost. Until then it is in one batch,
and that batch is waiting, or leased, or done and not yet durable.
"""

import logging
from collections.abc import Callable, Mapping
from typing import Any

from monitor.errors import ConfigError
from monitor.model.run_state import RunState
from monitor.reader.block import TransitionBlock
from monitor.reader.dispatch.change import changed
from monitor.reader.dispatch.claims import Claims
from monitor.reader.dispatch.cut import Cutter, Stretch, without_first
from monitor.reader.dispatch.draft import Cut, Draft, Standing
from monitor.reader.dispatch.instruction import Instruction, Quarantine, Release
from monitor.reader.dispatch.journal import Journal
from monitor.reader.dispatch.lending import Lending
from monitor.reader.dispatch.place_in_run import PlaceInRun
from monitor.settings import Settings
from monitor.wire.aggregator_note import Committed, End, Epoch, Lost, Refused, Session
from monitor.wire.client_note import Accepted, Control, RequestRefused
from monitor.wire.note import Note
from monitor.wire.worker_note import Done, Heartbeat, Hello, Pipeline, WhoAreYou

log = logging.getLogger(__name__)

QUEUE_LEAST = 64
"""Batches kept waiting, or four per credit if that is more."""

TABLE_LIMIT = 128 << 20
"""Bytes that the tables of batches may take until they are durable."""

END_POSITION = 1 << 61
"""The end is told to every aggregator that says hello, whatever is durable."""


def _no_controls(state: RunState) -> Mapping[str, Any]:
    """No scanned variables."""
    return {}


class Dispatch:
    """Batches against credits, leases, commit groups.

    Parameters
    ----------
    settings
        Settings of the first pipeline version; sizes and times come from ``source``, ``pool`` and ``pages``.
    live
        The source is never slowed: what finds no credit is dropped, oldest first, and counted.
    base
        Numbers of epochs and leases start above this one, and it is above all that an earlier reader of this service gave.
    version
        Number of the first pipeline version.
    host
        Name of this machine; workers elsewhere cannot reach our memory.
    controls
        Names and values of the scanned variables in a run state.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        live: bool,
        base: int = 0,
        version: int = 1,
        host: str = "",
        controls: Callable[[RunState], Mapping[str, Any]] = _no_controls,
    ) -> None:
        self.live = live
        self.settings = settings
        self.version = version
        interval = 1.0 / settings.pages.frame_rate
        self._base = base
        self.lending = Lending(base=base + 1, lease_timeout=settings.pool.lease_timeout, frame_interval=interval, host=host)
        self.place = PlaceInRun(controls)
        self.resume: int | None = None
        """Events below this are durable already; None until the aggregator said so."""
        self.seq = 0
        self.lost = 0
        self.quarantined = 0
        self.ended = False
        self.finished = False
        self.aggregator = b""
        self._greeting = Hello(role="")
        self._cutter = Cutter(settings.source.max_events, settings.source.max_bytes)
        self._claims = Claims()
        self._cutting: set[int] = set()
        self._journal = Journal()
        self._stopped = False

    # What the source gives.

    @property
    def wants(self) -> int:
        """Events that may be handed in now; 0 = wait."""
        if self.resume is None or self.ended:
            return 0
        lending, most = self.lending, self.settings.source.max_events
        if self.seq < self.resume:
            return max(most, 4096)
        if not len(lending.pool):
            return 0
        if self.live:
            return self._queue_limit // 2 * most
        if lending.epochs.nbytes > TABLE_LIMIT:
            return 0
        return max(0, self._queue_limit - len(lending.queue)) * most

    def begin(self, now: float, unix: float, author: str) -> list[Instruction]:
        """Announce the first pipeline version."""
        self.lending.progress = now
        self._announce(self.settings, author, unix)
        return self._taken()

    def stretch(self, stretch: Stretch, now: float) -> list[Instruction]:
        """Take consecutive events of one run and step."""
        for note in self.place.events(stretch.state, stretch.events[0], self.seq):
            self._tell(self.seq, note)
        if stretch.held is not None:
            self._claims.take((stretch.held,))
            self._cutting.add(stretch.held)
        known = min(len(stretch.events), max(0, (self.resume or 0) - self.seq))
        self.seq += known
        if known < len(stretch.events):
            for cut in self._cutter.add(without_first(stretch, known), now):
                self._queue(cut, now)
        self._settle()
        while self.live and (self.lending.queue.fresh > self._queue_limit or self.lending.epochs.nbytes > TABLE_LIMIT):
            if not self._drop():
                break
        return self._pumped(now)

    def miss(self, state: RunState, count: int, why: str, now: float) -> list[Instruction]:
        """Count events that the source lost, or that found no room."""
        self._close_cut(now)
        self.lending.epochs.take(state.run, self.seq, self.seq + count, now)
        self._lose(self.seq, self.seq + count, why)
        self.seq += count
        return self._pumped(now)

    def transition(self, block: TransitionBlock, now: float) -> list[Instruction]:
        """Take a transition: what was open is closed before it."""
        self._close_epoch(now)
        for note in self.place.transition(block, self.seq):
            self._tell(self.seq, note)
        return self._pumped(now)

    def end(self, now: float) -> list[Instruction]:
        """No more events will come."""
        if not self.ended:
            self.ended = True
            self._close_epoch(now)
            for note in self.place.leave(self.seq):
                self._tell(self.seq, note)
            self._tell(END_POSITION, End(stop=self.seq))
            self.lending.pump(now)
            self._stop_if_all_safe()
        return self._taken()

    def make_room(self, now: float) -> list[Instruction] | None:
        """Live: drop the oldest batch that was never handed out, because its memory is needed; None if there is none."""
        self._close_cut(now)
        return self._taken() if self._drop() else None

    def relieve(self, now: float) -> list[Instruction]:
        """Memory gets short: close the commit group early, unless one is on its way to be durable already."""
        oldest = self.lending.epochs.oldest
        if oldest is not None and not oldest.closed:
            self._close_epoch(now)
        return self._pumped(now)

    # What peers say.

    def hello(self, peer: bytes, hello: Hello, now: float) -> list[Instruction]:
        """A worker or the aggregator introduces itself."""
        if hello.role == "aggregator":
            self._welcome_aggregator(peer, hello, now)
        elif hello.role == "worker" and hello.credits > 0:
            for former in self.lending.pool.welcome(peer, hello, now):
                self._set_aside(self.lending.take_back(former))
            if self._stopped:
                self.lending.stop_workers()
        return self._pumped(now)

    def heartbeat(self, peer: bytes, heartbeat: Heartbeat, now: float) -> list[Instruction]:
        """A worker lives."""
        worker = self.lending.pool.get(peer)
        if worker is None:
            self.lending.send(peer, WhoAreYou())
            return self._taken()
        worker.stats = heartbeat.stats
        self.lending.pool.seen(worker, now)
        return self._pumped(now)

    def done(self, peer: bytes, done: Done, now: float) -> list[Instruction]:
        """The rows of a hand-out left for the aggregator."""
        worker = self.lending.pool.get(peer)
        if worker is None:
            self.lending.send(peer, WhoAreYou())
            return self._taken()
        self.lending.done(worker, done, now)
        return self._pumped(now)

    def unreachable(self, peer: bytes, now: float) -> list[Instruction]:
        """A message could not be sent: the peer is gone."""
        if peer == self.aggregator:
            self.aggregator = b""
        worker = self.lending.pool.get(peer)
        if worker is not None:
            self.lending.pool.remove(worker)
            self._set_aside(self.lending.take_back(worker))
        return self._pumped(now)

    def unreadable(self, draft: Draft, now: float) -> list[Instruction]:
        """The bytes of a batch that is to be handed out cannot be read any more."""
        if self.lending.give_up(draft):
            self._lose(draft.first, draft.stop, "source")
            self._free(draft.cut.held)
        return self._pumped(now)

    def commit(self, note: Committed, now: float) -> list[Instruction]:
        """Everything before ``stop`` is durable."""
        self._forget(min(note.stop, self.seq), now)
        self._stop_if_all_safe()
        return self._pumped(now)

    def refused(self, note: Refused, now: float) -> list[Instruction]:
        """The aggregator could not use the sums of these batches; those still in hand will come with another group."""
        epoch = self.lending.epochs.of(note.epoch)
        for draft in () if epoch is None else epoch.drafts:
            if draft.standing is Standing.DONE and any(a < draft.stop and draft.first < b for a, b in note.batches):
                self.lending.again(draft)
        return self._pumped(now)

    def bye(self) -> None:
        """The aggregator has closed its files."""
        self.finished = self.ended

    def control(self, peer: bytes, note: Control, now: float, unix: float) -> list[Instruction]:
        """Change the settings from the next event on, or say why not."""
        try:
            settings = changed(self.settings, note.changes)
        except ConfigError as error:
            self.lending.send(peer, RequestRefused(request=note.request, why=str(error)))
            return self._taken()
        self._close_epoch(now)
        self.version += 1
        self._announce(settings, note.author, unix)
        self.lending.send(peer, Accepted(request=note.request, version=self.version))
        return self._pumped(now)

    # What time brings.

    def tick(self, now: float, *, idle: bool = False) -> list[Instruction]:
        """Time passes; ``idle`` says that the source has nothing at the moment."""
        lending, settings = self.lending, self.settings
        for worker in lending.pool.failing(now):
            log.warning("worker_failing", extra={"worker": worker.hello.name, "stuck": worker.stuck})
            self._set_aside(lending.take_back(worker))
        if self._cutter.count and (self.live or idle) and now - self._cutter.opened >= settings.source.max_wait:
            self._close_cut(now)
        epoch = lending.epochs.open
        if epoch is not None and now - epoch.opened >= settings.pool.epoch_time:
            self._close_epoch(now)
        self._retry_stalled(now)
        return self._pumped(now)

    # Inside.

    @property
    def _queue_limit(self) -> int:
        return max(QUEUE_LEAST, 4 * self.lending.pool.credits)

    @property
    def state(self) -> str:
        """What the reader is doing, in one word."""
        if self.finished:
            return "ended"
        if self.ended:
            return "draining"
        return "waiting" if self.resume is None or not len(self.lending.pool) else "running"

    def _taken(self) -> list[Instruction]:
        """All instructions collected so far."""
        out, self.lending.out = self.lending.out, []
        return out

    def _pumped(self, now: float) -> list[Instruction]:
        """Instructions after handing out what can be handed out."""
        self.lending.pump(now)
        return self._taken()

    def _tell(self, position: int, note: Note) -> None:
        """Tell the aggregator, and remember it in case it has to be told again."""
        self._journal.add(position, note)
        if self.aggregator:
            self.lending.send(self.aggregator, note)

    def _announce(self, settings: Settings, author: str, unix: float) -> None:
        """Put a pipeline version in force."""
        self.settings = settings
        data = settings.model_dump(mode="json")
        note = Pipeline(version=self.version, settings=data, author=author, time=unix, first=self.seq)
        self.lending.pipelines[self.version] = note
        self._tell(self.seq, note)

    def _queue(self, cut: Cut, now: float) -> None:
        """Make a batch of a cut."""
        first, self.seq = self.seq, self.seq + len(cut.events)
        epoch = self.lending.epochs.take(cut.state.run, first, self.seq, now)
        self._claims.take(cut.held)
        self.lending.add(Draft(cut, first, self.version, epoch.number), epoch)

    def _close_cut(self, now: float) -> None:
        """Make a batch of what is open."""
        for cut in self._cutter.close():
            self._queue(cut, now)
        self._settle()

    def _close_epoch(self, now: float) -> None:
        """Close the commit group: at a transition, a new pipeline version, after its time, or when memory is half full."""
        self._close_cut(now)
        epoch = self.lending.close_epoch()
        if epoch is not None:
            self._tell(epoch.stop, Epoch(epoch=epoch.number, run=epoch.run, first=epoch.first, stop=epoch.stop))

    def _settle(self) -> None:
        """Drop the claims on memory of which the open batch has nothing any more."""
        over = self._cutting - self._cutter.held if self._cutting else ()
        self._cutting.difference_update(over)
        self._free(over)

    def _free(self, tokens: Any) -> None:
        """Give claims back."""
        for token in self._claims.drop(tokens):
            self.lending.out.append(Release(token))

    def _lose(self, first: int, stop: int, why: str) -> None:
        """These events will never have a row."""
        self.lost += stop - first
        self._tell(stop, Lost(first=first, stop=stop, why=why))

    def _drop(self) -> bool:
        """Drop the oldest batch that was never handed out; False if there is none."""
        draft = self.lending.drop_oldest()
        if draft is None:
            return False
        self._lose(draft.first, draft.stop, "no credit")
        self._free(draft.cut.held)
        return True

    def _set_aside(self, poisoned: list[Draft]) -> None:
        """Quarantine batches that cost worker after worker."""
        for draft in poisoned:
            self.quarantined += draft.stop - draft.first
            self.lending.out.append(Quarantine(draft))
            self._tell(draft.stop, Lost(first=draft.first, stop=draft.stop, why="quarantined"))
            self._free(draft.cut.held)

    def _forget(self, stop: int, now: float) -> None:
        """Everything before ``stop`` is durable."""
        for draft in self.lending.forget(stop, now):
            self._free(draft.cut.held)
        self._journal.forget(stop)

    def _welcome_aggregator(self, peer: bytes, hello: Hello, now: float) -> None:
        """Tell the aggregator all it does not know, and hand out again what it lost."""
        repeated = self.resume is not None and hello.generation == self._greeting.generation and hello.pid == self._greeting.pid
        missed_nothing = repeated and peer == self.aggregator
        self.aggregator, self._greeting = peer, hello
        if self.resume is None:
            self.resume = hello.committed
        self._forget(min(hello.committed, self.seq), now)
        self.lending.send(peer, Session(base=self._base))
        for note in () if missed_nothing else self._journal.notes():
            self.lending.send(peer, note)
        for epoch in () if repeated else self.lending.epochs:
            self.lending.redo(epoch)
        self._stop_if_all_safe()

    def _retry_stalled(self, now: float) -> None:
        """Hand out the oldest epoch again if nothing moves it: its results were lost on the way."""
        epoch, lending = self.lending.epochs.oldest, self.lending
        if epoch is None or not epoch.closed or epoch.queued or not self.aggregator:
            return
        busy = any(draft.standing is Standing.LEASED for draft in epoch.drafts)
        if not busy and now - max(epoch.quiet, lending.progress) > self.settings.pool.lease_timeout:
            log.warning("epoch_stalled", extra={"epoch": epoch.number})
            epoch.quiet = now
            lending.redo(epoch)

    def _stop_if_all_safe(self) -> None:
        """Let the workers go when everything is durable."""
        if self.ended and not len(self.lending.epochs) and not self._stopped:
            self._stopped = True
            self.lending.stop_workers()
