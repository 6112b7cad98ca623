"""The reader's loop: source, dispatch and socket joined; so thin that everything worth testing is in the three."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from monitor.errors import DamagedData, ProtocolError
from monitor.net.socket import Router, wait
from monitor.reader.dispatch.instruction import HandOut, Instruction, Quarantine, Release, Send
from monitor.reader.dispatch.machine import Dispatch
from monitor.reader.feed import Clock, Feed
from monitor.reader.hold import Hold
from monitor.reader.quarantine import write_quarantine
from monitor.reader.report import flaws
from monitor.reader.status import Rate, reader_status
from monitor.wire.aggregator_note import Bye, Committed, ReaderStatus, Refused, Watched
from monitor.wire.client_note import Accepted, Command, Control, RequestRefused, StatusRequest, Undo
from monitor.wire.message import Message
from monitor.wire.note import note_of, to_message
from monitor.wire.worker_note import Done, Halt, Heartbeat, Hello, Pipeline, WhoAreYou

log = logging.getLogger(__name__)

UNUSABLE = 2
"""Exit code of a reader that stopped because the settings require something that is not there."""

FLAWED = 3
"""Exit code of a reader that brought to its end what could be used of its input; the rest is named."""

MESSAGES_PER_TURN = 256
STATUS_INTERVAL_S = 0.5
TICK_INTERVAL_S = 0.005
SHORTEST_WAIT_S, LONGEST_WAIT_S = 0.001, 0.01
AGGREGATOR = b"aggregator"
"""The name under which the aggregator connects; it is asked for by name after a restart of the reader."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How the reader left.

    Attributes
    ----------
    code
        0 if the aggregator has everything, 1 if not, ``FLAWED`` if it has everything that could be used, ``UNUSABLE`` if a
        worker said that the run must not go on.
    why
        The reason, in words, where the code is not 0.
    """

    code: int
    why: str = ""


class Reader:
    """One reader.

    Parameters
    ----------
    feed, dispatch, router, hold, clock
        What is joined.
    folder
        Where results go: quarantined batches are kept in ``quarantine`` in it.
    wake
        Further sockets whose messages end the wait between two turns.
    drain_timeout_s
        Without any progress for so long after the end of the source, the reader leaves and says so.
    on_pipeline
        Told of each new pipeline version.
    """

    def __init__(
        self,
        feed: Feed,
        dispatch: Dispatch,
        router: Router,
        hold: Hold,
        clock: Clock,
        *,
        folder: Path,
        author: str = "",
        wake: Sequence[Any] = (),
        drain_timeout_s: float = 300.0,
        on_pipeline: Callable[[Pipeline], None] = lambda note: None,
    ) -> None:
        self.dispatch = dispatch
        self._feed, self._router, self._hold, self._clock = feed, router, hold, clock
        self._quarantine = folder / "quarantine"
        self._wake = wake
        self._drain_timeout_s = drain_timeout_s
        self._on_pipeline = on_pipeline
        self._rate = Rate()
        self._next_status = self._next_tick = 0.0
        self._stopping = False
        self._halted = ""
        self._bad = 0
        self._handlers: dict[str, Callable[[bytes, Message, float], list[Instruction]]] = {
            Done.KIND: lambda peer, m, now: dispatch.done(peer, note_of(Done, m), now),
            Heartbeat.KIND: lambda peer, m, now: dispatch.heartbeat(peer, note_of(Heartbeat, m), now),
            Hello.KIND: lambda peer, m, now: dispatch.hello(peer, note_of(Hello, m), now),
            Halt.KIND: self._halt,
            Committed.KIND: lambda peer, m, now: dispatch.commit(note_of(Committed, m), now),
            Refused.KIND: lambda peer, m, now: dispatch.refused(note_of(Refused, m), now),
            Watched.KIND: lambda peer, m, now: dispatch.watched(note_of(Watched, m)),
            Bye.KIND: self._bye,
            Control.KIND: self._control,
            Undo.KIND: self._undo,
            Command.KIND: self._command,
            StatusRequest.KIND: lambda peer, m, now: [Send(peer, to_message(self._status(now)))],
        }
        self._carry_out(dispatch.begin(clock.now(), clock.unix(), author))
        self._pipeline = dispatch.pipeline

    def run(self) -> Outcome:
        """Work until everything is durable, or nothing moves any more."""
        while (outcome := self.outcome) is None:
            if not self.step():
                self._rest()
        return outcome

    def stop(self) -> None:
        """Read no further; what was read is still brought to its end."""
        self._stopping = True

    @property
    def outcome(self) -> Outcome | None:
        """How it ended, if it did."""
        if self.dispatch.finished and self._halted:
            return Outcome(UNUSABLE, self._halted)
        if self.dispatch.finished:
            found = flaws(self._feed.source.counts)
            if aside := self.dispatch.intake.quarantined:
                found[f"events set aside in {self._quarantine}, for they killed worker after worker"] = aside
            words = ", ".join(text if n == 1 else f"{n} x {text}" for text, n in found.items())
            return Outcome(FLAWED, f"some of the input could not be used: {words}") if found else Outcome(0)
        if self.dispatch.ended and self._clock.now() - self.dispatch.lending.progress > self._drain_timeout_s:
            return Outcome(1, "the aggregator did not finish; what it committed is in the file, start again to continue")
        return None

    def step(self) -> bool:
        """One turn, without waiting: hear, read, let time pass, say how things are; whether there was anything to do."""
        now = self._clock.now()
        heard = self._hear(now)
        took = self._feed.turn(now, self._carry_out, stopping=self._stopping)
        if self.dispatch.pipeline is not self._pipeline:
            self._pipeline = self.dispatch.pipeline
            self._on_pipeline(self._pipeline)
        if now >= self._next_tick:
            self._next_tick = now + TICK_INTERVAL_S
            self._carry_out(self.dispatch.tick(now, idle=not took))
            if self._hold.half_full:
                self._carry_out(self.dispatch.relieve(now))
        if now >= self._next_status:
            self._next_status = now + STATUS_INTERVAL_S
            self._tell_status(now)
        return heard or took

    def _hear(self, now: float) -> bool:
        """Take what peers say."""
        for count in range(MESSAGES_PER_TURN):
            received = self._router.receive()
            if received is None:
                return count > 0
            peer, message = received
            handle = self._handlers.get(message.kind)
            try:
                if handle is None:
                    raise ProtocolError(f"nobody here handles {message.kind!r}")
                self._carry_out(handle(peer, message, now))
            except ProtocolError:
                self._bad += 1
        return True

    def _carry_out(self, instructions: list[Instruction]) -> None:
        """Do what the dispatch wants; what that leads to as well."""
        at = 0
        while at < len(instructions):
            instruction = instructions[at]
            at += 1
            if isinstance(instruction, HandOut):
                instructions += self._hand_out(instruction)
            elif isinstance(instruction, Send):
                if not self._router.send(instruction.peer, instruction.message):
                    instructions += self.dispatch.unreachable(instruction.peer, self._clock.now())
            elif isinstance(instruction, Release):
                self._hold.release(instruction.token)
            else:
                self._set_aside(instruction)

    def _hand_out(self, order: HandOut) -> list[Instruction]:
        """Send a batch, if it is still meant for this worker."""
        if order.draft.lease != order.lease or order.draft.worker != order.peer:
            return []
        try:
            message = self._hold.message(order.draft, order.lease, show=order.show, local=order.local)
        except DamagedData as error:
            log.error("bytes_unreadable", extra={"why": str(error)})
            return self.dispatch.unreadable(order.draft, self._clock.now())
        if self._router.send(order.peer, message):
            return []
        return self.dispatch.unreachable(order.peer, self._clock.now())

    def _set_aside(self, order: Quarantine) -> None:
        """Write the bytes of a batch that kills workers to a file of its own."""
        draft, state, seconds = order.draft, order.draft.cut.state, order.draft.cut.events["seconds"]
        folder = self._quarantine / f"{state.experiment}-r{state.run:04d}-{draft.first}-{draft.stop}"
        try:
            streams = self._hold.datagrams(draft)
            write_quarantine(folder, state, draft.cut.epics_start, (int(seconds[0]), int(seconds[-1])), streams)
        except (DamagedData, OSError) as error:
            log.error("quarantine_not_written", extra={"why": str(error), "first": draft.first, "stop": draft.stop})
        log.error("batch_quarantined", extra={"first": draft.first, "stop": draft.stop, "folder": str(folder)})

    def _bye(self, peer: bytes, message: Message, now: float) -> list[Instruction]:
        """The aggregator has closed its files."""
        note_of(Bye, message)
        self.dispatch.bye()
        return []

    def _control(self, peer: bytes, message: Message, now: float) -> list[Instruction]:
        """Change the settings."""
        return self.dispatch.control(peer, note_of(Control, message), now, self._clock.unix())

    def _undo(self, peer: bytes, message: Message, now: float) -> list[Instruction]:
        """Take the last change of settings back."""
        return self.dispatch.undo(peer, note_of(Undo, message), now, self._clock.unix())

    def _halt(self, peer: bytes, message: Message, now: float) -> list[Instruction]:
        """A worker cannot do what the settings require."""
        note = note_of(Halt, message)
        if not self._halted:
            log.error("run_halted", extra={"why": note.why})
        self._halted = self._halted or note.why
        self.stop()
        return []

    def _command(self, peer: bytes, message: Message, now: float) -> list[Instruction]:
        """Do what a client asks."""
        command = note_of(Command, message)
        if command.command != "stop":
            return [Send(peer, to_message(RequestRefused(request=command.request, why=f"unknown command {command.command!r}")))]
        self.stop()
        return [Send(peer, to_message(Accepted(request=command.request, version=self.dispatch.intake.version)))]

    def _status(self, now: float) -> ReaderStatus:
        """How things stand."""
        rate = self._rate.of(now, self.dispatch.intake.seq)
        bad = self._bad + self._router.bad
        return reader_status(self.dispatch, self._feed.source, now=now, unix=self._clock.unix(), rate=rate, bad=bad)

    def _tell_status(self, now: float) -> None:
        """Say how things stand; without an aggregator ask for it, it may think that we know it."""
        aggregator = self.dispatch.link.peer
        if aggregator:
            self._carry_out([Send(aggregator, to_message(self._status(now)))])
        else:
            self._router.send(AGGREGATOR, to_message(WhoAreYou()))

    def _rest(self) -> None:
        """Wait until somebody speaks, an event is due, or a little time is over."""
        until = LONGEST_WAIT_S
        if self.dispatch.wants:
            # An event that is due and was not read is not there yet: asking for it without a pause would take a whole core.
            until = min(until, max(SHORTEST_WAIT_S, self._feed.pace.wait_s(self._clock.now())))
        if self.dispatch.live:
            until = min(until, max(TICK_INTERVAL_S, self.dispatch.intake.settings.source.max_wait / 4))
        wait([self._router, *self._wake], until)
