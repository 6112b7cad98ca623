"""How many rows reach 1, 10 and 100 subscribers, and how long they take from the aggregator to the subscriber's own loop."""

import multiprocessing
import time
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection

import numpy as np

from monitor.client import Monitor, topic_of
from monitor.errors import XtcmonError
from monitor.net.noise import break_off, send_noise
from monitor.tools.stage import Stage, some_rows
from monitor.wire.rows import Reduced

BATCH = 64
LIVE_BATCH, LIVE_RATE = 3, 40.0
"""Events per message, and messages per second, of a live source at 120 Hz."""

FIELDS = 100
PATIENCE_S = 30.0
QUEUE = 50
"""Messages that wait for a subscriber: a hundred of them share one machine's memory here."""


@dataclass(frozen=True, slots=True)
class StreamRow:
    """One line of the result.

    Attributes
    ----------
    subscribers
        All in one other process.
    wanted
        Which rows they subscribe to.
    rows_per_s, megabytes_per_s
        What all of them got together at full speed, decoded.
    missed
        Share of the messages that was dropped for them at full speed.
    median_ms, most_ms
        Time from the aggregator to the subscriber's loop at 120 events per second: median and 99 %.
    """

    subscribers: int
    wanted: str
    rows_per_s: float
    megabytes_per_s: float
    missed: float
    median_ms: float
    most_ms: float


class _Source:
    """Rows as fast as they are asked for, or at the pace of a live source."""

    def __init__(self) -> None:
        self.pace: float | None = None
        self._first = 0
        self._next = 0.0

    def __call__(self, now: float) -> Reduced | None:
        if self.pace is None or (self.pace and now < self._next):
            return None
        self._next = max(self._next + self.pace, now - self.pace) if self.pace else 0.0
        reduced = some_rows(self._first, LIVE_BATCH if self.pace else BATCH, FIELDS, now)
        self._first += reduced.rows.count
        return reduced


def bench_stream(subscribers: Sequence[int] = (1, 10, 100), *, seconds: float = 2.0) -> list[StreamRow]:
    """Measure; each line takes somewhat more than twice the time.

    Raises
    ------
    XtcmonError
        If the other process does not listen in time.
    """
    found = []
    for number in subscribers:
        for fields in ((), ("detector/value_1", "detector/value_2")):
            found.append(_one(number, fields, seconds))
    return found


def bench_hostile(count: int) -> dict[str, float | str | int]:
    """Throw noise at every socket of the aggregator while rows flow to a subscriber: what came of both.

    Raises
    ------
    XtcmonError
        If the aggregator failed, or the subscriber missed anything.
    """
    source = _Source()
    with Stage(source) as stage, Monitor(stage.stream.address) as monitor:
        steps = monitor.rows("detector/value_1", timeout_s=PATIENCE_S)
        source.pace = 1 / LIVE_RATE
        first = next(steps).first
        stage.slowest_turn_s, trouble, start = 0.0, stage.machine.trouble.counts, time.monotonic()
        sender = multiprocessing.get_context("spawn").Process(
            target=_throw, args=((stage.rows.address, stage.requests.address), stage.stream.address, count)
        )
        sender.start()
        rows, stop = 0, first
        while sender.is_alive() or rows == 0:
            piece = next(steps)
            if piece.seq[0] != stop and rows:
                raise XtcmonError(f"event {stop} is missing on the stream")
            rows, stop = rows + len(piece), piece.stop
        sender.join()
        time.sleep(0.5)
        seconds = time.monotonic() - start
    if stage.failure is not None or sender.exitcode:
        raise XtcmonError(f"the aggregator or the sender failed: {stage.failure!r}")
    return {
        "messages": 3 * count,
        "counted": sum(trouble.values()),
        "kinds of trouble": len(trouble),
        "seconds": seconds,
        "rows meanwhile": rows,
        "messages missed": sum(monitor.missed.values()),
        "slowest turn, ms": 1000 * stage.slowest_turn_s,
    }


def _throw(peers: Sequence[str], stream: str, count: int) -> None:
    """Noise for every socket; in a process of its own."""
    for seed, address in enumerate(peers):
        send_noise(address, count, seed=seed)
        break_off(address, min(200, count // 10), seed=seed)
    send_noise(stream, count, seed=9, subscriptions=True)
    break_off(stream, min(200, count // 10))


def _one(number: int, fields: Sequence[str], seconds: float) -> StreamRow:
    """One line: full speed, then the pace of a live source."""
    source = _Source()
    ours, theirs = multiprocessing.Pipe()
    with Stage(source) as stage:
        audience = multiprocessing.get_context("spawn").Process(
            target=_listen, args=(theirs, stage.stream.address, number, topic_of(fields)), daemon=True
        )
        audience.start()
        try:
            _expect(ours)
            found = []
            for pace in (0.0, 1 / LIVE_RATE):
                ours.send(seconds)
                _expect(ours)
                source.pace = pace
                found.append(_expect(ours))
                source.pace = None
            ours.send(0.0)
            audience.join(PATIENCE_S)
        finally:
            audience.kill()
    (rows, size, missed, messages, _), (*_, delays) = found
    return StreamRow(
        subscribers=number,
        wanted=f"{len(fields) or 'all'} of {FIELDS} fields",
        rows_per_s=rows / seconds,
        megabytes_per_s=size / seconds / 1e6,
        missed=missed / max(1, missed + messages),
        median_ms=1000 * float(np.median(delays)),
        most_ms=1000 * float(np.quantile(delays, 0.99)),
    )


def _expect(pipe: Connection) -> tuple[int, int, int, int, list[float]]:
    if not pipe.poll(PATIENCE_S):
        raise XtcmonError("the subscribers of the measurement do not answer")
    found: tuple[int, int, int, int, list[float]] = pipe.recv()
    return found


def _listen(pipe: Connection, address: str, number: int, topic: str) -> None:
    """Subscribers in a process of their own, new ones each time: as long as they are told, and then what they got."""
    pipe.send((0, 0, 0, 0, []))
    while seconds := pipe.recv():
        monitors = [Monitor(address, queue=QUEUE) for _ in range(number)]
        for monitor in monitors:
            monitor.subscribe(topic)
        time.sleep(1.0)
        pipe.send((0, 0, 0, 0, []))
        pipe.send(_heard(monitors, seconds))
        for monitor in monitors:
            monitor.close()


def _heard(monitors: Sequence[Monitor], seconds: float) -> tuple[int, int, int, int, list[float]]:
    """Rows, bytes, missed messages, messages, and the delay of each, with the subscribers in turn."""
    rows = size = messages = 0
    delays: list[float] = []
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        idle = True
        for monitor in monitors:
            message = monitor.receive(0)
            if message is None:
                continue
            idle = False
            messages += 1
            rows += int(message.header.get("count", 0))
            size += sum(array.nbytes for array in message.arrays.values())
            delays.append(time.time() - float(message.header.get("created", 0.0)))
        if idle:
            time.sleep(0.0005)
    return rows, size, sum(sum(monitor.missed.values()) for monitor in monitors), messages, delays
