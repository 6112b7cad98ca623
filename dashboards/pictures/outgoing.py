"""A large binary message on a web socket without a copy in Python: the frame of RFC 6455 by hand, past tornado's joining."""

import struct

from tornado.iostream import IOStream

BINARY = 0x82
"""First byte of a whole binary message (RFC 6455, section 5.2); from a server it is not masked."""

SHORT, MEDIUM = 126, 1 << 16
"""Lengths from which on two and eight bytes more tell the length."""


def binary_head(length: int) -> bytes:
    """What stands before a binary message of so many bytes."""
    if length < SHORT:
        return struct.pack("!BB", BINARY, length)
    if length < MEDIUM:
        return struct.pack("!BBH", BINARY, 126, length)
    return struct.pack("!BBQ", BINARY, 127, length)


def send_binary(stream: IOStream, content: bytes) -> None:
    """Send a message; what the system does not take at once follows as the browser takes it, from where it lies.

    Parameters
    ----------
    stream
        Of a web socket without compression.
    content
        Must stay as it is.

    Raises
    ------
    StreamClosedError
        If the browser has gone.
    """
    head = binary_head(len(content))
    sent = _at_once(stream, head, content)
    for part in (memoryview(head)[sent:], memoryview(content)[max(0, sent - len(head)) :]):
        if part:
            stream.write(part)


def _at_once(stream: IOStream, head: bytes, content: bytes) -> int:
    """How many bytes the system took in one call; none where other bytes wait, or they must be encrypted first."""
    if type(stream) is not IOStream or stream.closed() or stream.writing():
        return 0
    try:
        return int(stream.socket.sendmsg((head, content)))
    except OSError:
        # No room, or nobody there any more: writing to the stream waits for the first and tells the second.
        return 0
