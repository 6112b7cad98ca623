"""Messages of a web socket (RFC 6455, section 5) as bytes and back, for the server's side. Pure."""

import struct
from collections.abc import Iterator

from monitor.errors import ProtocolError

TEXT, BINARY, CLOSE, PING, PONG = 0x1, 0x2, 0x8, 0x9, 0xA
CONTINUED = 0x0

FINAL, RESERVED, KIND, MASKED, LENGTH = 0x80, 0x70, 0x0F, 0x80, 0x7F
"""Bits of a frame's first two bytes."""

SHORT, MEDIUM = 126, 1 << 16
"""Lengths from which on two and eight bytes more tell the length."""

LONGEST = 1 << 20
"""Of a browser's message; it says a few words."""


def head(kind: int, length: int) -> bytes:
    """What stands before a whole message of so many bytes; from a server it is not masked."""
    if length < SHORT:
        return struct.pack("!BB", FINAL | kind, length)
    if length < MEDIUM:
        return struct.pack("!BBH", FINAL | kind, 126, length)
    return struct.pack("!BBQ", FINAL | kind, 127, length)


class Incoming:
    """What a browser says, out of pieces of any size."""

    def __init__(self) -> None:
        self._bytes = bytearray()
        self._begun: tuple[int, bytes] | None = None

    def take(self, data: bytes) -> Iterator[tuple[int, bytes]]:
        """Kind and content of all messages that are whole now.

        Raises
        ------
        ProtocolError
            If the bytes break the rules, or the message would be too long; nothing after that can be understood.
        """
        self._bytes += data
        while (frame := self._frame()) is not None:
            first, content = frame
            kind = first & KIND
            if kind >= CLOSE:
                if not first & FINAL or len(content) >= SHORT:
                    raise ProtocolError("a frame that controls a web socket is whole and short")
                yield kind, content
                continue
            if (kind == CONTINUED) != (self._begun is not None):
                raise ProtocolError("a frame of a web socket continues nothing, or comes between")
            if self._begun is not None:
                kind, content = self._begun[0], self._begun[1] + content
            if len(content) > LONGEST:
                raise ProtocolError("a browser's message is too long")
            self._begun = None if first & FINAL else (kind, content)
            if first & FINAL:
                yield kind, content

    def _frame(self) -> tuple[int, bytes] | None:
        """First byte and unmasked content of the next frame; ``None`` while it is not whole."""
        have = self._bytes
        if len(have) < 2:
            return None
        if have[0] & RESERVED or not have[1] & MASKED or KIND & have[0] not in (CONTINUED, TEXT, BINARY, CLOSE, PING, PONG):
            raise ProtocolError("a frame of a web socket is of no known kind, or not masked")
        length, at = have[1] & LENGTH, 2
        if length >= SHORT:
            at = 4 if length == SHORT else 10
            if len(have) < at:
                return None
            length = int.from_bytes(have[2:at], "big")
        if length > LONGEST:
            raise ProtocolError("a browser's message is too long")
        end = at + 4 + length
        if len(have) < end:
            return None
        content = unmasked(have[at : at + 4], have[at + 4 : end])
        first = have[0]
        del have[:end]
        return first, content


def unmasked(mask: bytes | bytearray, content: bytes | bytearray) -> bytes:
    """Content with every byte changed back by the four of the mask in turn."""
    length = len(content)
    repeated = (bytes(mask) * (length // 4 + 1))[:length]
    return (int.from_bytes(content) ^ int.from_bytes(repeated)).to_bytes(length)
