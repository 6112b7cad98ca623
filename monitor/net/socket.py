"""ZeroMQ sockets that speak messages: thin, bounded, never blocking longer than asked.

What arrives broken is dropped and counted in ``bad``; whoever owns the socket reports the count. The memory twins with the same
faces are in ``monitor.net.memory``.
"""

import math
import time
from collections import deque
from collections.abc import Iterable, Sequence
from typing import Any, Generic, Protocol, TypeVar

import zmq

from monitor.errors import ProtocolError
from monitor.net.address import check_address
from monitor.net.key_folder import Right
from monitor.net.keys import guard_connected
from monitor.net.parts import (
    LARGE,
    bind,
    connect,
    end,
    frames_of,
    guarded,
    made_socket,
    part_of,
    received,
    reconnect_fast,
    send_parts,
    user_of,
)
from monitor.wire.message import Message, Part, decode, encode

S = TypeVar("S", bound=Any)

BAD_AT_ONCE = 64
"""Broken messages dropped in one call, so that whoever sends nothing else does not keep the owner of the socket from its work."""


class Router(Protocol):
    """The side that is bound and talks to many named peers."""

    address: str
    bad: int

    def receive(self, timeout_s: float = 0.0) -> tuple[bytes, Message] | None:
        """Next message and its sender, or None after the timeout."""

    def send(self, peer: bytes, message: Message) -> bool:
        """Send without waiting; False if the peer is gone or its queue is full."""

    def close(self, linger_s: float = 0.0) -> None:
        """Give the address free; queued messages may still leave for ``linger_s``."""


class Dealer(Protocol):
    """The side that connects to one router; messages keep their order."""

    bad: int

    def receive(self, timeout_s: float = 0.0) -> Message | None:
        """Next message, or None after the timeout."""

    def send(self, message: Message, timeout_s: float = 0.0) -> bool:
        """Send; False if the queue stays full for the timeout."""

    def close(self, linger_s: float = 0.0) -> None:
        """End the connection; queued messages may still leave for ``linger_s``."""


class ZmqRouter:
    """A bound ROUTER.

    Parameters
    ----------
    address
        ``ipc://…`` or ``tcp://host:port``; port 0 takes a free one, told by ``address``.
    hwm
        Messages queued per peer and direction.
    insecure
        Allow an address that other machines can reach, without keys.
    right
        What the key of a peer must be good for, where keys are in use.
    most_bytes
        Bytes of large parts that may wait for all peers together; what would be more is not sent. 0 = no limit.

    Attributes
    ----------
    gate
        Who is let in; ``None`` where no keys are in use.
    user
        Public key of the sender of the last message received; empty where no keys are in use.

    Raises
    ------
    Unusable, ConfigError
        If the address is taken, cannot be bound, needs keys that are not there, or is not an address.
    """

    def __init__(
        self, address: str, *, hwm: int = 1000, insecure: bool = False, right: Right = "work", most_bytes: int = 0
    ) -> None:
        check_address(address)
        self.bad = 0
        self._most_bytes = most_bytes
        self._waiting: deque[tuple[zmq.MessageTracker, int]] = deque()
        self.user = ""
        self.zmq = made_socket(zmq.ROUTER, hwm)
        self.gate = guarded(self.zmq, address, right, insecure=insecure)
        self.zmq.setsockopt(zmq.ROUTER_MANDATORY, 1)
        self.zmq.setsockopt(zmq.ROUTER_HANDOVER, 1)
        self.address = bind(self.zmq, address)

    def receive(self, timeout_s: float = 0.0) -> tuple[bytes, Message] | None:
        """Next message and its sender, or None after the timeout."""
        end = time.monotonic() + timeout_s
        for _ in range(BAD_AT_ONCE):
            frames = frames_of(self.zmq, end)
            if frames is None:
                return None
            try:
                message = decode([part_of(frame) for frame in frames[1:]])
            except ProtocolError:
                self.bad += 1
                continue
            self.user = user_of(frames[0]) if self.gate is not None else ""
            return bytes(frames[0].buffer), message
        return None

    def send(self, peer: bytes, message: Message) -> bool:
        """Send without waiting; False if the peer is gone or its queue is full."""
        try:
            self._send([peer, *encode(message)])
        except zmq.Again:
            return False
        except zmq.ZMQError as error:
            if error.errno != zmq.EHOSTUNREACH:
                raise
            return False
        return True

    def close(self, linger_s: float = 0.0) -> None:
        """Give the address free; queued messages may still leave for ``linger_s``."""
        end(self.zmq, linger_s)

    def _send(self, parts: Sequence[Part]) -> None:
        """Send all parts or none; with a limit of bytes, large parts are followed until nobody needs them any more."""
        if not self._most_bytes:
            send_parts(self.zmq, parts)
            return
        self._waiting = deque(entry for entry in self._waiting if not entry[0].done)
        large = sum(len(part) for part in parts if len(part) >= LARGE)
        if large and sum(size for _, size in self._waiting) + large > self._most_bytes:
            raise zmq.Again
        last = len(parts) - 1
        for i, part in enumerate(parts):
            big = len(part) >= LARGE
            tracker = self.zmq.send(part, zmq.NOBLOCK | (zmq.SNDMORE if i < last else 0), copy=not big, track=big)
            if big and tracker is not None:
                self._waiting.append((tracker, len(part)))


class ZmqDealer:
    """A DEALER connected to one router.

    Parameters
    ----------
    address
        Where the router is bound; it need not be there yet.
    name
        The identity the router sees; a new connection under the same name takes over from the old one.
    hwm
        Messages queued per direction.

    Raises
    ------
    Unusable, ConfigError
        If the address cannot be used.
    """

    def __init__(self, address: str, name: str = "", *, hwm: int = 1000) -> None:
        check_address(address)
        self.bad = 0
        self.zmq = made_socket(zmq.DEALER, hwm)
        guard_connected(self.zmq, address)
        if name:
            self.zmq.setsockopt(zmq.ROUTING_ID, name.encode())
        reconnect_fast(self.zmq)
        connect(self.zmq, address)

    def receive(self, timeout_s: float = 0.0) -> Message | None:
        """Next message, or None after the timeout; large arrays are views of the received parts."""
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

    def send(self, message: Message, timeout_s: float = 0.0) -> bool:
        """Send; False if the queue stays full for the timeout."""
        if timeout_s and not self.zmq.poll(math.ceil(timeout_s * 1000), zmq.POLLOUT):
            return False
        try:
            send_parts(self.zmq, encode(message))
        except zmq.Again:
            return False
        return True

    def close(self, linger_s: float = 0.0) -> None:
        """End the connection; queued messages may still leave for ``linger_s``."""
        end(self.zmq, linger_s)


def wait(sockets: Iterable[Any], timeout_s: float) -> bool:
    """Whether any of these sockets has something to receive, after at most the timeout."""
    return bool(Together(sockets).ready(timeout_s))


class Together(Generic[S]):
    """Sockets that are waited for together; made once for those that stay."""

    def __init__(self, sockets: Iterable[S] = ()) -> None:
        self._sockets = {socket.zmq: socket for socket in sockets}
        self._poller = zmq.Poller()
        for socket in self._sockets:
            self._poller.register(socket, zmq.POLLIN)

    def ready(self, timeout_s: float) -> list[S]:
        """Those that have something to receive, after waiting at most the timeout for the first."""
        return [self._sockets[socket] for socket, _ in self._poller.poll(math.ceil(max(0.0, timeout_s) * 1000))]
