"""One turn: take what came, let time pass, carry out what the machine wants. Reading it is enough to trust it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Protocol

from monitor.aggregator.bridge import Bridge
from monitor.aggregator.desk.face import Desk, NoDesk
from monitor.aggregator.instruction import Instruction, Leave, Publish, ToPeer, ToReader
from monitor.aggregator.keeper import Keeper
from monitor.aggregator.machine import Aggregator
from monitor.net.publish import Publisher
from monitor.net.socket import Dealer, Router

BATCH = 64
"""Most messages taken per socket and turn, so that no peer holds up the others."""

WELCOMED, MOST_NEW = 16, 4096
"""Subscriptions answered with states in one turn, and most that wait for that."""


class Counting(Protocol):
    """Anything that counts what it could not decode."""

    bad: int


@dataclass
class Loop:
    """The machine with its sockets and its store.

    Attributes
    ----------
    clock
        Unix time in seconds.
    bridges
        They hear what is published.
    desk
        Answers the requests of clients, beside the loop.
    left
        Everything is done.
    """

    machine: Aggregator
    peers: Router
    reader: Dealer
    stream: Publisher
    keeper: Keeper
    clock: Callable[[], float]
    bridges: Sequence[Bridge] = ()
    desk: Desk = field(default_factory=NoDesk)
    left: bool = False
    _new: dict[str, None] = field(default_factory=dict)

    def step(self) -> bool:
        """Do one turn without waiting; return whether anything came."""
        now = self.clock()
        busy = False
        self._welcome()
        for _ in range(BATCH):
            message = self.reader.receive()
            if message is None:
                break
            busy = True
            self.carry_out(self.machine.from_reader(message, now))
        for _ in range(BATCH):
            received = self.peers.receive()
            if received is None:
                break
            busy = True
            self.carry_out(self.machine.from_peer(*received, self.clock()))
        if self.keeper.finished():
            busy = True
            self.carry_out(self.machine.stored(self.clock()))
        self._see_store()
        self.carry_out(self.machine.tick(self.clock()))
        self._serve(now)
        self._count_bad()
        return busy

    def _welcome(self) -> None:
        """Note who subscribed to what; the states he needs go out a few subscriptions at a time, each once for all who wait."""
        view = self.machine.view
        for prefix in self.stream.subscriptions():
            view.stream.note(prefix)
            if len(self._new) < MOST_NEW:
                self._new[prefix] = None
        for prefix in self.stream.departures():
            self._new.pop(prefix, None)
            view.unsubscribed(prefix)
        for prefix in [*islice(self._new, WELCOMED)]:
            del self._new[prefix]
            self.carry_out(self.machine.subscribed(prefix))

    def _serve(self, now: float) -> None:
        """Hand the desk what its answers are made of, and take what clients gave it."""
        view, shown = self.machine.view, self.machine.view.shown
        while shown:
            self.desk.take(shown.popleft())
        self.desk.sums, self.desk.used = view.means.of_run, view.used
        view.stream.held = frozenset(("frame/",)) if self.desk.wants_frames(now) else frozenset()
        for _ in range(BATCH):
            if (gift := self.desk.given()) is None:
                return
            self.carry_out(self.machine.given(gift, now))

    def carry_out(self, instructions: Sequence[Instruction]) -> None:
        """Do what the machine wants."""
        for instruction in instructions:
            if isinstance(instruction, Publish):
                self.stream.publish(instruction.message)
                self.desk.take(instruction.message)
                for bridge in self.bridges:
                    bridge.take(instruction.message)
            elif isinstance(instruction, ToReader):
                self.reader.send(instruction.message)
            elif isinstance(instruction, ToPeer):
                self.peers.send(instruction.peer, instruction.message)
            elif isinstance(instruction, Leave):
                self.left = True
            else:
                self.keeper.start(instruction)

    def _see_store(self) -> None:
        """Tell everybody when the store has to wait; the trouble counts how often that happened."""
        waiting = self.keeper.waiting
        if waiting and not self.machine.held_up:
            self.machine.trouble.add("times that the disk had no room")
        self.machine.held_up = waiting

    def _count_bad(self) -> None:
        """Messages that the sockets could not decode are trouble too."""
        sockets: dict[str, Counting] = {
            "the reader": self.reader,
            "a peer": self.peers,
            "a client": self.desk,
            "a subscriber": self.stream,
        }
        for name, socket in sockets.items():
            if socket.bad:
                self.machine.trouble.add(f"undecodable message from {name}", socket.bad)
                socket.bad = 0
