"""The worker process: warm kernels first, then sockets, then turns until the reader says stop."""

import os
import socket
import threading

from monitor.net.endpoints import Endpoints
from monitor.net.places import Places
from monitor.net.socket import ZmqDealer
from monitor.settings import Settings
from monitor.wire.worker_note import Hello
from workers.pipeline import Pipeline
from workers.worker import Worker

AGGREGATOR_HWM = 64
"""Rows kept for a busy aggregator; then the worker waits."""

FAREWELL_S = 2.0
"""How long the last messages may take to leave."""


def run_worker(
    endpoints: Endpoints,
    name: str,
    generation: int = 0,
    *,
    credits: int = 4,
    stop: threading.Event | None = None,
) -> None:
    """Work until the reader says stop, or until ``stop`` is set.

    Parameters
    ----------
    endpoints
        Addresses of reader and aggregator.
    name, generation
        Who this is, and the count of its starts.
    credits
        Batches it takes at a time.
    stop
        Ends the loop after the batch in hand; the reader gives to others what is not done.

    Raises
    ------
    Unusable, ConfigError
        If an address cannot be used.
    """
    stop = stop or threading.Event()
    # Compiled kernels come from the cache on disk; without it the first batch would take seconds, and its lease with it.
    Pipeline(Settings(), 0).warm()
    hello = Hello(role="worker", name=name, generation=generation, pid=os.getpid(), host=socket.gethostname(), credits=credits)
    reader = ZmqDealer(endpoints.reader, name)
    aggregator = ZmqDealer(endpoints.rows, name, hwm=AGGREGATOR_HWM)
    places = Places()
    worker = Worker(hello, reader, aggregator, places, Pipeline)
    try:
        worker.greet()
        with worker.heart:
            while not worker.stopped and not stop.is_set():
                worker.step()
    finally:
        reader.close(FAREWELL_S)
        aggregator.close(FAREWELL_S)
        places.close()
