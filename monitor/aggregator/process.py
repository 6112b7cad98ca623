"""The aggregator process: opens sockets and the store, and turns the loop until the last event is safe."""

import os
import threading
import time
from contextlib import ExitStack
from dataclasses import asdict, replace
from pathlib import Path

from monitor.aggregator.bookmark import Bookmark, read_bookmark, write_bookmark
from monitor.aggregator.bridge import open_bridges
from monitor.aggregator.desk.desk import Desk
from monitor.aggregator.desk.thread import DeskThread
from monitor.aggregator.instruction import FinishRun, OpenRun
from monitor.aggregator.keeper import DirectKeeper, ThreadKeeper
from monitor.aggregator.loop import Loop
from monitor.aggregator.machine import Aggregator
from monitor.aggregator.recovery import recovered_from
from monitor.aggregator.since import SinceFile
from monitor.aggregator.stores import Stores
from monitor.net.address import IPC_LIMIT
from monitor.net.alone import alone
from monitor.net.endpoints import Endpoints, read_endpoints, write_endpoints
from monitor.net.near import near_address
from monitor.net.processes import Processes
from monitor.net.service_publisher import ServicePublisher
from monitor.net.socket import ZmqDealer, ZmqRouter, wait
from monitor.running import adding
from monitor.settings import Settings
from monitor.store.face import RunStore

TURN_S = 0.02
"""Longest wait of one turn: frames, status and acknowledgements are never later than this."""

STREAM_HWM = 200
"""Messages kept for a slow subscriber; then it loses some, and knows it."""

REQUESTS_HWM, ANSWER_BYTES = 16, 512 << 20
"""Answers kept for a client that does not take them, and bytes of those for all clients; more are dropped."""

FAREWELL_S = 0.3
"""How long the last messages have to leave; sockets drop what they still hold when they are closed."""


def run_aggregator(
    settings: Settings,
    folder: Path,
    stores: Stores,
    *,
    generation: int = 0,
    rows: str = "",
    stream: str = "",
    reader: str = "",
    stop: threading.Event | None = None,
    insecure: bool = False,
) -> bool:
    """Serve until the reader's last event is durable and published, or until ``stop`` is set.

    Parameters
    ----------
    settings
        The set-up.
    folder
        The service's runtime folder: addresses are read from and written to it, and the bookmark.
    stores
        Opens the file of a run.
    generation
        Count of this process's starts. Wherever there is a bookmark, it goes on where the last one was.
    rows, stream
        Addresses to bind. Empty: where the predecessor was; else a socket file in ``folder``, and ``stream.address`` of the
        settings.
    reader
        Address of the reader; empty: awaited in ``folder``.
    stop
        Ends the loop early; what is committed stays.
    insecure
        Allow addresses that other machines can reach.

    Returns
    -------
    bool
        Whether everything was done.

    Raises
    ------
    Unusable, ConfigError
        If an address or the store cannot be used.
    """
    stop = stop or threading.Event()
    with ExitStack() as devices:
        devices.enter_context(alone(folder, "aggregator"))
        former = read_endpoints(folder) if generation else Endpoints()
        recovered, store = recovered_from(read_bookmark(folder), stores)
        noted = SinceFile(folder)
        recovered = replace(recovered, since=noted.read(recovered.run))
        keeper = ThreadKeeper(_keeper(folder, stores, store))
        devices.callback(keeper.close)
        machine = Aggregator(settings.pages, generation=generation, pid=os.getpid(), recovered=recovered, session=time.time_ns())
        peers = ZmqRouter(rows or former.rows or _socket_file(folder), insecure=insecure)
        devices.callback(peers.close)
        publisher = ServicePublisher(
            stream or former.stream or settings.stream.address, hwm=STREAM_HWM, insecure=insecure, near=near_address(folder)
        )
        devices.callback(publisher.close)
        answers = ZmqRouter(
            former.requests or settings.stream.requests or _beside(publisher.address),
            hwm=REQUESTS_HWM,
            insecure=insecure,
            right="read",
            most_bytes=ANSWER_BYTES,
        )
        devices.callback(answers.close)
        bridges = open_bridges(settings, insecure=insecure)
        for bridge in bridges:
            devices.callback(bridge.close)
        write_endpoints(folder, rows=peers.address, stream=publisher.address, near=publisher.near, requests=answers.address)
        # Now, because the first group of sums would stop the rows of half a second.
        adding.warm()
        address = reader or _awaited(folder, stop)
        if not address:
            return False
        dealer = ZmqDealer(address, "aggregator")
        devices.callback(dealer.close)
        controls = ZmqDealer(address)
        devices.callback(controls.close)
        desk = DeskThread(
            Desk(settings.pages.history, settings.stream.frames), answers, controls, control=settings.stream.control
        )
        devices.callback(desk.close)
        desk.start()
        machine.view.endpoints = {**asdict(read_endpoints(folder)), "reader": address}
        loop = Loop(machine, peers, dealer, publisher, keeper, time.time, bridges, desk)
        processes = Processes(folder)
        while not loop.left and not stop.is_set():
            machine.view.file = stores.file
            machine.view.processes = processes.look(time.monotonic())
            busy = loop.step()
            noted.keep(machine.view.means.of_run[0], machine.view.means.since)
            if not busy:
                wait((peers, dealer, publisher), TURN_S)
        if loop.left:
            time.sleep(FAREWELL_S)
        return loop.left


def _keeper(folder: Path, stores: Stores, store: RunStore | None) -> DirectKeeper:
    """The keeper that leaves a bookmark whenever a run's file is opened or finished."""

    def on_open(order: OpenRun) -> None:
        write_bookmark(folder, Bookmark(experiment=order.experiment, run=order.run, first=order.first))

    def on_finish(order: FinishRun) -> None:
        mark = read_bookmark(folder)
        done = Bookmark(experiment=mark.experiment, run=order.run, first=mark.first, finished=True, stop=order.stop)
        write_bookmark(folder, done)

    def open_store(order: OpenRun) -> RunStore:
        return stores.open(order.experiment, order.run, order.first, resume=False)

    return DirectKeeper(open_store, on_open=on_open, on_finish=on_finish, store=store)


def _awaited(folder: Path, stop: threading.Event) -> str:
    """Address of the reader, once it is in the service's folder; empty if the wait is ended."""
    while not (address := read_endpoints(folder).reader):
        if stop.wait(TURN_S):
            return ""
    return address


def _beside(stream: str) -> str:
    """Any port of the machine that the stream is at, or a socket file beside its own."""
    if stream.startswith("ipc://"):
        return f"{stream}.requests"
    return stream.rpartition(":")[0] + ":0"


def _socket_file(folder: Path) -> str:
    """A socket file in the folder, or any port of this machine where its path would be too long."""
    address = f"ipc://{folder.absolute()}/rows.sock"
    return address if len(address) - len("ipc://") <= IPC_LIMIT else "tcp://127.0.0.1:0"
