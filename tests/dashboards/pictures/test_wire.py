"""A picture goes out whole and in order, at once or as fast as its browser takes it, and whoever leaves is let go."""

import asyncio
import socket
from collections.abc import Awaitable, Callable

import numpy as np
import pytest
from tornado.iostream import IOStream

from dashboards.pictures import wire as module
from dashboards.pictures.framing import CLOSE, PING, PONG, TEXT, head
from dashboards.pictures.wire import Wire
from tests.dashboards.pictures.test_framing import framed

LARGE = np.random.default_rng(0).bytes(3_000_000)
PATIENCE_S = 20.0

Scene = Callable[[Wire, IOStream, list[str | bytes]], Awaitable[None]]


def play(scene: Scene) -> None:
    """A wire with little room for what is under way, the browser's end, and what was heard; the wire has ended at the end."""

    async def run() -> None:
        ours, theirs = socket.socketpair()
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 16)
        stream, browser = IOStream(ours), IOStream(theirs, max_buffer_size=1 << 24)
        heard: list[str | bytes] = []
        wire = Wire(stream, heard.append)
        running = asyncio.ensure_future(wire.run())
        await browser.write(framed(TEXT, b"first"))
        while heard != ["first"]:
            await asyncio.sleep(0.001)
        try:
            await asyncio.wait_for(scene(wire, browser, heard), PATIENCE_S)
            browser.close()
            await asyncio.wait_for(running, PATIENCE_S)
        finally:
            browser.close()
            wire.end()
        assert stream.closed()
        assert not wire.open

    asyncio.run(run())


@pytest.mark.parametrize("size", [0, 5, 126, 70_000, len(LARGE)])
def test_messages_arrive_whole_and_in_order(size: int) -> None:
    async def scene(wire: Wire, browser: IOStream, heard: list[str | bytes]) -> None:
        wire.send("before")
        wire.send(LARGE[:size])
        wire.send(b"after")
        expected = b"\x81\x06before" + head(2, size) + LARGE[:size] + b"\x82\x05after"
        assert await browser.read_bytes(len(expected)) == expected

    play(scene)


def test_what_a_slow_browser_does_not_take_waits_where_it_lies() -> None:
    async def scene(wire: Wire, browser: IOStream, heard: list[str | bytes]) -> None:
        wire.send(LARGE)
        (left,) = wire._waiting
        assert left.obj is LARGE
        assert 0 < len(left) < len(LARGE)
        await browser.read_bytes(len(LARGE) + len(head(2, len(LARGE))))
        assert not wire._waiting

    play(scene)


def test_words_are_heard_while_a_picture_waits() -> None:
    async def scene(wire: Wire, browser: IOStream, heard: list[str | bytes]) -> None:
        wire.send(LARGE)
        await browser.write(framed(TEXT, "größer".encode()))
        while len(heard) < 2:
            await asyncio.sleep(0.001)
        assert heard[1] == "größer"
        assert wire._waiting

    play(scene)


def test_who_leaves_in_the_middle_of_a_picture_is_let_go() -> None:
    async def scene(wire: Wire, browser: IOStream, heard: list[str | bytes]) -> None:
        wire.send(LARGE)
        browser.close()
        while wire.open:
            await asyncio.sleep(0.001)
        wire.send(b"next")
        assert not wire._waiting

    play(scene)


def test_who_asks_on_and_takes_nothing_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_WAITING", 2 * len(LARGE))

    async def scene(wire: Wire, browser: IOStream, heard: list[str | bytes]) -> None:
        for _ in range(3):
            wire.send(LARGE)
        assert not wire.open

    play(scene)


def test_a_ping_is_answered() -> None:
    async def scene(wire: Wire, browser: IOStream, heard: list[str | bytes]) -> None:
        await browser.write(framed(PING, b"there?"))
        assert await browser.read_bytes(8) == head(PONG, 6) + b"there?"

    play(scene)


def test_a_browser_that_closes_is_answered_and_let_go() -> None:
    async def scene(wire: Wire, browser: IOStream, heard: list[str | bytes]) -> None:
        await browser.write(framed(CLOSE, b"\x03\xe8") + framed(TEXT, b"late"))
        assert await browser.read_until_close() == head(CLOSE, 2) + b"\x03\xe8"
        assert heard == ["first"]

    play(scene)


def test_a_browser_that_is_sent_away_is_told_why_and_heard_no_more() -> None:
    async def scene(wire: Wire, browser: IOStream, heard: list[str | bytes]) -> None:
        wire.close(1008, "x" * 500)
        told = await browser.read_bytes(127)
        assert told == head(CLOSE, 125) + b"\x03\xf0" + b"x" * 123
        await browser.write(framed(TEXT, b"but") + framed(CLOSE, b""))
        await browser.read_until_close()
        assert heard == ["first"]

    play(scene)


def test_one_who_does_not_answer_that_is_let_go_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "FAREWELL_S", 0.05)

    async def scene(wire: Wire, browser: IOStream, heard: list[str | bytes]) -> None:
        wire.close(1008)
        await browser.read_until_close()

    play(scene)


@pytest.mark.parametrize("broken", [b"\x81\x05Hello", framed(TEXT, b"\xff\xfe"), framed(0x3, b"")])
def test_what_breaks_the_rules_ends_the_talk(broken: bytes) -> None:
    async def scene(wire: Wire, browser: IOStream, heard: list[str | bytes]) -> None:
        await browser.write(broken)
        told = await browser.read_until_close()
        assert told[2:4] == b"\x03\xea"
        assert heard == ["first"]

    play(scene)
