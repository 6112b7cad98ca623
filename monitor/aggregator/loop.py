"""One turn: take what came, let time pass, carry out what the machine wants. Reading it is enough to trust it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

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
    left
        Everything is done.
    """

    machine: Aggregator
    peers: Router
    reader: Dealer
    stream: Publisher
    keeper: Keeper
    clock: Callable[[], float]
    left: bool = False
    _waited: bool = False

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
        if bool(self.keeper.waiting) != self._waited:
            self._waited = not self._waited
            if self._waited:
                self.machine.trouble.add(self.keeper.waiting)
        self._carry_out(self.machine.tick(self.clock()))
        self._count_bad()
        return busy

    def _carry_out(self, instructions: Sequence[Instruction]) -> None:
        for instruction in instructions:
            if isinstance(instruction, Publish):
                self.stream.publish(instruction.message)
            elif isinstance(instruction, ToReader):
                self.reader.send(instruction.message)
            elif isinstance(instruction, ToPeer):
                self.peers.send(instruction.peer, instruction.message)
            elif isinstance(instruction, Leave):
                self.left = True
            else:
                self.keeper.start(instruction)

    def _count_bad(self) -> None:
        """Messages that the sockets could not decode are trouble too."""
        for name, socket in (("the reader", self.reader), ("a peer", self.peers)):
            if socket.bad:
                self.machine.trouble.add(f"undecodable message from {name}", socket.bad)
                socket.bad = 0
