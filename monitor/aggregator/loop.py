"""One turn: take what came, let time pass, carry out what the machine wants. Reading it is enough to trust it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from monitor.aggregator.bridge import Bridge
from monitor.aggregator.instruction import Instruction, Leave, Publish, ToPeer, ToReader
from monitor.aggregator.keeper import Keeper
from monitor.aggregator.machine import Aggregator
from monitor.net.publish import Publisher
from monitor.net.socket import Dealer, Router

BATCH = 64
"""Most messages taken per socket and turn, so that no peer holds up the others."""


@dataclass
class Loop:
    """The machine with its sockets and its store.

    Attributes
    ----------
    clock
        Unix time in seconds.
    bridges
        They hear what is published.
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
    left: bool = False

    def step(self) -> bool:
        """Do one turn without waiting; return whether anything came."""
        now = self.clock()
        busy = False
        for prefix in self.stream.subscriptions():
            self._carry_out(self.machine.subscribed(prefix))
        for prefix in self.stream.departures():
            self.machine.view.stream.unsubscribed(prefix)
        for _ in range(BATCH):
            message = self.reader.receive()
            if message is None:
                break
            busy = True
            self._carry_out(self.machine.from_reader(message, now))
        for _ in range(BATCH):
            received = self.peers.receive()
            if received is None:
                break
            busy = True
            self._carry_out(self.machine.from_peer(*received, self.clock()))
        if self.keeper.finished():
            busy = True
            self._carry_out(self.machine.stored(self.clock()))
        self._see_store()
        self._carry_out(self.machine.tick(self.clock()))
        self._count_bad()
        return busy

    def _carry_out(self, instructions: Sequence[Instruction]) -> None:
        for instruction in instructions:
            if isinstance(instruction, Publish):
                self.stream.publish(instruction.message)
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
        for name, socket in (("the reader", self.reader), ("a peer", self.peers)):
            if socket.bad:
                self.machine.trouble.add(f"undecodable message from {name}", socket.bad)
                socket.bad = 0
