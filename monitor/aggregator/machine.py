"""The aggregator without sockets, files or clock: messages and time in, instructions out."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from monitor.aggregator.commit import Commits
from monitor.aggregator.epoch import Epochs
from monitor.aggregator.figures import figures, losses
from monitor.aggregator.instruction import Instruction, Leave, Publish, ToPeer, ToReader
from monitor.aggregator.joiner import Columns, Joiner
from monitor.aggregator.ledger import Ledger
from monitor.aggregator.log_lines import LogLines
from monitor.aggregator.loss_report import LossReport
from monitor.aggregator.order import Order
from monitor.aggregator.reader_link import ReaderLink
from monitor.aggregator.runs import Recovered, Runs
from monitor.aggregator.since import Since
from monitor.aggregator.sums import SumMerger
from monitor.aggregator.trouble import Trouble
from monitor.aggregator.view import View
from monitor.errors import ProtocolError
from monitor.settings import Pages
from monitor.wire.aggregator_note import (
    Bye,
    Committed,
    End,
    EndRun,
    Epoch,
    Lost,
    ReaderStatus,
    Refused,
    Run,
    Session,
    Step,
    Watched,
)
from monitor.wire.client_note import AlarmStatus, BridgeStatus, LogLine, MeansRequest
from monitor.wire.group import group_of
from monitor.wire.message import Message
from monitor.wire.note import Note, note_of, to_message
from monitor.wire.rows import Reduced, rows_of
from monitor.wire.worker_note import Hello, Pipeline, WhoAreYou

log = logging.getLogger(__name__)

MOST_ALARMS = 100
"""Alarms shown in the status."""

LIVE_PATIENCE_S = 2.0
"""How long the stream of a live source waits for rows while later ones are there."""


class Aggregator:
    """Puts rows in order, commits epochs, keeps the live view.

    Parameters
    ----------
    pages
        Rates and sizes of what is shown.
    generation, pid
        Count of this process's starts, and its number on its machine.
    recovered
        What earlier processes of this service had made durable.
    session
        A number that no earlier stream of this service had.
    """

    def __init__(
        self, pages: Pages, *, generation: int = 0, pid: int = 0, recovered: Recovered | None = None, session: int = 0
    ) -> None:
        recovered = recovered or Recovered()
        self._who = Hello(role="aggregator", name="aggregator", generation=generation, pid=pid)
        self.trouble = Trouble()
        merge = SumMerger(self.trouble)
        self.ledger = Ledger()
        self.link = ReaderLink()
        self.epochs = Epochs(merge, recovered.committed)
        self.commits = Commits(merge, recovered.committed)
        self.order = Order(recovered.committed)
        self.runs = Runs(self.commits, self.ledger, recovered)
        self.view = View(pages, merge, session=session)
        self.view.means.resume(recovered.run, recovered.sums, recovered.since)
        self.joiner = Joiner()
        self._peers: set[bytes] = set()
        self.live = False
        self._end: int | None = None
        self._left = False
        self._told_watched: bool | None = None
        self._log_lines = LogLines(self.trouble)
        self._loss_report = LossReport()
        self.held_up = ""
        """Why nothing can be written at present; empty if it can."""
        self._from_reader: Mapping[str, Callable[[Message, float], list[Instruction]]] = {
            Session.KIND: self._session,
            Run.KIND: self._run,
            Step.KIND: self._step,
            Pipeline.KIND: self._pipeline,
            Epoch.KIND: self._epoch,
            Lost.KIND: self._lost,
            EndRun.KIND: self._end_run,
            End.KIND: self._end_all,
            ReaderStatus.KIND: self._reader_status,
            WhoAreYou.KIND: self._asked,
        }
        self._from_peer: Mapping[str, Callable[[bytes, Message, float], list[Instruction]]] = {
            Hello.KIND: self._worker_hello,
            "rows": self._rows,
            "group": self._group,
            BridgeStatus.KIND: self._bridge_status,
            AlarmStatus.KIND: self._alarm_status,
            LogLine.KIND: self._log_line,
        }

    # -- what comes in -------------------------------------------------------------------------------------------------

    def from_reader(self, message: Message, now: float) -> list[Instruction]:
        """Take a message of the reader; one that breaks the rules is counted and dropped."""
        self.link.heard(now)
        handle = self._from_reader.get(message.kind)
        if handle is None:
            self.trouble.add(f"message of unknown kind {message.kind[:40]!r} from the reader")
            return []
        try:
            return handle(message, now) + self._advance(now)
        except ProtocolError as error:
            self.trouble.add(f"bad message from the reader: {error}"[:200])
            return []

    def from_peer(self, peer: bytes, message: Message, now: float) -> list[Instruction]:
        """Take a message of a worker or client; one that breaks the rules is counted and dropped."""
        handle = self._from_peer.get(message.kind)
        if handle is None:
            self.trouble.add("message of unknown kind from a peer")
            return []
        try:
            return handle(peer, message, now) + self._advance(now)
        except ProtocolError as error:
            # The error tells what the sender wrote: a flood of different texts would hide all other trouble.
            log.debug("bad_message", extra={"kind": message.kind, "why": str(error)})
            self.trouble.add(f"bad {message.kind} message from a peer")
            return []

    def given(self, gift: Message | Columns | MeansRequest, now: float) -> list[Instruction]:
        """Take what a client gave the desk: a plot for the pages, columns of his own for the file, or that means begin anew."""
        if isinstance(gift, MeansRequest):
            since = Since(first=self.order.next_seq, time=now, author=gift.author) if gift.begin == "now" else None
            self.view.forget_since()
            self.view.means.begin(since)
            return []
        if isinstance(gift, Columns):
            self.joiner.add(gift, self.epochs.floor, self.order.next_seq)
            return []
        return [Publish(self.view.stream.stamped(gift))]

    def subscribed(self, prefix: str) -> list[Instruction]:
        """Somebody new wants topics that begin like this."""
        return [Publish(message) for message in self.view.subscribed(prefix)]

    def stored(self, now: float) -> list[Instruction]:
        """The store has carried out the order it was given."""
        committed = self.commits.done()
        if committed:
            self.view.latency.committed(committed.stop, now)
        return ([ToReader(to_message(committed))] if committed else []) + self._advance(now)

    def tick(self, now: float) -> list[Instruction]:
        """Time passes: some 50 times a second."""
        out: list[Instruction] = []
        if self.link.hello_due(now, self.commits.idle) and not self._left:
            out.append(ToReader(to_message(replace(self._who, committed=self.commits.committed))))
        watched = self.view.frames_watched
        if watched != self._told_watched and not self.link.silent:
            self._told_watched = watched
            out.append(ToReader(to_message(Watched(frames=watched))))
        self._show(self.order.tick(now), now)
        self._loss_report.tell(losses(self.ledger.total, self.epochs), now)
        out += [Publish(message) for message in self.view.due(now, self._figures)]
        return out + self._advance(now)

    # -- the reader ----------------------------------------------------------------------------------------------------

    def _session(self, message: Message, now: float) -> list[Instruction]:
        """A restarted reader hands everything out again that is not durable, perhaps cut differently."""
        self._told_watched = None
        if self.link.is_other(note_of(Session, message).base):
            floor = self.epochs.floor
            self.epochs.reset(floor)
            # Recorded events have the same numbers as before and were shown; live ones are new under numbers not durable before.
            start = floor if self.live else max(floor, self.order.next_seq)
            self.order = Order(start, self.order.patience, late=self.order.late)
        return []

    def _run(self, message: Message, now: float) -> list[Instruction]:
        note = note_of(Run, message)
        self.runs.begin(note)
        return self._state(note)

    def _step(self, message: Message, now: float) -> list[Instruction]:
        return self._state(note_of(Step, message))

    def _pipeline(self, message: Message, now: float) -> list[Instruction]:
        note = note_of(Pipeline, message)
        self.runs.configure(note)
        return self._state(note)

    def _epoch(self, message: Message, now: float) -> list[Instruction]:
        note = note_of(Epoch, message)
        if note.stop <= self.commits.committed:
            return [ToReader(to_message(Committed(epoch=note.epoch, stop=self.commits.committed)))]
        return self._refusals(self.epochs.close(note))

    def _lost(self, message: Message, now: float) -> list[Instruction]:
        note = note_of(Lost, message)
        new = self.epochs.lose(note.first, note.stop, note.why)
        self._show(self.order.give_up(new), now)
        return self._flushed()

    def _end_run(self, message: Message, now: float) -> list[Instruction]:
        self.runs.end(note_of(EndRun, message))
        return []

    def _end_all(self, message: Message, now: float) -> list[Instruction]:
        note = note_of(End, message)
        # Said before the reader knew this process, it stands alone; after its session it comes again, behind the end of the run.
        if self.link.session is not None:
            self._end = note.stop
        return []

    def _reader_status(self, message: Message, now: float) -> list[Instruction]:
        note = note_of(ReaderStatus, message)
        self.live = note.mode == "live"
        self.order.patience = LIVE_PATIENCE_S if self.live else float("inf")
        self.view.reader_status(message)
        return []

    def _asked(self, message: Message, now: float) -> list[Instruction]:
        self.link.asked()
        return []

    def _state(self, note: Note) -> list[Instruction]:
        return [Publish(message) for message in self.view.state(to_message(note))]

    # -- workers and clients -------------------------------------------------------------------------------------------

    def _worker_hello(self, peer: bytes, message: Message, now: float) -> list[Instruction]:
        note_of(Hello, message)
        self._peers.add(peer)
        return []

    def _rows(self, peer: bytes, message: Message, now: float) -> list[Instruction]:
        reduced = rows_of(message)
        asked = self._ask(peer)
        if reduced.config and reduced.rows.count:
            version = int(reduced.rows.columns["pipeline_version"].values[0])
            self.runs.made_with(reduced.run, version, reduced.config)
        if self.link.is_void(reduced.lease):
            return asked
        new = self.epochs.add_rows(reduced)
        self.view.received(reduced, self.processed)
        if new:
            self.trouble.add_all(reduced.trouble)
        for part in new:
            self._show(self.order.add(part, now), now)
        return asked + self._flushed()

    def _group(self, peer: bytes, message: Message, now: float) -> list[Instruction]:
        group = group_of(message)
        if any(self.link.is_void(cover.lease) for cover in group.covers):
            return self._ask(peer)
        return self._ask(peer) + self._refusals(self.epochs.add_group(group))

    def _bridge_status(self, peer: bytes, message: Message, now: float) -> list[Instruction]:
        note = note_of(BridgeStatus, message)
        self.view.bridges = {"bridges": note.bridges, "missed": note.missed}
        return []

    def _alarm_status(self, peer: bytes, message: Message, now: float) -> list[Instruction]:
        self.view.alarms = note_of(AlarmStatus, message).alarms[:MOST_ALARMS]
        return []

    def _log_line(self, peer: bytes, message: Message, now: float) -> list[Instruction]:
        line = self._log_lines.take(note_of(LogLine, message), now)
        return self._state(line) if line is not None else []

    def _ask(self, peer: bytes) -> list[Instruction]:
        """Ask a peer that never said hello who it is: it sends again what only a new aggregator needs."""
        if peer in self._peers:
            return []
        self._peers.add(peer)
        return [ToPeer(peer, to_message(WhoAreYou()))]

    def _show(self, shown: list[Reduced], now: float) -> None:
        for reduced in shown:
            self.view.show(reduced, now)

    def _flushed(self) -> list[Instruction]:
        return [Publish(message) for message in self.view.flushed()]

    @staticmethod
    def _refusals(refused: list[Refused]) -> list[Instruction]:
        return [ToReader(to_message(note)) for note in refused]

    def _advance(self, now: float) -> list[Instruction]:
        """Settle what is complete, give the store its next order, and leave when all is done."""
        if not self.link.silent:
            for complete in self.epochs.completed():
                self.runs.add(replace(complete, rows=self.joiner.joined(complete.rows)))
                self.view.means.add(
                    complete.epoch.run, complete.step, complete.sums, self.view.stream.wanted, first=complete.epoch.first
                )
            self.runs.settle(self.epochs.floor)
            if self._end is not None and self.epochs.floor >= self._end and not self.runs.pending:
                self.runs.close(self._end)
        order = self.commits.next_order()
        if order is not None:
            return [order]
        return self._leave(now)

    def _leave(self, now: float) -> list[Instruction]:
        """Say farewell once, when the source is at its end and everything is durable and closed."""
        done = self._end is not None and self.epochs.floor >= self._end and self.runs.open is None and self.commits.idle
        if not done or self._left or self.link.silent:
            return []
        self._left = True
        last = [Publish(message) for message in self.view.last(to_message(End(stop=self._end or 0)), now, self._figures())]
        return [*last, ToReader(to_message(Bye())), Leave()]

    @property
    def processed(self) -> int:
        """Events of which a row is known."""
        return self.ledger.total.written + self.epochs.held_events

    def _figures(self) -> dict[str, Any]:
        """Numbers for the status."""
        return {
            "held_up": self.held_up,
            "user": self.joiner.counts,
            **figures(self.ledger, self.epochs, self.commits, self.order, self.trouble),
        }
