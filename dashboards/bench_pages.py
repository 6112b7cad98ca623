"""Measures how pictures reach those who look: a service that only publishes frames, a dashboard, viewers; a process each."""

import asyncio
import json
import multiprocessing
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import Any

import numpy as np
import psutil
from tornado.websocket import websocket_connect

from dashboards.link import ServiceLink
from dashboards.pictures.channel import PATH
from dashboards.pictures.encode import LENGTH
from dashboards.server import Dashboard
from monitor.errors import Unusable
from monitor.net.endpoints import Endpoints
from monitor.net.publish import ZmqPublisher
from monitor.settings import Settings
from monitor.tools.lasting import settle
from monitor.wire.message import Message

SPAWN = multiprocessing.get_context("spawn")
PATIENCE_S = 60.0
FRAMES = 8
SCREEN = (1000, 1000)
ANY_PORT = "tcp://127.0.0.1:0"
WARM_S = 2.0


@dataclass(frozen=True, slots=True)
class PageRow:
    """One line of the result.

    Attributes
    ----------
    viewers, megapixels
        How many look at once at a detector of this size.
    per_s_least, per_s_mean
        Pictures per second of the slowest viewer, and of all on average.
    age_ms_median, age_ms_99
        From publication by the service until the viewer has the picture (a browser: has painted it).
    megabytes_per_s
        To all viewers together.
    dashboard_share
        Processor time of the dashboard's process over the time, 1 = one core.
    ms_per_picture
        Of that, for each different picture that was shown, however many look; fetching the frames is in it.
    ms_per_viewer
        The same for each picture that somebody got.
    viewers_share
        Processor time of all viewers.
    dashboard_mb
        Growth of the dashboard's memory while it was measured.
    """

    viewers: int
    megapixels: int
    per_s_least: float
    per_s_mean: float
    age_ms_median: float
    age_ms_99: float
    megabytes_per_s: float
    dashboard_share: float
    ms_per_picture: float
    ms_per_viewer: float
    viewers_share: float
    dashboard_mb: float


@dataclass(slots=True)
class Seen:
    """What one viewer got."""

    pictures: int = 0
    bytes: int = 0
    ages: list[float] = field(default_factory=list)


def bench_pages(
    viewers: Sequence[int], megapixels: Sequence[int], *, seconds: float = 5.0, rate: float = 12.0, browsers: bool = False
) -> list[PageRow]:
    """Measure each number of viewers with each size of detector.

    Raises
    ------
    Unusable
        If a process does not come up, or browsers are wanted and there are none.
    """
    return [_one(count, size, seconds, rate, browsers) for size in megapixels for count in viewers]


def _one(viewers: int, megapixels: int, seconds: float, rate: float, browsers: bool) -> PageRow:
    """One line."""
    with (
        _process(_publish, megapixels, rate) as (_, stream),
        _process(_serve, stream) as (dashboard, address),
        _process(_browse if browsers else _look, address, viewers, seconds) as (audience, _),
    ):
        before, memory, start = _cpu(dashboard.pid), _memory(dashboard.pid), time.monotonic()
        theirs = _cpu(audience.pid)
        seen: list[Seen] = audience.expect()
        span = time.monotonic() - start
        used, theirs = _cpu(dashboard.pid) - before, _cpu(audience.pid) - theirs
        grown = _memory(dashboard.pid) - memory
    delivered = sum(each.pictures for each in seen)
    ages = np.array([age for each in seen for age in each.ages] or [np.nan])
    return PageRow(
        viewers=viewers,
        megapixels=megapixels,
        per_s_least=min(each.pictures for each in seen) / span,
        per_s_mean=delivered / span / viewers,
        age_ms_median=1000 * float(np.median(ages)),
        age_ms_99=1000 * float(np.quantile(ages, 0.99)),
        megabytes_per_s=sum(each.bytes for each in seen) / span / 1e6,
        dashboard_share=used / span,
        ms_per_picture=1000 * used / max(1, *(each.pictures for each in seen)),
        ms_per_viewer=1000 * used / max(1, delivered),
        viewers_share=theirs / span,
        dashboard_mb=grown / 1e6,
    )


@dataclass(frozen=True, slots=True)
class _Child:
    """A process of the measurement, and the pipe to it."""

    process: Any
    pipe: Connection

    @property
    def pid(self) -> int:
        return int(self.process.pid)

    def expect(self) -> Any:
        if not self.pipe.poll(PATIENCE_S):
            raise Unusable("a process of the measurement does not answer")
        found = self.pipe.recv()
        if isinstance(found, Exception):
            raise found
        return found


@contextmanager
def _process(target: Any, *arguments: Any) -> Iterator[tuple[_Child, Any]]:
    """A child that says one thing when it is ready, and ends when it is told anything."""
    ours, theirs = SPAWN.Pipe()
    child = _Child(SPAWN.Process(target=target, args=(theirs, *arguments)), ours)
    child.process.start()
    try:
        yield child, child.expect()
    finally:
        ours.send(None)
        child.process.join(PATIENCE_S)
        if child.process.is_alive():
            child.process.kill()


def _cpu(pid: int | None) -> float:
    """Processor seconds of a process and all below it."""
    process = psutil.Process(pid)
    total = 0.0
    for each in (process, *process.children(recursive=True)):
        try:
            times = each.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += times.user + times.system
    return total


def _memory(pid: int) -> int:
    return int(psutil.Process(pid).memory_info().rss)


def _publish(pipe: Connection, megapixels: int, rate: float) -> None:
    """The service's part: frames of noise with a few rings, at a steady pace."""
    side = round(np.sqrt(megapixels * 1e6))
    rows, columns = np.indices((side, side), np.float32)
    rings = 5 + 3 * np.cos(np.hypot(rows - side / 2, columns - side / 2) / 20)
    random = np.random.default_rng(1)
    frames = [(rings + random.normal(0, 1, rings.shape)).astype(np.float32) for _ in range(FRAMES)]
    publisher, count, due = ZmqPublisher(ANY_PORT), 0, time.monotonic()
    pipe.send(publisher.address)
    while not pipe.poll(max(0.0, due - time.monotonic())):
        due += 1 / rate
        count += 1
        header = {"seq": count, "unit": "keV", "rough": False, "events": count, "n": count, "session": 1}
        header["event_time"] = time.monotonic_ns()
        publisher.publish(Message("frame", header, {"image": frames[count % FRAMES]}, "frame/area"))
    publisher.close()


def _serve(pipe: Connection, stream: str) -> None:
    """The dashboard's part."""
    settle()
    stop = threading.Event()

    def end() -> None:
        pipe.recv()
        stop.set()

    threading.Thread(target=end, daemon=True).start()
    link = ServiceLink(lambda: Endpoints(stream=stream))
    Dashboard(Settings(), link, port=0).run(pipe.send, stop)


def _look(pipe: Connection, address: str, viewers: int, seconds: float) -> None:
    """Viewers that do nothing but take pictures; all in one process."""
    pipe.send(asyncio.run(_all(pipe, address.replace("http", "ws", 1).rstrip("/") + PATH, viewers, seconds)))
    pipe.recv()


async def _all(pipe: Connection, address: str, viewers: int, seconds: float) -> list[Seen]:
    found = [Seen() for _ in range(viewers)]
    start, end = asyncio.Event(), asyncio.Event()
    tasks = [asyncio.create_task(_viewer(address, seen, start, end)) for seen in found]
    await asyncio.sleep(WARM_S)
    start.set()
    pipe.send("ready")
    await asyncio.sleep(seconds)
    end.set()
    await asyncio.gather(*tasks)
    return found


async def _viewer(address: str, seen: Seen, start: asyncio.Event, end: asyncio.Event) -> None:
    """One viewer."""
    socket = await websocket_connect(address, max_message_size=1 << 26)
    await socket.write_message(json.dumps({"wish": {"detector": "area", "size": list(SCREEN)}}))
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
            seen.ages.append((time.monotonic_ns() - header["event_time"]) / 1e9)
        await socket.write_message('{"drawn": 1}')
    socket.close()


def _browse(pipe: Connection, address: str, viewers: int, seconds: float) -> None:
    """Headless browsers, which paint without a graphics card: they take what the processor has left."""
    try:
        from playwright.sync_api import Error, sync_playwright
    except ImportError:
        pipe.send(Unusable("there is no playwright: install it, or measure without --browsers"))
        return
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"])
            pages = [browser.new_context(viewport={"width": 1400, "height": 1200}).new_page() for _ in range(viewers)]
            for page in pages:
                page.goto(f"{address}images?detector=area")
                page.wait_for_function("window.xtcmon?.picture?.count() > 0", timeout=PATIENCE_S * 1000)
                page.evaluate(RECORD)
            pipe.send("ready")
            for page in pages:
                page.evaluate("window.bench.pictures = 0; window.bench.bytes = 0; window.bench.ages = [];")
            time.sleep(seconds)
            pipe.send([Seen(**page.evaluate("window.bench")) for page in pages])
            pipe.recv()
            browser.close()
    except Error as error:
        pipe.send(Unusable(f"no browser could be used: {str(error).splitlines()[0]}"))


RECORD = """() => {
  const now = window.bench = {pictures: 0, bytes: 0, ages: []};
  let before = window.xtcmon.picture.count();
  const look = () => {
    const count = window.xtcmon.picture.count(), shown = window.xtcmon.picture.shown();
    if (count !== before) {
      now.pictures += count - before;
      now.bytes += shown.levels.length;
      now.ages.push(window.xtcmon.picture.age());
      before = count;
    }
    requestAnimationFrame(look);
  };
  look();
}"""
