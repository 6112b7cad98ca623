"""Those who look, for measurements: plain web sockets that only take pictures, or headless browsers; in their own process."""

import asyncio
import json
import multiprocessing
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import Any

from tornado.websocket import websocket_connect

from dashboards.pictures.channel import PATH
from dashboards.pictures.encode import LENGTH
from monitor.errors import Unusable

SPAWN = multiprocessing.get_context("spawn")
PATIENCE_S = 60.0
PATIENCE_PER_VIEWER_S = 10.0
SCREEN = (1000, 1000)
WARM_S = 2.0


@dataclass(slots=True)
class Seen:
    """What one viewer got.

    Attributes
    ----------
    pictures, bytes
        How many, and their size.
    ages
        Seconds from publication (``published``), or from arrival at the dashboard, until the viewer had each picture.
    pixels
        Of the whole image.
    """

    pictures: int = 0
    bytes: int = 0
    ages: list[float] = field(default_factory=list)
    pixels: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Audience:
    """Who looks at what.

    Attributes
    ----------
    address
        Of the dashboard.
    viewers
        How many.
    seconds
        How long pictures are counted.
    detector
        Whose.
    published
        The frames' ``event_time`` is the monotonic time of their publication.
    """

    address: str
    viewers: int
    seconds: float
    detector: str = "area"
    published: bool = True

    @property
    def patience_s(self) -> float:
        """How long they may take to come."""
        return PATIENCE_S + PATIENCE_PER_VIEWER_S * self.viewers


@dataclass(frozen=True, slots=True)
class Child:
    """A process of the measurement, and the pipe to it."""

    process: Any
    pipe: Connection

    @property
    def pid(self) -> int:
        """Its number."""
        return int(self.process.pid)

    def expect(self, patience_s: float = PATIENCE_S) -> Any:
        """The next thing it says.

        Raises
        ------
        Unusable
            If it says nothing for so long, or cannot go on.
        """
        if not self.pipe.poll(patience_s):
            raise Unusable("a process of the measurement does not answer")
        try:
            found = self.pipe.recv()
        except EOFError as error:
            raise Unusable("a process of the measurement has ended too early") from error
        if isinstance(found, Exception):
            raise found
        return found


@contextmanager
def child(target: Any, *arguments: Any) -> Iterator[Child]:
    """A process that is told anything when it shall end."""
    ours, theirs = SPAWN.Pipe()
    made = Child(SPAWN.Process(target=target, args=(theirs, *arguments)), ours)
    made.process.start()
    theirs.close()
    try:
        yield made
    finally:
        if made.process.is_alive():
            ours.send(None)
        made.process.join(PATIENCE_S)
        if made.process.is_alive():
            made.process.kill()


def look(pipe: Connection, audience: Audience) -> None:
    """Viewers that do nothing but take pictures; all in one process."""
    try:
        pipe.send(asyncio.run(_all(pipe, audience)))
    except (OSError, Unusable) as error:
        pipe.send(Unusable(f"the viewers could not look: {error}"))
    pipe.recv()


async def _all(pipe: Connection, audience: Audience) -> list[Seen]:
    found = [Seen() for _ in range(audience.viewers)]
    start, end = asyncio.Event(), asyncio.Event()
    tasks = [asyncio.create_task(_viewer(audience, seen, start, end)) for seen in found]
    await asyncio.sleep(WARM_S)
    start.set()
    pipe.send("ready")
    await asyncio.sleep(audience.seconds)
    end.set()
    await asyncio.gather(*tasks)
    return found


async def _viewer(audience: Audience, seen: Seen, start: asyncio.Event, end: asyncio.Event) -> None:
    """One viewer."""
    address = audience.address.replace("http", "ws", 1).rstrip("/") + PATH
    socket = await websocket_connect(address, max_message_size=1 << 26)
    await socket.write_message(json.dumps({"wish": {"detector": audience.detector, "size": list(SCREEN)}}))
    while not end.is_set():
        try:
            message = await asyncio.wait_for(socket.read_message(), 1.0)
        except TimeoutError:
            continue
        if message is None:
            raise Unusable("the dashboard closed the channel")
        if not isinstance(message, bytes):
            continue
        if start.is_set():
            (length,) = LENGTH.unpack_from(message)
            header = json.loads(message[LENGTH.size : LENGTH.size + length])
            seen.pictures += 1
            seen.bytes += len(message)
            seen.pixels = header["shape"][0] * header["shape"][1]
            made = header["event_time"] / 1e9 if audience.published else header["at"]
            seen.ages.append(time.monotonic() - made)
        await socket.write_message('{"drawn": 1}')
    socket.close()


def browse(pipe: Connection, audience: Audience) -> None:
    """Tabs of one headless browser, which paint without a graphics card: they take what the processor has left."""
    try:
        from playwright.sync_api import Error, sync_playwright
    except ImportError:
        pipe.send(Unusable("there is no playwright: install it, or measure without --browsers"))
        pipe.recv()
        return
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"])
            contexts = [browser.new_context(viewport={"width": 1400, "height": 1200}) for _ in range(audience.viewers)]
            tabs = [context.new_page() for context in contexts]
            for tab in tabs:
                tab.goto(f"{audience.address}images?detector={audience.detector}", timeout=1000 * PATIENCE_S)
                tab.evaluate(RECORD)
            tabs[-1].wait_for_function("window.xtcmon?.picture?.count() > 0", timeout=1000 * PATIENCE_S)
            pipe.send("ready")
            for tab in tabs:
                tab.evaluate("Object.assign(window.bench, {pictures: 0, bytes: 0, ages: []})")
            time.sleep(audience.seconds)
            pipe.send([Seen(**tab.evaluate("window.bench")) for tab in tabs])
            pipe.recv()
            browser.close()
    except Error as error:
        pipe.send(Unusable(f"no browser could be used: {str(error).splitlines()[0]}"))
        pipe.recv()


RECORD = """() => {
  const now = window.bench = {pictures: 0, bytes: 0, ages: [], pixels: 0}, send = WebSocket.prototype.send;
  // The page itself says when it has painted: to look at every frame would cost half a core.
  WebSocket.prototype.send = function (said) {
    if (typeof said === "string" && said.startsWith('{"drawn"')) {
      const shown = window.xtcmon.picture.shown();
      now.pictures += 1;
      now.bytes += shown.levels.length;
      now.pixels = shown.shape[0] * shown.shape[1];
      now.ages.push(window.xtcmon.picture.age());
    }
    return send.call(this, said);
  };
}"""
