"""The aggregator process: opens sockets and the store, and turns the loop until the last event is safe."""

import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

from monitor.aggregator.bookmark import Bookmark, read_bookmark, write_bookmark
from monitor.aggregator.instruction import FinishRun, OpenRun
from monitor.aggregator.keeper import DirectKeeper, ThreadKeeper
from monitor.aggregator.loop import Loop
from monitor.aggregator.machine import Aggregator
from monitor.aggregator.recovery import recovered_from
from monitor.net.endpoints import Endpoints, read_endpoints, write_endpoints
from monitor.net.publish import ZmqPublisher
from monitor.net.socket import ZmqDealer, ZmqRouter, wait
from monitor.settings import Settings
from monitor.store.face import RunStore

TURN_S = 0.02
"""Longest wait of one turn: frames, status and acknowledgements are never later than this."""

STREAM_HWM = 200
"""Messages kept for a slow subscriber; then it loses some, and knows it."""

FAREWELL_S = 0.3
"""How long the last messages have to leave; sockets drop what they still hold when they are closed."""

Stores = Callable[[str, int, int, bool], RunStore]
"""Opens the file of a run: experiment, run, first event, whether to go on with a file that is there."""


def run_aggregator(
    settings: Settings,
    endpoints: Endpoints,
    folder: Path,
    stores: Stores,
    *,
    generation: int = 0,
    stop: threading.Event | None = None,
    insecure: bool = False,
) -> bool:
    """Serve until the reader's last event is durable and published, or until ``stop`` is set.

    Parameters
    ----------
    settings
        The set-up.
    endpoints
        Addresses: ``rows`` and ``stream`` are bound (port 0 takes a free one), ``reader`` is connected to; where that is empty
        it is awaited in the service's folder.
    folder
        The service's runtime folder: addresses and the bookmark are written there.
    stores
        Opens the file of a run.
    generation
        Count of this process's starts; from the second on, and wherever there is a bookmark, it goes on where the last one was.
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
    recovered, store = recovered_from(read_bookmark(folder), lambda mark: stores(mark.experiment, mark.run, mark.first, True))
    keeper = ThreadKeeper(_keeper(folder, stores, store))
    machine = Aggregator(settings.pages, generation=generation, pid=os.getpid(), recovered=recovered, session=time.time_ns())
    peers = stream = reader = None
    try:
        peers = ZmqRouter(endpoints.rows, insecure=insecure)
        stream = ZmqPublisher(endpoints.stream, hwm=STREAM_HWM, insecure=insecure)
        write_endpoints(folder, rows=peers.address, stream=stream.address)
        address = endpoints.reader or _awaited(folder, stop)
        if not address:
            return False
        reader = ZmqDealer(address, "aggregator")
        machine.view.endpoints = {"reader": address, "rows": peers.address, "stream": stream.address}
        loop = Loop(machine, peers, reader, stream, keeper, time.time)
        while not loop.left and not stop.is_set():
            if not loop.step():
                wait((peers, reader, stream), TURN_S)
        if loop.left:
            time.sleep(FAREWELL_S)
        return loop.left
    finally:
        keeper.close()
        for socket in (peers, reader, stream):
            if socket is not None:
                socket.close()


def _keeper(folder: Path, stores: Stores, store: RunStore | None) -> DirectKeeper:
    """The keeper that leaves a bookmark whenever a run's file is opened or finished."""

    def on_open(order: OpenRun) -> None:
        write_bookmark(folder, Bookmark(experiment=order.experiment, run=order.run, first=order.first))

    def on_finish(order: FinishRun) -> None:
        mark = read_bookmark(folder)
        done = Bookmark(experiment=mark.experiment, run=order.run, first=mark.first, finished=True, stop=order.stop)
        write_bookmark(folder, done)

    def open_store(order: OpenRun) -> RunStore:
        return stores(order.experiment, order.run, order.first, False)

    return DirectKeeper(open_store, on_open=on_open, on_finish=on_finish, store=store)


def _awaited(folder: Path, stop: threading.Event) -> str:
    """Address of the reader, once it is in the service's folder; empty if the wait is ended."""
    while not (address := read_endpoints(folder).reader):
        if stop.wait(TURN_S):
            return ""
    return address
