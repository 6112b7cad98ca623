"""A picture goes out whole and in order, at once or as fast as its browser takes it, and who has gone is told as such."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pytest
from tornado.iostream import IOStream, StreamClosedError

from dashboards.pictures.outgoing import binary_head, send_binary

LARGE = np.random.default_rng(0).bytes(3_000_000)
PATIENCE_S = 20.0


@contextmanager
def pair() -> Iterator[tuple[IOStream, IOStream]]:
    """The server's end with little room for what is under way, and the browser's."""
    ours, theirs = socket.socketpair()
    ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 16)
    streams = IOStream(ours, max_buffer_size=1 << 24), IOStream(theirs, max_buffer_size=1 << 24)
    try:
        yield streams
    finally:
        for stream in streams:
            stream.close()


def head(size: int) -> bytes:
    """As in section 5.2 of RFC 6455: final binary frame, length in 7 bits, or behind 126 in 16, or behind 127 in 64."""
    if size < 126:
        return b"\x82" + bytes([size])
    return b"\x82\x7e" + size.to_bytes(2, "big") if size < 65536 else b"\x82\x7f" + size.to_bytes(8, "big")


def message(content: bytes) -> bytes:
    return head(len(content)) + content


@pytest.mark.parametrize("size", [0, 1, 125, 126, 65535, 65536, 1 << 33])
def test_the_length_stands_before_a_message_as_the_protocol_says(size: int) -> None:
    assert binary_head(size) == head(size)


@pytest.mark.parametrize("size", [0, 5, 126, 70_000, len(LARGE)])
def test_messages_arrive_whole_and_in_order(size: int) -> None:
    async def both() -> bytes:
        with pair() as (ours, theirs):
            waits = ours.write(b"before")
            send_binary(ours, LARGE[:size])
            send_binary(ours, b"after")
            _, got = await asyncio.wait_for(asyncio.gather(waits, theirs.read_bytes(len(expected))), PATIENCE_S)
            return got

    expected = b"before" + message(LARGE[:size]) + message(b"after")
    assert asyncio.run(both()) == expected


def test_what_a_slow_browser_does_not_take_waits_where_it_lies(monkeypatch: pytest.MonkeyPatch) -> None:
    async def parts() -> list[memoryview]:
        written: list[memoryview] = []
        with pair() as (ours, _):
            monkeypatch.setattr(ours, "write", written.append)
            send_binary(ours, LARGE)
        return written

    (left,) = asyncio.run(parts())

    assert left.obj is LARGE
    assert 0 < len(left) < len(LARGE)
    assert left == LARGE[-len(left) :]


def test_who_closes_in_the_middle_of_a_picture_ends_it() -> None:
    async def leaves() -> None:
        with pair() as (ours, theirs):
            ended = asyncio.Event()
            ours.set_close_callback(ended.set)
            send_binary(ours, LARGE)
            theirs.close()
            await asyncio.wait_for(ended.wait(), PATIENCE_S)
            with pytest.raises(StreamClosedError):
                send_binary(ours, b"next")

    asyncio.run(leaves())
