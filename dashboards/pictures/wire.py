"""One browser's web socket once it is open, past tornado: heard and answered in one callback of the loop, sent without copies.

Tornado reads each frame in several coroutines and joins what it sends; with twenty who look that was more work than the pictures.
"""

import asyncio
import socket
import struct
from collections import deque
from collections.abc import Callable

from tornado.ioloop import IOLoop
from tornado.iostream import IOStream, StreamClosedError

from dashboards.pictures.framing import BINARY, CLOSE, LONGEST, PING, PONG, SHORT, TEXT, Incoming, head
from monitor.errors import ProtocolError

AT_ONCE = 1 << 16
MOST_WAITING = 32 << 20
"""Bytes that may wait for one browser: several pictures. Who asks on and takes nothing is cut off."""

FAREWELL_S = 5.0
"""How long a browser may take to answer that its socket is closed."""

PROTOCOL_ERROR = 1002
LONGEST_WHY = SHORT - 1 - 2


class Wire:
    """Takes over a socket whose handshake is done.

    Parameters
    ----------
    stream
        Tornado's, of which nobody else reads, and to which nobody else writes.
    hear
        Takes each message, text or bytes.
    """

    def __init__(self, stream: IOStream, hear: Callable[[str | bytes], None]) -> None:
        self._stream, self._hear = stream, hear
        self._socket: socket.socket = stream.socket
        self._incoming = Incoming()
        self._waiting: deque[memoryview] = deque()
        self._closing = False
        self._ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    @property
    def open(self) -> bool:
        """Whether anything sent may still arrive."""
        return not self._closing and not self._ended.done()

    async def run(self) -> None:
        """Serve until one side closes."""
        try:
            # Tornado may have read the first words together with the handshake.
            first = await self._stream.read_bytes(LONGEST, partial=True)
        except StreamClosedError:
            self.end()
            return
        loop, number = self._stream.io_loop, self._socket.fileno()
        loop.remove_handler(number)
        loop.add_handler(number, self._on_event, IOLoop.READ)
        self._take(first)
        try:
            await self._ended
        finally:
            loop.remove_handler(number)
            self._stream.close()

    def send(self, content: str | bytes) -> None:
        """Send a message; what the system does not take at once follows as the browser takes it, from where it lies."""
        if self.open:
            kind, data = (TEXT, content.encode()) if isinstance(content, str) else (BINARY, content)
            self._write(head(kind, len(data)), data)

    def close(self, code: int, why: str = "") -> None:
        """Say that nothing else will come, and end when the browser has answered."""
        if self.open:
            data = struct.pack("!H", code) + why.encode()[:LONGEST_WHY]
            self._write(head(CLOSE, len(data)), data)
            self._closing = True
            self._stream.io_loop.call_later(FAREWELL_S, self.end)

    def end(self) -> None:
        """Serve no more."""
        if not self._ended.done():
            self._ended.set_result(None)
        self._waiting.clear()

    def _on_event(self, number: int, events: int) -> None:
        """Something can be read or written."""
        del number
        if events & IOLoop.WRITE:
            self._write_on()
        if events & (IOLoop.READ | IOLoop.ERROR) and not self._ended.done():
            self._read()

    def _read(self) -> None:
        try:
            data = self._socket.recv(AT_ONCE)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if data:
            self._take(data)
        else:
            self.end()

    def _take(self, data: bytes) -> None:
        """Hand on what the browser said."""
        try:
            for kind, content in self._incoming.take(data):
                self._answer(kind, content)
        except ProtocolError as error:
            self.close(PROTOCOL_ERROR, str(error))
            self.end()
        except UnicodeDecodeError:
            self.close(PROTOCOL_ERROR, "a browser's text is no text")
            self.end()

    def _answer(self, kind: int, content: bytes) -> None:
        if kind == CLOSE:
            if self.open:
                self._write(head(CLOSE, len(content)), content)
            self.end()
        elif kind == PING and self.open:
            self._write(head(PONG, len(content)), content)
        elif kind in (TEXT, BINARY) and self.open:
            self._hear(content.decode() if kind == TEXT else content)

    def _write(self, *parts: bytes) -> None:
        """Send parts behind what waits."""
        sent = 0
        if not self._waiting:
            try:
                sent = self._socket.sendmsg(parts)
            except BlockingIOError:
                sent = 0
            except OSError:
                self.end()
                return
        for part in parts:
            if sent < len(part):
                self._waiting.append(memoryview(part)[sent:])
            sent = max(0, sent - len(part))
        if self._waiting:
            self._wait()

    def _wait(self) -> None:
        """Be called when there is room again."""
        if sum(map(len, self._waiting)) > MOST_WAITING:
            self.end()
        else:
            self._stream.io_loop.update_handler(self._socket.fileno(), IOLoop.READ | IOLoop.WRITE)

    def _write_on(self) -> None:
        """Send more of what waits."""
        while self._waiting:
            part = self._waiting[0]
            try:
                sent = self._socket.send(part)
            except BlockingIOError:
                return
            except OSError:
                self.end()
                return
            self._waiting[0] = part[sent:]
            if sent == len(part):
                self._waiting.popleft()
        self._stream.io_loop.update_handler(self._socket.fileno(), IOLoop.READ)
