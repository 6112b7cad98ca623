"""The publishing side of the reduced stream, and the subscribing side: XPUB and SUB, lossy by design."""

import logging
import time
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import zmq

from monitor.errors import ConfigError, ProtocolError
from monitor.net.address import check_address
from monitor.net.keys import guard_connected
from monitor.net.parts import LARGE, bind, connect, end, guarded, made_socket, received, reconnect_fast
from monitor.net.socket import BAD_AT_ONCE
from monitor.wire.message import Message, Part, decode, encode

log = logging.getLogger(__name__)

SUBSCRIPTION_LIMIT = 16 << 10
SUBSCRIPTIONS_AT_ONCE = 256
"""Subscriptions looked at in one call, so that a flood of them does not hold up the stream."""

MOST_BYTES = 512 << 20
"""Large parts that may wait for slow subscribers, all together."""


class Publisher(Protocol):
    """Sends each message to whoever subscribed to its topic; a slow subscriber loses messages and slows nobody."""

    address: str
    bad: int

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

    Queues are limited by the number of messages in them, which says nothing about pictures of many megabytes. So the bytes of
    large parts that wait are counted; beyond a limit the socket is opened anew: who does not read loses his queue, the others are
    back within a quarter of a second, see by the counters what they missed, and get the states again.

    Parameters
    ----------
    address
        Where to bind.
    hwm
        Messages queued per subscriber.
    insecure
        Allow an address that other machines can reach, without keys.
    most_bytes
        Bytes of large parts that may wait.

    Attributes
    ----------
    address
        Where it is bound.
    prefixes
        Beginnings of topics that somebody asks for, as far as ``subscriptions`` has seen.

    Raises
    ------
    Unusable, ConfigError
        If the address is taken, cannot be bound, or is not an address.
    """

    def __init__(self, address: str, *, hwm: int = 1000, insecure: bool = False, most_bytes: int = MOST_BYTES) -> None:
        check_address(address)
        self._insecure = insecure
        self._hwm, self._most_bytes = hwm, most_bytes
        self._waiting: deque[tuple[zmq.MessageTracker, int]] = deque()
        self.prefixes: set[str] = set()
        self._gone: list[str] = []
        self.bad = 0
        self.reopened = 0
        """How often the socket was opened anew because somebody did not read."""
        self._open(address)

    def publish(self, message: Message) -> None:
        """Send to all subscribers of ``message.topic``."""
        self.send(encode(message))

    def send(self, parts: Sequence[Part]) -> None:
        """Send an encoded message to all subscribers of its topic."""
        last = len(parts) - 1
        for i, part in enumerate(parts):
            large = len(part) >= LARGE
            flags = zmq.NOBLOCK | (zmq.SNDMORE if i < last else 0)
            tracker = self.zmq.send(part, flags, copy=not large, track=large)
            if large and tracker is not None:
                self._waiting.append((tracker, len(part)))
        if self.waiting_bytes > self._most_bytes:
            self._open_anew()

    def serves(self, topic: str) -> bool:
        """Whether somebody asks for this topic, as far as ``subscriptions`` has seen."""
        return any(topic.startswith(prefix) for prefix in self.prefixes)

    @property
    def waiting_bytes(self) -> int:
        """Bytes of large parts that some subscriber has not taken yet."""
        self._waiting = deque(entry for entry in self._waiting if not entry[0].done)
        return sum(size for _, size in self._waiting)

    def subscriptions(self) -> list[str]:
        """Topic prefixes that new subscribers asked for since the last call."""
        topics: list[str] = []
        for _ in range(SUBSCRIPTIONS_AT_ONCE):
            parts = received(self.zmq, 0.0)
            if parts is None:
                break
            if len(parts) > 1:
                self.bad += 1
                continue
            word = bytes(parts[0])
            topic = word[1:].decode(errors="replace")
            if word[:1] == b"\x01":
                topics.append(topic)
                self.prefixes.add(topic)
            elif word[:1] == b"\x00":
                self._gone.append(topic)
                self.prefixes.discard(topic)
            else:
                self.bad += 1
        return topics

    def departures(self) -> list[str]:
        """Topic prefixes that nobody asks for any more, of those seen by ``subscriptions`` since the last call."""
        # Who came back before anybody looked has not left.
        gone, self._gone = [topic for topic in self._gone if topic not in self.prefixes], []
        return gone

    def close(self) -> None:
        """Give the address free; what is queued is dropped."""
        end(self.zmq)

    def _open(self, address: str) -> None:
        self.zmq = made_socket(zmq.XPUB, self._hwm)
        self.zmq.setsockopt(zmq.XPUB_VERBOSE, 1)
        # A subscription is a topic; nobody needs a megabyte for that.
        self.zmq.setsockopt(zmq.MAXMSGSIZE, SUBSCRIPTION_LIMIT)
        self.gate = guarded(self.zmq, address, "read", insecure=self._insecure)
        self.address = bind(self.zmq, address)

    def _open_anew(self) -> None:
        """Drop all queues. Nobody is subscribed then, until he is connected again."""
        log.warning("stream_opened_anew", extra={"waiting": self.waiting_bytes, "why": "a subscriber does not read"})
        end(self.zmq)
        self._waiting.clear()
        self._gone += self.prefixes
        self.prefixes.clear()
        self.reopened += 1
        self._open(self.address)


class ZmqSubscriber:
    """A SUB connected to a publisher.

    Parameters
    ----------
    address
        Where the publisher is; it need not be there yet.
    topics
        Beginnings of the topics wanted.
    hwm
        Messages queued.
    server_key
        Public key of the publisher, where it is not the one of the keys here.

    Raises
    ------
    Unusable, ConfigError
        If the address cannot be used.
    """

    def __init__(self, address: str, topics: Iterable[str] = ("",), *, hwm: int = 1000, server_key: str = "") -> None:
        check_address(address)
        self.bad = 0
        self.zmq = made_socket(zmq.SUB, hwm)
        try:
            guard_connected(self.zmq, address, server_key)
        except ConfigError:
            end(self.zmq)
            raise
        reconnect_fast(self.zmq)
        for topic in topics:
            self.zmq.setsockopt(zmq.SUBSCRIBE, topic.encode())
        connect(self.zmq, address)

    def subscribe(self, topic: str) -> None:
        """Ask for all topics that begin like this."""
        self.zmq.setsockopt(zmq.SUBSCRIBE, topic.encode())

    def unsubscribe(self, topic: str) -> None:
        """Take back one ``subscribe``."""
        self.zmq.setsockopt(zmq.UNSUBSCRIBE, topic.encode())

    def receive(self, timeout_s: float = 0.0) -> Message | None:
        """Next message, or None after the timeout."""
        end = time.monotonic() + timeout_s
        for _ in range(BAD_AT_ONCE):
            parts = received(self.zmq, end)
            if parts is None:
                return None
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
    bad: int = 0
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
