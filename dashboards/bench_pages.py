"""Measures how pictures reach those who look: frames alone, or a whole run; each part in processes of its own."""

import logging
import math
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import psutil

from dashboards.bench_audience import Audience, Child, Seen, browse, child, look
from dashboards.link import ServiceLink
from dashboards.server import Dashboard
from monitor.net.endpoints import Endpoints
from monitor.net.near import near_address
from monitor.net.service_publisher import ServicePublisher
from monitor.settings import Settings
from monitor.tools.lasting import settle
from monitor.wire.message import Message

FRAMES = 8
REST_S = 0.5
REST_SHARE = 0.05
LONGEST_REST_S = 30.0
ANY_PORT = "tcp://127.0.0.1:0"


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRow:
    """One line of the result; NaN where nothing was measured.

    Attributes
    ----------
    viewers, megapixels
        How many look at once at a detector of this size.
    painting
        How many of them got any picture.
    per_s_least, per_s_mean
        Pictures per second of the slowest viewer, and of all on average.
    age_ms_median, age_ms_99
        From publication by the service (a browser, and a whole run: from the arrival at the dashboard) until the viewer has the
        picture (a browser: has painted it).
    megabytes_per_s
        To all viewers together.
    dashboard_share
        Processor time of the dashboard's process over the time, 1 = one core.
    ms_per_picture
        Of that, for each different picture that was shown, however many look; fetching the frames is in it.
    viewers_share
        Processor time of all viewers.
    mb_begin, mb_end
        The dashboard's memory.
    events_per_s, lost
        Of the run meanwhile.
    """

    viewers: int
    megapixels: float
    painting: int
    per_s_least: float
    per_s_mean: float
    age_ms_median: float
    age_ms_99: float
    megabytes_per_s: float
    dashboard_share: float
    ms_per_picture: float
    viewers_share: float
    mb_begin: float
    mb_end: float
    events_per_s: float = float("nan")
    lost: float = float("nan")


@dataclass(frozen=True, slots=True, kw_only=True)
class Meter:
    """What processes have used up to a moment."""

    at: float
    dashboard: float
    memory: float
    audience: float = 0.0

    @classmethod
    def read(cls, dashboard: int, audience: int | None = None) -> "Meter":
        """Read it now."""
        theirs = cpu_seconds(audience) if audience is not None else 0.0
        memory = psutil.Process(dashboard).memory_info().rss / 1e6
        return cls(at=time.monotonic(), dashboard=cpu_seconds(dashboard), memory=memory, audience=theirs)


def bench_pages(
    viewers: Sequence[int],
    megapixels: Sequence[int],
    *,
    seconds: float = 5.0,
    rate: float = 12.0,
    browsers: bool = False,
    run: Sequence[Path] = (),
    detector: str = "",
    event_rate: float = 120.0,
) -> list[PageRow]:
    """Measure each number of viewers with each size of detector, or beside a run.

    Parameters
    ----------
    viewers, megapixels
        How many look; sizes of the detector where there is no run.
    seconds
        Length of each line.
    rate
        Pictures per second from the service.
    browsers
        Headless browsers instead of plain web sockets.
    run, detector, event_rate
        Files of a run (and a settings file) that is played again and again through a whole service, whose detector is looked
        at, and events per second. The first line is then that of the run without anybody who looks.

    Raises
    ------
    Unusable
        If a process does not come up, or browsers are wanted and there are none.
    """
    if run:
        from dashboards.bench_run import beside_a_run

        return beside_a_run(viewers, run, detector, seconds=seconds, rate=rate, browsers=browsers, event_rate=event_rate)
    return [_one(count, size, seconds, rate, browsers) for size in megapixels for count in viewers]


def _one(viewers: int, megapixels: int, seconds: float, rate: float, browsers: bool) -> PageRow:
    """One line without a run."""
    with ready(_publish, megapixels, rate) as (_, stream), ready(serve, *stream) as (dashboard, address):
        rested(dashboard.pid)
        audience = Audience(address=address, viewers=viewers, seconds=seconds, published=not browsers)
        with child(browse if browsers else look, audience) as lookers:
            lookers.expect(audience.patience_s)
            before = Meter.read(dashboard.pid, lookers.pid)
            seen: list[Seen] = lookers.expect(seconds + audience.patience_s)
            after = Meter.read(dashboard.pid, lookers.pid)
    return row_of(seen, before, after, megapixels=float(megapixels))


def row_of(seen: Sequence[Seen], before: Meter, after: Meter, *, megapixels: float, **more: float) -> PageRow:
    """One line from what was seen between two moments."""
    span = after.at - before.at
    ages = np.array([age for each in seen for age in each.ages] or [np.nan])
    used = after.dashboard - before.dashboard
    pictures = [each.pictures for each in seen]
    return PageRow(
        viewers=len(seen),
        megapixels=megapixels,
        painting=sum(count > 0 for count in pictures),
        per_s_least=min(pictures, default=float("nan")) / span,
        per_s_mean=sum(pictures) / span / len(seen) if seen else float("nan"),
        age_ms_median=1000 * float(np.median(ages)),
        age_ms_99=1000 * float(np.quantile(ages, 0.99)),
        megabytes_per_s=sum(each.bytes for each in seen) / span / 1e6,
        dashboard_share=used / span,
        ms_per_picture=1000 * used / max(pictures) if any(pictures) else float("nan"),
        viewers_share=(after.audience - before.audience) / span,
        mb_begin=before.memory,
        mb_end=after.memory,
        **more,
    )


def cpu_seconds(pid: int) -> float:
    """Processor seconds of a process and all below it."""
    process = psutil.Process(pid)
    total = 0.0
    for each in (process, *process.children(recursive=True)):
        try:
            total += _own_seconds(each)
        except psutil.NoSuchProcess:
            continue
    return total


def rested(pid: int) -> None:
    """Return when a process has nothing more to do for its own start; its pages are made ready in pauses, for some seconds."""
    latest = time.monotonic() + LONGEST_REST_S
    before = cpu_seconds(pid)
    while time.monotonic() < latest:
        time.sleep(REST_S)
        now = cpu_seconds(pid)
        if now - before < REST_SHARE * REST_S:
            return
        before = now


def _own_seconds(process: psutil.Process) -> float:
    """Of one process alone, threads that have ended included.

    The system's clock of a process counts nanoseconds. What psutil reads is the same in steps of 10 ms.
    """
    try:
        return time.clock_gettime(_clock_of(process.pid))
    except OSError:
        times = process.cpu_times()
        return times.user + times.system


def _clock_of(pid: int) -> int:
    """The number of a process's own clock, as clock_getcpuclockid(3) makes it on Linux; elsewhere there is no such clock."""
    return ~pid << 3 | 2


@contextmanager
def ready(target: object, *arguments: object) -> Iterator[tuple[Child, Any]]:
    """A process that says where it is when it is ready."""
    with child(target, *arguments) as made:
        yield made, made.expect()


def _publish(pipe: Connection, megapixels: int, rate: float) -> None:
    """The service's part: frames of noise with a few rings, at a steady pace."""
    side = round(np.sqrt(megapixels * 1e6))
    rows, columns = np.indices((side, side), np.float32)
    rings = 5 + 3 * np.cos(np.hypot(rows - side / 2, columns - side / 2) / 20)
    random = np.random.default_rng(1)
    frames = [(rings + random.normal(0, 1, rings.shape)).astype(np.float32) for _ in range(FRAMES)]
    with TemporaryDirectory() as folder:
        # As a service on the same machine offers it.
        publisher, count, due = ServicePublisher(ANY_PORT, near=near_address(Path(folder))), 0, time.monotonic()
        pipe.send((publisher.address, publisher.near))
        while not pipe.poll(max(0.0, due - time.monotonic())):
            publisher.subscriptions()
            due += 1 / rate
            count += 1
            header = {"seq": count, "unit": "keV", "rough": False, "events": count, "n": count, "session": 1}
            header["event_time"] = time.monotonic_ns()
            publisher.publish(Message("frame", header, {"image": frames[count % FRAMES]}, "frame/area"))
            if (count - 1) % math.ceil(rate) == 0:
                # A page that hears of no service is grey, which costs a browser twice the painting.
                told = {"time": time.time(), "reader": {"state": "waiting"}, "n": 1 + count // math.ceil(rate), "session": 1}
                publisher.publish(Message("status", told, {}, "status"))
        publisher.close()


def serve(pipe: Connection, stream: str, near: str = "") -> None:
    """The dashboard's part."""
    # There is nobody here who could tell what happened before.
    logging.getLogger("dashboards.feed").setLevel(logging.ERROR)
    settle()
    stop = threading.Event()

    def end() -> None:
        pipe.recv()
        stop.set()

    threading.Thread(target=end, daemon=True).start()
    link = ServiceLink(lambda: Endpoints(stream=stream, near=near))
    Dashboard(Settings(), link, port=0).run(pipe.send, stop)
