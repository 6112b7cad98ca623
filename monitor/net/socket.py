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

from monitor.errors import ConfigError, ProtocolError, Unusable
from monitor.net.address import check_address
from monitor.net.keys import Gate, Right, guard_bound, guard_connected
from monitor.wire.message import Message, Part, decode, encode

S = TypeVar("S", bound=Any)

LARGE = 1 << 16
"""Bytes from which a part is sent and received without a copy."""

BAD_AT_ONCE = 64
"""Broken messages dropped in one call, so that whoever sends nothing else does not keep the owner of the socket from its work."""

MESSAGE_LIMIT = 1 << 30
"""Largest part a socket takes in; beyond it the peer is disconnected."""


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
        self.zmq = _socket(zmq.ROUTER, hwm)
        self.gate = guarded(self.zmq, address, right, insecure=insecure)
        self.zmq.setsockopt(zmq.ROUTER_MANDATORY, 1)
        self.zmq.setsockopt(zmq.ROUTER_HANDOVER, 1)
        self.address = bind(self.zmq, address)

    def receive(self, timeout_s: float = 0.0) -> tuple[bytes, Message] | None:
        """Next message and its sender, or None after the timeout."""
        end = time.monotonic() + timeout_s
        for _ in range(BAD_AT_ONCE):
            frames = _frames(self.zmq, end)
            if frames is None:
                return None
            try:
                message = decode([_part(frame) for frame in frames[1:]])
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
        self.zmq = _socket(zmq.DEALER, hwm)
        guard_connected(self.zmq, address)
        if name:
            self.zmq.setsockopt(zmq.ROUTING_ID, name.encode())
        _reconnect_fast(self.zmq)
        connect(self.zmq, address)

    def receive(self, timeout_s: float = 0.0) -> Message | None:
        """Next message, or None after the timeout; large arrays are views of the received parts."""
        end = time.monotonic() + timeout_s
        for _ in range(BAD_AT_ONCE):
            parts = _receive(self.zmq, end)
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


def bind(socket: "zmq.Socket[bytes]", address: str) -> str:
    """Bind, and return the address that peers can connect to.

    Raises
    ------
    Unusable
        In one sentence, with the socket closed.
    """
    try:
        socket.bind(address.removesuffix(":0") + ":*" if address.endswith(":0") else address)
    except zmq.ZMQError as error:
        end(socket)
        if error.errno == zmq.EADDRINUSE:
            raise Unusable(f"{address} is in use by another program; stop it or choose another address") from error
        raise Unusable(f"{address} cannot be bound: {error.strerror}") from error
    endpoint: bytes = socket.getsockopt(zmq.LAST_ENDPOINT)  # type: ignore[assignment]  # this option is always bytes
    return endpoint.rstrip(b"\0").decode()


def connect(socket: "zmq.Socket[bytes]", address: str) -> None:
    """Connect.

    Raises
    ------
    Unusable
        In one sentence, with the socket closed.
    """
    try:
        socket.connect(address)
    except zmq.ZMQError as error:
        end(socket)
        raise Unusable(f"cannot connect to {address}: {error.strerror}") from error


def send_parts(socket: "zmq.Socket[bytes]", parts: Sequence[Part]) -> None:
    """Send all parts or none, without waiting; large ones are not copied."""
    last = len(parts) - 1
    for i, part in enumerate(parts):
        socket.send(part, zmq.NOBLOCK | (zmq.SNDMORE if i < last else 0), copy=len(part) < LARGE)


def end(socket: "zmq.Socket[bytes]", linger_s: float = 0.0) -> None:
    """Close a socket; returns when nothing touches the memory of its messages any more, after ``linger_s`` at the latest.

    Large parts are sent from where they lie. If the process left while the socket's thread still reads from there, that memory
    would be gone under it. Waiting for the socket's own context is the only way to know, so each socket has one.
    """
    context = socket.context
    socket.close(linger=int(linger_s * 1000))
    context.term()


def _socket(kind: int, hwm: int) -> "zmq.Socket[bytes]":
    """A socket that queues at most ``hwm`` messages and never keeps the process from leaving."""
    socket: zmq.Socket[bytes] = zmq.Context().socket(kind)
    socket.setsockopt(zmq.SNDHWM, hwm)
    socket.setsockopt(zmq.RCVHWM, hwm)
    socket.setsockopt(zmq.LINGER, 0)
    socket.setsockopt(zmq.MAXMSGSIZE, MESSAGE_LIMIT)
    return socket


def _reconnect_fast(socket: "zmq.Socket[bytes]") -> None:
    """A restarted peer is found again within a quarter of a second."""
    socket.setsockopt(zmq.RECONNECT_IVL, 50)
    socket.setsockopt(zmq.RECONNECT_IVL_MAX, 250)


def guarded(socket: "zmq.Socket[bytes]", address: str, right: Right, *, insecure: bool) -> Gate | None:
    """``guard_bound``, with the socket closed where that fails."""
    try:
        return guard_bound(socket, address, right, insecure=insecure)
    except ConfigError:
        end(socket)
        raise


def user_of(frame: zmq.Frame) -> str:
    """Public key of who sent a frame, as the gate said it; empty if it did not come through one."""
    try:
        return str(frame.get("User-Id"))
    except zmq.ZMQError:
        return ""


def _receive(socket: "zmq.Socket[bytes]", end: float) -> list[Part] | None:
    """All parts of the next message, large ones as views of the received memory; None at the monotonic time ``end``."""
    frames = _frames(socket, end)
    return None if frames is None else [_part(frame) for frame in frames]


def _frames(socket: "zmq.Socket[bytes]", end: float) -> list[zmq.Frame] | None:
    """All parts of the next message as they came; None at the monotonic time ``end``."""
    try:
        frame: zmq.Frame = socket.recv(zmq.NOBLOCK, copy=False)
    except zmq.Again:
        left = end - time.monotonic()
        if left <= 0 or not socket.poll(math.ceil(left * 1000)):
            return None
        frame = socket.recv(copy=False)
    frames = [frame]
    while frame.more:
        frame = socket.recv(copy=False)
        frames.append(frame)
    return frames


def _part(frame: zmq.Frame) -> Part:
    """The bytes of a frame: a view if large, else a copy."""
    buffer = frame.buffer
    return buffer if len(buffer) >= LARGE else bytes(buffer)
