"""What all our ZeroMQ sockets are made, opened and ended by, and the parts of messages that go through them."""

import math
import time
from collections.abc import Sequence

import zmq

from monitor.errors import ConfigError, Unusable
from monitor.net.gate import Gate
from monitor.net.key_folder import Right
from monitor.net.keys import guard_bound
from monitor.wire.message import Part

LARGE = 1 << 16
"""Bytes from which a part is sent and received without a copy."""

MESSAGE_LIMIT = 1 << 30
"""Largest part a socket takes in; beyond it the peer is disconnected."""


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


def made_socket(kind: int, hwm: int) -> "zmq.Socket[bytes]":
    """A socket that queues at most ``hwm`` messages and never keeps the process from leaving."""
    socket: zmq.Socket[bytes] = zmq.Context().socket(kind)
    socket.setsockopt(zmq.SNDHWM, hwm)
    socket.setsockopt(zmq.RCVHWM, hwm)
    socket.setsockopt(zmq.LINGER, 0)
    socket.setsockopt(zmq.MAXMSGSIZE, MESSAGE_LIMIT)
    return socket


def reconnect_fast(socket: "zmq.Socket[bytes]") -> None:
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


def received(socket: "zmq.Socket[bytes]", end: float) -> list[Part] | None:
    """All parts of the next message, large ones as views of the received memory; None at the monotonic time ``end``."""
    frames = frames_of(socket, end)
    return None if frames is None else [part_of(frame) for frame in frames]


def frames_of(socket: "zmq.Socket[bytes]", end: float) -> list[zmq.Frame] | None:
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


def part_of(frame: zmq.Frame) -> Part:
    """The bytes of a frame: a view if large, else a copy."""
    buffer = frame.buffer
    return buffer if len(buffer) >= LARGE else bytes(buffer)
