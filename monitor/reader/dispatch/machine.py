"""The dispatch: takes what happens, returns what is to be done. No sockets, no files, no clock.

Every event handed in ends in exactly one of two ways: it is durable, or it was said to be lost. Until then it is in one batch,
and that batch is waiting, or leased, or done and not yet durable.
"""

import logging
import math
from collections.abc import Callable, Mapping
from typing import Any

from monitor.errors import ConfigError
from monitor.model.run_state import RunState
from monitor.reader.block import TransitionBlock
from monitor.reader.dispatch.aggregator_link import AggregatorLink
from monitor.reader.dispatch.cut import Stretch
from monitor.reader.dispatch.draft import Draft
from monitor.reader.dispatch.frame_shapes import Fits, anything_fits, shapes_of
from monitor.reader.dispatch.instruction import Instruction
from monitor.reader.dispatch.intake import Intake
from monitor.reader.dispatch.lending import Lending
from monitor.reader.dispatch.versions import Versions
from monitor.settings import Settings
from monitor.wire.aggregator_note import Committed, Refused, Watched
from monitor.wire.client_note import Accepted, Control, RequestRefused, Undo
from monitor.wire.worker_note import Done, Heartbeat, Hello, Pipeline, WhoAreYou

log = logging.getLogger(__name__)

QUEUE_LEAST = 256
"""Batches kept waiting, or four per credit if that is more: in live mode some two seconds of large frames."""

TABLE_LIMIT = 128 << 20
"""Bytes that the tables of batches may take until they are durable."""


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
    rereads
        After a restart the source begins again with its first event.
    base
        Numbers of epochs and leases start above this one, and it is above all that an earlier reader of this service gave.
    version
        Number of the first pipeline version.
    host
        Name of this machine; workers elsewhere cannot reach our memory.
    controls
        Names and values of the scanned variables in a run state.
    check
        Raises ``ConfigError`` for settings that no worker could use, so that they never come into force.
    constants
        Path and content of the constants files that some settings use.
    bound
        Binds files of the user's that are to be read again to their present content.
    fits
        Raises ``ConfigError`` for settings that do not fit the frames that workers have seen.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        live: bool,
        rereads: bool = True,
        base: int = 0,
        version: int = 1,
        host: str = "",
        controls: Callable[[RunState], Mapping[str, Any]] = _no_controls,
        check: Callable[[Settings], object] = lambda settings: None,
        constants: Callable[[Settings], Mapping[str, str]] = lambda settings: settings.constants,
        bound: Callable[[Settings], Settings] = lambda settings: settings,
        fits: Fits = anything_fits,
    ) -> None:
        self.live = live
        self._rereads = rereads
        interval = 1.0 / settings.pages.frame_rate
        self.lending = Lending(base=base + 1, lease_timeout=settings.pool.lease_timeout, frame_interval=interval, host=host)
        self.link = AggregatorLink(self.lending, base)
        self.intake = Intake(settings, version, self.lending, self.link, controls)
        self._versions = Versions(self.intake, self._usable, constants, bound)
        self._check, self._fits = check, fits
        self.resume: int | None = None
        """Events below this are durable already; None until the aggregator said so."""
        self.ended = False
        self.finished = False
        self._stopped = False

    # What the source gives.

    @property
    def wants(self) -> int:
        """Events that may be handed in now; 0 = wait."""
        if self.resume is None or self.ended:
            return 0
        lending, most = self.lending, self.intake.settings.source.max_events
        if self.intake.seq < self.resume:
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
        self.intake.announce(self.intake.settings, author, unix)
        return self._taken()

    def stretch(self, stretch: Stretch, now: float) -> list[Instruction]:
        """Take consecutive events of one run and step."""
        self.intake.stretch(stretch, self.resume or 0, now)
        while self.live and (self.lending.queue.fresh > self._queue_limit or self.lending.epochs.nbytes > TABLE_LIMIT):
            if not self.intake.drop():
                break
        return self._pumped(now)

    def miss(self, state: RunState, count: int, why: str, now: float) -> list[Instruction]:
        """Count events that the source lost, or that found no room."""
        self.intake.miss(state, count, why, now)
        return self._pumped(now)

    def transition(self, block: TransitionBlock, now: float) -> list[Instruction]:
        """Take a transition."""
        self.intake.transition(block, now)
        return self._pumped(now)

    def end(self, now: float) -> list[Instruction]:
        """No more events will come."""
        if not self.ended:
            self.ended = True
            self.intake.end(now)
            self.lending.pump(now)
            self._stop_if_all_safe()
        return self._taken()

    def make_room(self, now: float) -> list[Instruction] | None:
        """Live: drop the oldest batch that was never handed out, because its memory is needed; None if there is none."""
        self.intake.close_cut(now)
        return self._taken() if self.intake.drop() else None

    def relieve(self, now: float) -> list[Instruction]:
        """Memory gets short: close the commit group early, unless one is on its way to be durable already."""
        oldest = self.lending.epochs.oldest
        if oldest is not None and not oldest.closed:
            self.intake.close_epoch(now)
        return self._pumped(now)

    # What peers say.

    def hello(self, peer: bytes, hello: Hello, now: float) -> list[Instruction]:
        """A worker or the aggregator introduces itself.

        Raises
        ------
        Unusable
            If the aggregator lost what it had made durable.
        """
        if hello.role == "aggregator":
            if self.resume is None:
                self.resume = hello.committed
                # A live source does not begin anew: its next event is the next one of the service.
                self.intake.seq = self.intake.seq if self._rereads else hello.committed
            self.intake.check_kept(hello.committed)
            self.intake.forget(min(hello.committed, self.intake.seq), now)
            self.link.welcome(peer, hello)
            self._stop_if_all_safe()
        elif hello.role == "worker" and hello.credits > 0:
            for former in self.lending.pool.welcome(peer, hello, now):
                self.intake.set_aside(self.lending.take_back(former))
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
        if peer == self.link.peer:
            self.link.peer = b""
        worker = self.lending.pool.get(peer)
        if worker is not None:
            self.lending.pool.remove(worker)
            self.intake.set_aside(self.lending.take_back(worker))
        return self._pumped(now)

    def unreadable(self, draft: Draft, now: float) -> list[Instruction]:
        """The bytes of a batch that is to be handed out cannot be read any more."""
        if self.lending.give_up(draft):
            self.intake.give_up(draft, "source")
        return self._pumped(now)

    def commit(self, note: Committed, now: float) -> list[Instruction]:
        """Everything before ``stop`` is durable."""
        self.intake.forget(min(note.stop, self.intake.seq), now)
        self._stop_if_all_safe()
        return self._pumped(now)

    def refused(self, note: Refused, now: float) -> list[Instruction]:
        """The aggregator could not use the sums of these batches; those still in hand will come with another group."""
        self.lending.redo_parts(note.epoch, note.batches)
        return self._pumped(now)

    def watched(self, note: Watched) -> list[Instruction]:
        """Somebody looks at frames, or nobody does any more."""
        self.lending.watched = note.frames
        return []

    def bye(self) -> None:
        """The aggregator has closed its files."""
        self.finished = self.ended

    def control(self, peer: bytes, note: Control, now: float, unix: float) -> list[Instruction]:
        """Change the settings from the next event on, or say why not."""
        return self._try(peer, note.request, lambda: self._versions.control(note, now, unix), now)

    def undo(self, peer: bytes, note: Undo, now: float, unix: float) -> list[Instruction]:
        """Take the last change of settings back, or say why not."""
        return self._try(peer, note.request, lambda: self._versions.undo(note.author, now, unix), now)

    def _usable(self, settings: Settings) -> None:
        """Refuse settings that no worker could use, or not on the frames that there are."""
        self._check(settings)
        self._fits(self.intake.settings, settings, shapes_of(self.lending.pool))

    def _try(self, peer: bytes, request: int, change: Callable[[], None], now: float) -> list[Instruction]:
        """Make a change of the settings and answer who asked for it."""
        try:
            change()
        except ConfigError as error:
            self.lending.send(peer, RequestRefused(request=request, why=str(error)))
            return self._taken()
        self.lending.send(peer, Accepted(request=request, version=self.intake.version))
        return self._pumped(now)

    def calibrated(self, constants: Mapping[str, str], now: float, unix: float) -> list[Instruction]:
        """Other constants hold from the next event on."""
        self._versions.calibrated(constants, self.pipeline.author, self.resume or 0, now, unix)
        return self._pumped(now)

    # What time brings.

    def tick(self, now: float, *, idle: bool = False) -> list[Instruction]:
        """Time passes; ``idle`` says that the source has nothing at the moment."""
        lending, settings = self.lending, self.intake.settings
        for worker in lending.pool.failing(now):
            log.warning("worker_failing", extra={"worker": worker.hello.name, "stuck": worker.stuck})
            self.intake.set_aside(lending.take_back(worker))
        if (self.live or idle) and self.intake.waits_since(now) >= settings.source.max_wait:
            self.intake.close_cut(now)
        epoch = lending.epochs.open
        if epoch is not None and now - epoch.opened >= settings.pool.epoch_time:
            self.intake.close_epoch(now)
        lending.redo_stalled(now, settings.pool.lease_timeout if self.link.peer else math.inf)
        return self._pumped(now)

    @property
    def _queue_limit(self) -> int:
        return max(QUEUE_LEAST, 4 * self.lending.pool.credits)

    @property
    def pipeline(self) -> Pipeline:
        """The version of the settings in force."""
        return self.lending.pipelines[self.intake.version]

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

    def _stop_if_all_safe(self) -> None:
        """Let the workers go when everything is durable."""
        if self.ended and not len(self.lending.epochs) and not self._stopped:
            self._stopped = True
            self.lending.stop_workers()
