"""The publishing side of the reduced stream, and the subscribing side: XPUB and SUB, lossy by design."""

import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Protocol

import zmq

from monitor.errors import ProtocolError
from monitor.net.address import check_address
from monitor.net.socket import _receive, _reconnect_fast, _socket, bind, connect, end, send_parts
from monitor.wire.message import Message, decode, encode


class Publisher(Protocol):
    """Sends each message to whoever subscribed to its topic; a slow subscriber loses messages and slows nobody."""

    address: str

    def publish(self, message: Message) -> None:
        """Send to all subscribers of ``message.topic``."""

    def subscriptions(self) -> list[str]:
        """Topic prefixes that new subscribers asked for since the last call."""

    def departures(self) -> list[str]:
        """Topic prefixes that nobody asks for any more, of those seen by ``subscriptions`` since the last call."""

    def close(self) -> None:
        """Give the address free."""


class ZmqPublisher:
    """A bound XPUB.

    Raises
    ------
    Unusable, ConfigError
        If the address is taken, cannot be bound, or is not an address.
    """

    def __init__(self, address: str, *, hwm: int = 1000, insecure: bool = False) -> None:
        check_address(address, bind=True, insecure=insecure)
        self.zmq = _socket(zmq.XPUB, hwm)
        self.zmq.setsockopt(zmq.XPUB_VERBOSE, 1)
        self._gone: list[str] = []
        self.address = bind(self.zmq, address)

    def publish(self, message: Message) -> None:
        """Send to all subscribers of ``message.topic``."""
        send_parts(self.zmq, encode(message))

    def subscriptions(self) -> list[str]:
        """Topic prefixes that new subscribers asked for since the last call."""
        topics: list[str] = []
        while (parts := _receive(self.zmq, 0.0)) is not None:
            word = bytes(parts[0])
            topic = word[1:].decode(errors="replace")
            if word[:1] == b"\x01":
                topics.append(topic)
            elif word[:1] == b"\x00":
                self._gone.append(topic)
        return topics

    def departures(self) -> list[str]:
        """Topic prefixes that nobody asks for any more, of those seen by ``subscriptions`` since the last call."""
        gone, self._gone = self._gone, []
        return gone

    def close(self) -> None:
        """Give the address free; what is queued is dropped."""
        end(self.zmq)


class ZmqSubscriber:
    """A SUB connected to a publisher.

    Raises
    ------
    Unusable, ConfigError
        If the address cannot be used.
    """

    def __init__(self, address: str, topics: Iterable[str] = ("",), *, hwm: int = 1000) -> None:
        check_address(address)
        self.bad = 0
        self.zmq = _socket(zmq.SUB, hwm)
        _reconnect_fast(self.zmq)
        for topic in topics:
            self.zmq.setsockopt(zmq.SUBSCRIBE, topic.encode())
        connect(self.zmq, address)

    def receive(self, timeout_s: float = 0.0) -> Message | None:
        """Next message, or None after the timeout."""
        end = time.monotonic() + timeout_s
        while (parts := _receive(self.zmq, end)) is not None:
            try:
                return decode(parts)
            except ProtocolError:
                self.bad += 1
        return None

    def close(self) -> None:
        """End the connection."""
        end(self.zmq)


@dataclass(slots=True)
class MemoryPublisher:
    """Memory twin: keeps what was published, and hands out the subscriptions a test puts in."""

    address: str = "memory"
    published: list[Message] = field(default_factory=list)
    new_topics: list[str] = field(default_factory=list)
    gone_topics: list[str] = field(default_factory=list)

    def publish(self, message: Message) -> None:
        """Keep the message, passed through its encoding."""
        self.published.append(decode([bytes(part) for part in encode(message)]))

    def subscriptions(self) -> list[str]:
        """Topics put into ``new_topics`` since the last call."""
        topics, self.new_topics = self.new_topics, []
        return topics

    def departures(self) -> list[str]:
        """Topics put into ``gone_topics`` since the last call."""
        topics, self.gone_topics = self.gone_topics, []
        return topics

    def close(self) -> None:
        """Nothing to give free."""
