"""Memory twins of the sockets: same faces, no threads, no sockets; messages really pass through their encoding."""

from collections import deque
from dataclasses import dataclass, field

from monitor.errors import ProtocolError
from monitor.wire.message import Message, Part, decode, encode

Parts = list[Part]


@dataclass(slots=True)
class MemoryRouter:
    """Twin of ``ZmqRouter``; ``dealer(name)`` makes what is connected to it.

    Attributes
    ----------
    hwm
        Messages queued per peer and direction.
    """

    address: str = "memory"
    hwm: int = 1000
    bad: int = 0
    inbox: deque[tuple[bytes, Parts]] = field(default_factory=deque)
    outboxes: dict[bytes, deque[Parts]] = field(default_factory=dict)

    def dealer(self, name: str) -> "MemoryDealer":
        """A dealer connected to this router; one of the same name loses its connection."""
        self.outboxes[name.encode()] = deque()
        return MemoryDealer(self, name.encode(), self.outboxes[name.encode()])

    def receive(self, timeout_s: float = 0.0) -> tuple[bytes, Message] | None:
        """Next message and its sender; the twin never waits."""
        while self.inbox:
            peer, parts = self.inbox.popleft()
            try:
                return peer, decode(parts)
            except ProtocolError:
                self.bad += 1
        return None

    def send(self, peer: bytes, message: Message) -> bool:
        """Send; False if the peer is gone or its queue is full."""
        outbox = self.outboxes.get(peer)
        if outbox is None or len(outbox) >= self.hwm:
            return False
        outbox.append(_copied(encode(message)))
        return True

    def close(self, linger_s: float = 0.0) -> None:
        """Drop everything that is queued."""
        self.inbox.clear()
        self.outboxes.clear()


@dataclass(slots=True)
class MemoryDealer:
    """Twin of ``ZmqDealer``."""

    router: MemoryRouter
    name: bytes
    inbox: deque[Parts]
    bad: int = 0

    def receive(self, timeout_s: float = 0.0) -> Message | None:
        """Next message; the twin never waits."""
        while self.inbox:
            try:
                return decode(self.inbox.popleft())
            except ProtocolError:
                self.bad += 1
        return None

    def send(self, message: Message, timeout_s: float = 0.0) -> bool:
        """Send; False if the router's queue is full."""
        if sum(peer == self.name for peer, _ in self.router.inbox) >= self.router.hwm:
            return False
        self.router.inbox.append((self.name, _copied(encode(message))))
        return True

    def close(self, linger_s: float = 0.0) -> None:
        """End the connection."""
        if self.router.outboxes.get(self.name) is self.inbox:
            del self.router.outboxes[self.name]


def _copied(parts: Parts) -> Parts:
    """Parts that no longer share memory with the sender, as behind a real socket."""
    return [bytes(part) for part in parts]
