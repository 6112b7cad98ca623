"""Sockets that hand messages of other tools out: to all (pub), to one who pulls (push), to who asks (rep). None ever waits."""

from collections import deque
from collections.abc import Callable, Sequence
from typing import Protocol

import zmq

from monitor.net.address import check_address
from monitor.net.backlog import Backlog
from monitor.net.parts import LARGE, bind, end
from monitor.wire.message import Part

WORD_LIMIT = 1 << 12
"""Largest part that a client may send: it asks, and tells nothing. Beyond it the client is disconnected."""

MOST_BYTES = 256 << 20
"""Large parts that may wait for slow clients, all together."""

MOST_WORDS = 1000
"""Requests answered in one turn."""


class Outlet(Protocol):
    """Hands messages out and counts what nobody took."""

    address: str
    sent: int
    lost: int
    bad: int

    @property
    def clients(self) -> int:
        """Who is there, as far as the socket can tell."""

    def send(self, parts: Sequence[Part]) -> bool:
        """Hand one message out; False if it found no room."""

    def serve(self) -> None:
        """Take what clients said."""

    def close(self) -> None:
        """Give the address free; what is queued is dropped."""


class _Bound:
    """What all outlets share: a bound socket, and the bytes of large parts that wait in it."""

    def __init__(self, kind: int, address: str, *, hwm: int, insecure: bool) -> None:
        check_address(address, bind=True, insecure=insecure)
        self.sent = self.lost = self.bad = 0
        self._kind, self._hwm = kind, hwm
        self._waiting: deque[tuple[zmq.MessageTracker, int]] = deque()
        self._open(address)

    @property
    def waiting_bytes(self) -> int:
        """Bytes of large parts that some client has not taken yet."""
        self._waiting = deque(entry for entry in self._waiting if not entry[0].done)
        return sum(size for _, size in self._waiting)

    def serve(self) -> None:
        """Take what clients said; most sockets hear nothing."""

    def close(self) -> None:
        """Give the address free; what is queued is dropped."""
        end(self.zmq)

    def _open(self, address: str) -> None:
        self.zmq: zmq.Socket[bytes] = zmq.Context().socket(self._kind)
        for option, value in ((zmq.SNDHWM, self._hwm), (zmq.RCVHWM, 1000), (zmq.LINGER, 0), (zmq.MAXMSGSIZE, WORD_LIMIT)):
            self.zmq.setsockopt(option, value)
        self.address = bind(self.zmq, address)

    def _put(self, parts: Sequence[Part]) -> None:
        """Send all parts without waiting; large ones are not copied.

        Raises
        ------
        zmq.Again
            If the first part finds no room; then nothing was sent.
        """
        last = len(parts) - 1
        for i, part in enumerate(parts):
            large = len(part) >= LARGE
            tracker = self.zmq.send(part, zmq.NOBLOCK | (zmq.SNDMORE if i < last else 0), copy=not large, track=large)
            if large and tracker is not None:
                self._waiting.append((tracker, len(part)))


class PublishOutlet(_Bound):
    """Every client gets everything; who does not read loses messages and slows nobody.

    ``lost`` counts how often a client's queue ran full: ZeroMQ tells no more about what that client then lost. When large parts
    pile up for somebody who does not read, the socket is opened anew, as the stream itself does.
    """

    def __init__(self, address: str, *, hwm: int = 1000, insecure: bool = False, most_bytes: int = MOST_BYTES) -> None:
        self._most_bytes = most_bytes
        self.clients = 0
        super().__init__(zmq.XPUB, address, hwm=hwm, insecure=insecure)

    def send(self, parts: Sequence[Part]) -> bool:
        """Hand one message to every client; False if one of them has no room for it."""
        room = True
        try:
            self.zmq.setsockopt(zmq.XPUB_NODROP, 1)
            self._put(parts)
        except zmq.Again:
            room = False
            self.zmq.setsockopt(zmq.XPUB_NODROP, 0)
            self._put(parts)
        self.sent += 1
        self.lost += not room
        if self.waiting_bytes > self._most_bytes:
            self._open_anew()
        return room

    def serve(self) -> None:
        """Take note of who subscribes and leaves; anything else is bad."""
        for _ in range(MOST_WORDS):
            try:
                word = self.zmq.recv(zmq.NOBLOCK)
            except zmq.Again:
                return
            if word[:1] == b"\x01":
                self.clients += 1
            elif word[:1] == b"\x00":
                self.clients = max(0, self.clients - 1)
            else:
                self.bad += 1

    def _open_anew(self) -> None:
        end(self.zmq)
        self._waiting.clear()
        self.lost += 1
        self.clients = 0
        self._open(self.address)

    def _open(self, address: str) -> None:
        super()._open(address)
        self.zmq.setsockopt(zmq.XPUB_VERBOSER, 1)


class PushOutlet(_Bound):
    """Every message goes to one client, in turn; without one that has room it is lost."""

    def __init__(self, address: str, *, hwm: int = 1000, insecure: bool = False, most_bytes: int = MOST_BYTES) -> None:
        self._most_bytes = most_bytes
        super().__init__(zmq.PUSH, address, hwm=hwm, insecure=insecure)

    @property
    def clients(self) -> int:
        """1 if somebody has room for a message, else 0."""
        return int(bool(self.zmq.poll(0, zmq.POLLOUT)))

    def send(self, parts: Sequence[Part]) -> bool:
        """Hand one message to the next client; False if none has room."""
        if self.waiting_bytes <= self._most_bytes:
            try:
                self._put(parts)
            except zmq.Again:
                pass
            else:
                self.sent += 1
                return True
        self.lost += 1
        return False


class ReplyOutlet(_Bound):
    """Who asks with the right word gets his next message, and takes nothing from others who ask.

    Parameters
    ----------
    address, hwm, insecure
        As for the others; ``hwm`` is how many messages are kept for those who ask late.
    word
        What a client has to say.
    """

    def __init__(self, address: str, *, hwm: int = 1000, insecure: bool = False, word: bytes = b"next") -> None:
        self._word = word
        self._backlog = Backlog(most=hwm, most_bytes=MOST_BYTES)
        self._counted = 0
        super().__init__(zmq.ROUTER, address, hwm=10, insecure=insecure)

    @property
    def clients(self) -> int:
        """Who asked, and is not forgotten."""
        return self._backlog.askers

    def send(self, parts: Sequence[Part]) -> bool:
        """Keep one message for those who will ask, and answer those who wait for it."""
        for peer in self._backlog.add(list(parts)):
            self._answer(peer, parts)
        return True

    def serve(self) -> None:
        """Answer requests; a message that is none is bad."""
        for _ in range(MOST_WORDS):
            try:
                peer, *words = self.zmq.recv_multipart(zmq.NOBLOCK)
            except zmq.Again:
                break
            self._hear(peer, words)
        self.lost += self._backlog.lost - self._counted
        self._counted = self._backlog.lost

    def _hear(self, peer: bytes, words: list[bytes]) -> None:
        if len(words) != 2 or words[0]:
            self.bad += 1
        elif words[1] != self._word:
            self.bad += 1
            self._answer(peer, [b"Error: bad request " + words[1][:40]])
            self.sent -= 1
        elif (parts := self._backlog.ask(peer)) is not None:
            self._answer(peer, parts)

    def _answer(self, peer: bytes, parts: Sequence[Part]) -> None:
        """Send to one client; a router drops what is for somebody who has gone."""
        try:
            self._put([peer, b"", *parts])
            self.sent += 1
        except zmq.Again:
            self.lost += 1


OUTLETS: dict[str, Callable[..., Outlet]] = {"pub": PublishOutlet, "push": PushOutlet, "rep": ReplyOutlet}


class MemoryOutlet:
    """Memory twin: keeps what was handed out; ``room`` says whether anybody takes it."""

    def __init__(self) -> None:
        self.address = "memory"
        self.sent = self.lost = self.bad = 0
        self.clients = 1
        self.room = True
        self.messages: list[list[bytes]] = []

    def send(self, parts: Sequence[Part]) -> bool:
        """Keep one message."""
        if self.room:
            self.messages.append([bytes(part) for part in parts])
        self.sent += self.room
        self.lost += not self.room
        return self.room

    def serve(self) -> None:
        """Nobody says anything."""

    def close(self) -> None:
        """Nothing to give free."""
