"""The reduced stream as a service offers it: at its address for everybody, and at a socket file for its own machine."""

import zmq

from monitor.errors import ConfigError, Unusable
from monitor.net.frame_memory import FrameMemory
from monitor.net.publish import MOST_BYTES, ZmqPublisher
from monitor.wire.message import Message, encode


class ServicePublisher:
    """Publishes everything at both addresses; to the near one frames go by place (``docs/messages.md``).

    Parameters
    ----------
    address, hwm, insecure, most_bytes
        As of ``ZmqPublisher``.
    near
        An ``ipc://`` address, used if the other one needs no keys; empty = none.

    Attributes
    ----------
    address, near
        Where it is bound; ``near`` is empty if only at ``address``.

    Raises
    ------
    Unusable, ConfigError
        If an address is taken, cannot be bound, or is not an address.
    """

    def __init__(
        self, address: str, *, hwm: int = 1000, insecure: bool = False, most_bytes: int = MOST_BYTES, near: str = ""
    ) -> None:
        self.bad = 0
        self._memory = FrameMemory()
        self._far = ZmqPublisher(address, hwm=hwm, insecure=insecure, most_bytes=most_bytes)
        self._near: ZmqPublisher | None = None
        # Who connects to a socket file shows no key.
        if near and self._far.gate is None:
            try:
                self._near = ZmqPublisher(near, hwm=hwm, most_bytes=most_bytes)
            except (Unusable, ConfigError):
                self._far.close()
                raise
        self._all = [self._far] if self._near is None else [self._far, self._near]
        self.address, self.near = self._far.address, self._near.address if self._near is not None else ""

    @property
    def zmq(self) -> "zmq.Socket[bytes]":
        """Becomes readable when somebody from afar subscribes."""
        return self._far.zmq

    def publish(self, message: Message) -> None:
        """Send to all subscribers of ``message.topic``."""
        parts = encode(message)
        self._far.send(parts)
        if self._near is not None:
            placed = self._memory.placed(message) if self._near.serves(message.topic) else None
            self._near.send(parts if placed is None else encode(placed))

    def subscriptions(self) -> list[str]:
        """Topic prefixes that new subscribers asked for since the last call."""
        topics = [topic for publisher in self._all for topic in publisher.subscriptions()]
        for publisher in self._all:
            self.bad, publisher.bad = self.bad + publisher.bad, 0
        return topics

    def departures(self) -> list[str]:
        """Topic prefixes that nobody asks for any more, of those seen by ``subscriptions`` since the last call."""
        gone = {topic for publisher in self._all for topic in publisher.departures()}
        if gone and self._near is not None:
            self._memory.keep(self._near.serves)
        return sorted(topic for topic in gone if not any(topic in publisher.prefixes for publisher in self._all))

    def close(self) -> None:
        """Give the addresses free; what is queued is dropped."""
        for publisher in self._all:
            publisher.close()
        self._memory.keep(lambda topic: False)
