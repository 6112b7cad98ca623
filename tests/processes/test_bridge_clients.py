"""On the stream and on every bridge one client is killed, one stands still for 30 s, fifty come at once: others lose nothing."""

import json
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import Any

import pytest
import zmq

from monitor.aggregator.bridging import run_bridges
from monitor.net.publish import ZmqPublisher, ZmqSubscriber
from monitor.net.socket import ZmqRouter
from monitor.settings import parse
from monitor.wire.message import Message
from tests.support.told import frame, rows

pytestmark = [pytest.mark.processes, pytest.mark.timeout(150)]

HERE = "tcp://127.0.0.1:0"
PAUSE_S, PATIENCE_S = 30.0, 20.0
RATE, BATCH, PER_FRAME = 120, 3, 30
CROWD, EVERY = 50, 10

WAYS = {
    "karabo": ("rep", "pub", "push"),
    "bsread": ("pub", "push"),
    "crystfel": ("rep", "pub"),
    "dectris": ("push",),
    "array-1.0": ("pub", "push"),
}
OF_FRAMES = ("crystfel", "dectris", "array-1.0")
BRIDGES: list[dict[str, Any]] = [
    {
        "kind": kind,
        "name": f"{kind}.{way}",
        "socket": way,
        "address": HERE,
        **({"frames": ["cspad"]} if kind in OF_FRAMES else {}),
    }
    for kind, ways in WAYS.items()
    for way in ways
]
# A message for each question: on a busy machine there are not 120 round trips a second.
BRIDGES[0]["every"] = EVERY
BRIDGES.append({"kind": "http", "name": "http", "address": "http://127.0.0.1:0"})
KINDS = {"rep": zmq.REQ, "pub": zmq.SUB, "push": zmq.PULL}

CLIENTS = """
import sys, zmq
KINDS = {"rep": zmq.REQ, "pub": zmq.SUB, "push": zmq.PULL}
poller, of_each, asks = zmq.Poller(), int(sys.argv[1]), set()
for name, address in (word.split("=") for word in sys.argv[2:]):
    for _ in range(of_each):
        socket = zmq.Context.instance().socket(KINDS[name.rpartition(".")[2]])
        socket.setsockopt(zmq.RCVHWM, 5)
        socket.setsockopt(zmq.RCVBUF, 1 << 12)
        if socket.socket_type == zmq.SUB:
            socket.setsockopt(zmq.SUBSCRIBE, b"")
        socket.connect(address)
        if socket.socket_type == zmq.REQ:
            socket.send(b"next")
        poller.register(socket, zmq.POLLIN)
seen = set()
while True:
    for socket, _ in poller.poll(1000):
        socket.recv_multipart()
        seen.add(socket)
        if socket.socket_type == zmq.REQ:
            socket.send(b"next")
    if seen:
        print("here", flush=True)
"""


class Service(threading.Thread):
    """Publishes 120 events a second, and a picture with every 30th, until it is told to stop."""

    def __init__(self) -> None:
        super().__init__()
        self.publisher = ZmqPublisher(HERE, hwm=200)
        self.begin, self.leave = threading.Event(), threading.Event()
        self.events = self.frames = 0
        self._n: dict[str, int] = {}

    def run(self) -> None:
        self.begin.wait()
        due = time.monotonic()
        while not self.leave.is_set():
            due += BATCH / RATE
            self.leave.wait(max(0.0, due - time.monotonic()))
            self._publish(rows(self.events, self.events + BATCH))
            self.events += BATCH
            if self.events % PER_FRAME == 0:
                self._publish(frame(self.events - 1))
                self.frames += 1

    def _publish(self, message: Message) -> None:
        self._n[message.topic] = n = self._n.get(message.topic, 0) + 1
        self.publisher.publish(Message(message.kind, {**message.header, "n": n, "session": 1}, message.arrays, message.topic))


class Good(threading.Thread):
    """Reads what comes until nothing does; counts the messages."""

    def __init__(self, address: str, way: str) -> None:
        super().__init__(daemon=True)
        self.count = 0
        self.stop = threading.Event()
        self._address, self._way = address, way

    def run(self) -> None:
        with zmq.Context() as context, context.socket(KINDS[self._way]) as socket:
            socket.setsockopt(zmq.LINGER, 0)
            if self._way == "pub":
                socket.setsockopt(zmq.SUBSCRIBE, b"")
            socket.connect(self._address)
            if self._way == "rep":
                socket.send(b"next")
            while not self.stop.is_set():
                if socket.poll(100):
                    socket.recv_multipart()
                    self.count += 1
                    if self._way == "rep":
                        socket.send(b"next")


class GoodWeb(threading.Thread):
    """Follows the events of the HTTP bridge; notes their numbers."""

    def __init__(self, address: str) -> None:
        super().__init__(daemon=True)
        self.seqs: list[int] = []
        self._answer = urllib.request.urlopen(f"{address}/events?topics=rows", timeout=PATIENCE_S)

    def run(self) -> None:
        with suppress(OSError, ValueError), self._answer:
            for line in self._answer:
                if line.startswith(b"data: "):
                    self.seqs += json.loads(line[6:])["seq"]


@contextmanager
def clients(of_each: int, addresses: dict[str, str]) -> Iterator["subprocess.Popen[str]"]:
    """Clients of every bridge and of the stream in a process of their own, once something has come to them."""
    words = [f"{name}={address}" for name, address in addresses.items()]
    process = subprocess.Popen([sys.executable, "-c", CLIENTS, str(of_each), *words], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        assert process.stdout.readline() == "here\n"
        yield process
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def report_of(told: ZmqRouter) -> dict[str, Any]:
    """The newest report of the bridges, waiting for one."""
    newest, end = None, time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        received = told.receive(0.0 if newest else 0.5)
        if received is None and newest is not None:
            return dict(newest)
        newest = received[1].header if received is not None else newest
    raise AssertionError("the bridges say nothing")


def serve(bridges: list[dict[str, Any]], stream: str, told: str) -> None:
    run_bridges(parse({"bridge": bridges}), stream, told, threading.Event())


def listen(stream: ZmqSubscriber, seen: list[int], stop: threading.Event) -> None:
    while not stop.is_set():
        message = stream.receive(0.1)
        if message is not None:
            seen.append(message.header["first"])


def test_no_client_of_the_stream_or_of_a_bridge_costs_others_a_message_or_the_run_its_rate() -> None:
    service, told, stop = Service(), ZmqRouter(HERE), threading.Event()
    address = service.publisher.address
    bridges = multiprocessing.get_context("spawn").Process(target=serve, args=(BRIDGES, address, told.address), daemon=True)
    seen: list[int] = []
    with ExitStack() as ends:
        ends.callback(service.publisher.close)
        steady = ZmqSubscriber(address, ("rows/",), hwm=1000)
        ends.callback(steady.close)
        ends.callback(told.close)
        bridges.start()
        ends.callback(bridges.join)
        ends.callback(bridges.kill)
        for thread in (service, threading.Thread(target=listen, args=(steady, seen, stop))):
            thread.start()
            ends.callback(thread.join)
        ends.callback(stop.set)
        ends.callback(service.leave.set)
        ends.callback(service.begin.set)
        where = {name: entry["address"] for name, entry in report_of(told)["bridges"].items()}
        web = GoodWeb(where.pop("http"))
        web.start()
        goods = {name: Good(place, name.rpartition(".")[2]) for name, place in where.items()}
        for good in goods.values():
            good.start()
        time.sleep(1.0)
        began = time.monotonic()
        service.begin.set()
        everything = {**where, "stream.pub": address}
        with clients(1, everything) as asleep, clients(1, everything) as killed:
            os.kill(asleep.pid, signal.SIGSTOP)
            killed.kill()
            slept = time.monotonic()
            with clients(CROWD, everything):
                time.sleep(1.0)
            time.sleep(max(0.0, slept + PAUSE_S - time.monotonic()))
            os.kill(asleep.pid, signal.SIGCONT)
            time.sleep(1.0)
        service.leave.set()
        service.join()
        took = time.monotonic() - began
        time.sleep(1.5)
        report = report_of(told)
        for good in goods.values():
            good.stop.set()
            good.join()
    web.join(PATIENCE_S)

    assert service.events >= 0.95 * RATE * took - 2 * BATCH
    assert seen == list(range(0, service.events, BATCH))
    assert report["missed"] == 0
    assert web.seqs == list(range(service.events))
    for name, good in goods.items():
        kind, _, way = name.rpartition(".")
        whole = service.frames if kind in OF_FRAMES else service.events
        whole = len(range(0, whole, EVERY)) if name == "karabo.rep" else whole
        if way != "push":
            assert good.count == whole, name
        else:
            # Each message goes to one client: those of the one that sleeps are its own, up to what waits for it.
            assert good.count > whole / 3, name
        assert report["bridges"][name]["bad"] == 0
