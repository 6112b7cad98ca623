"""Hands batches to workers and takes them back: leases, commit groups, and the word to send a group."""

import logging
from collections.abc import Sequence

from monitor.reader.dispatch.draft import Draft, Standing
from monitor.reader.dispatch.epoch import EpochBook, EpochState
from monitor.reader.dispatch.instruction import HandOut, Instruction, Send
from monitor.reader.dispatch.pool import Pool, Worker
from monitor.reader.dispatch.queue import BatchQueue
from monitor.wire.note import Note, to_message
from monitor.wire.state import state_message
from monitor.wire.worker_note import Done, Flush, Pipeline, Stop

log = logging.getLogger(__name__)

DEATHS = 3
"""A batch that so many workers in a row did not survive is set aside."""


class Lending:
    """Batches that are not durable yet, and the workers that have them.

    Parameters
    ----------
    base
        Epochs and leases are numbered from here.
    lease_timeout
        Seconds a worker may take for one batch.
    frame_interval
        Seconds between two batches whose newest frames are asked for.
    host
        Name of this machine.
    """

    def __init__(self, *, base: int, lease_timeout: float, frame_interval: float, host: str) -> None:
        self.pool = Pool(lease_timeout)
        self.queue = BatchQueue()
        self.epochs = EpochBook(base)
        self.pipelines: dict[int, Pipeline] = {}
        self.out: list[Instruction] = []
        self.progress = 0.0
        """Time at which a batch was last done or became durable."""
        self._leased: dict[int, Draft] = {}
        self._next_lease = base
        self._frame_interval = frame_interval
        self._shown = float("-inf")
        self.watched = True
        self._host = host
        self._flushable: dict[int, EpochState] = {}

    @property
    def leased(self) -> int:
        """Batches that workers have in hand."""
        return len(self._leased)

    def send(self, peer: bytes, note: Note) -> None:
        """Have a note sent."""
        self.out.append(Send(peer, to_message(note)))

    def add(self, draft: Draft, epoch: EpochState) -> None:
        """A new batch."""
        self.epochs.add(epoch, draft)
        epoch.queued += 1
        self.queue.add(draft)

    def close_epoch(self) -> EpochState | None:
        """Close the open epoch; its groups are asked for once all its batches are handed out."""
        epoch = self.epochs.close()
        if epoch is not None:
            self._flushable[epoch.number] = epoch
        return epoch

    def drop_oldest(self) -> Draft | None:
        """Take away the oldest batch that was never handed out."""
        draft = self.queue.drop_oldest()
        if draft is not None:
            draft.standing = Standing.LOST
            self._queued(draft, -1)
        return draft

    def pump(self, now: float) -> None:
        """Hand out what waits while there are credits, and ask for the groups that are complete."""
        while len(self.queue) and (worker := self.pool.next()) is not None:
            draft = self.queue.next()
            if draft is None:
                self.pool.offer(worker)
                break
            self._lend(worker, draft, now)
        for number, epoch in list(self._flushable.items()):
            if epoch.queued == 0:
                for peer in sorted(epoch.owing):
                    self.send(peer, Flush(epoch=number))
                epoch.owing.clear()
                epoch.quiet = now
                del self._flushable[number]

    def done(self, worker: Worker, note: Done, now: float) -> None:
        """A worker finished a hand-out; it may be one that was taken back from it."""
        worker.leases.pop(note.lease, None)
        draft = self._leased.pop(note.lease, None)
        if draft is not None and draft.standing is Standing.LEASED:
            draft.standing, draft.deaths = Standing.DONE, 0
            self.progress = now
        self.pool.finished(worker, now)

    def take_back(self, worker: Worker) -> list[Draft]:
        """Give what a lost worker had to others; returns batches that cost too many workers.

        What it had finished goes out again too: the sums of these batches may have died with it, and the aggregator
        refuses what it already has.
        """
        poisoned: list[Draft] = []
        in_hand = list(worker.leases)
        for lease in in_hand:
            self._leased.pop(lease, None)
        worker.leases.clear()
        for epoch in self.epochs:
            epoch.owing.discard(worker.peer)
            for draft in epoch.drafts:
                if draft.worker != worker.peer or draft.standing not in (Standing.LEASED, Standing.DONE):
                    continue
                # Workers take their batches in order, so the oldest one in hand is the one it was busy with.
                if in_hand and draft.lease == in_hand[0]:
                    draft.deaths += 1
                    worker.suspect = draft
                if draft.deaths >= DEATHS:
                    draft.standing = Standing.LOST
                    poisoned.append(draft)
                else:
                    self.again(draft)
        return poisoned

    def give_up(self, draft: Draft) -> bool:
        """Take back a hand-out that did not happen; False if the batch is no longer anybody's."""
        worker = self.pool.get(draft.worker)
        self._leased.pop(draft.lease, None)
        if worker is not None:
            worker.leases.pop(draft.lease, None)
            self.pool.offer(worker)
        mine = draft.standing is Standing.LEASED
        draft.standing = Standing.LOST if mine else draft.standing
        return mine

    def again(self, draft: Draft) -> None:
        """Hand a batch out once more, before all new ones."""
        self.queue.again(draft)
        self._queued(draft, 1)

    def redo(self, epoch: EpochState) -> None:
        """Hand out all finished batches of an epoch once more."""
        for draft in epoch.drafts:
            if draft.standing is Standing.DONE:
                self.again(draft)

    def forget(self, stop: int, now: float) -> list[Draft]:
        """Everything before ``stop`` is durable; returns the batches of it."""
        safe = self.epochs.forget(stop)
        for draft in safe:
            draft.standing = Standing.SAFE
        oldest = self.epochs.oldest
        first = oldest.number if oldest is not None else None
        self._flushable = {n: epoch for n, epoch in self._flushable.items() if first is not None and n >= first}
        self.progress = now
        return safe

    def redo_parts(self, number: int, ranges: Sequence[Sequence[int]]) -> None:
        """Hand out again what is done of an epoch and lies in these ranges of events."""
        epoch = self.epochs.of(number)
        for draft in () if epoch is None else epoch.drafts:
            if draft.standing is Standing.DONE and any(a < draft.stop and draft.first < b for a, b in ranges):
                self.again(draft)

    def redo_stalled(self, now: float, after_s: float) -> None:
        """Hand out the oldest epoch again if nothing moved it for so long: its results were lost on the way."""
        epoch = self.epochs.oldest
        if epoch is None or not epoch.closed or epoch.queued:
            return
        busy = any(draft.standing is Standing.LEASED for draft in epoch.drafts)
        if not busy and now - max(epoch.quiet, self.progress) > after_s:
            log.warning("epoch_stalled", extra={"epoch": epoch.number})
            epoch.quiet = now
            self.redo(epoch)

    def stop_workers(self) -> None:
        """Tell all workers that there is no more work."""
        for worker in self.pool:
            self.send(worker.peer, Stop())

    def _queued(self, draft: Draft, change: int) -> None:
        """Keep count of an epoch's waiting batches."""
        epoch = self.epochs.of(draft.epoch)
        if epoch is not None:
            epoch.queued += change
            if epoch.closed:
                self._flushable[epoch.number] = epoch

    def _lend(self, worker: Worker, draft: Draft, now: float) -> None:
        """Hand a batch to a worker, preceded by what it needs to know."""
        state, version = draft.cut.state, draft.pipeline
        if worker.state != state.version:
            worker.state = state.version
            self.out.append(Send(worker.peer, state_message(state)))
        if version not in worker.pipelines:
            worker.pipelines.add(version)
            self.send(worker.peer, self.pipelines[version])
        lease, self._next_lease = self._next_lease, self._next_lease + 1
        draft.standing, draft.lease, draft.worker = Standing.LEASED, lease, worker.peer
        self._leased[lease] = draft
        self.pool.lend(worker, lease, draft, now)
        epoch = self.epochs.of(draft.epoch)
        if epoch is not None:
            epoch.owing.add(worker.peer)
        self._queued(draft, -1)
        show = self.watched and now - self._shown >= self._frame_interval
        self._shown = now if show else self._shown
        self.out.append(HandOut(worker.peer, draft, lease, show, worker.hello.host in ("", self._host)))
