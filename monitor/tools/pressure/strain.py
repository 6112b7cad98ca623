"""The kinds of pressure that a live service is put under, one after the other."""

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psutil

from monitor.net.publish import ZmqSubscriber
from monitor.tools.chaos.tormentor import processes_of

BLOCK = 8 << 20
"""Bytes forced to the disk at a time by who keeps it busy."""

BLOCKS = 16
"""Blocks after which the same file is written from its beginning."""

HUNG_S, FREE_S = 8.0, 4.0
"""For how long processes are stopped (longer than the reader's queue lasts), and how long they work until the next time."""

GLANCE_S = 2.0
"""How often a slow viewer looks."""

KINDS = ("none", "slow workers", "slow disk", "slow subscribers")


@contextmanager
def strain(kind: str, supervisor: int, folder: Path, stream: str) -> Iterator[None]:
    """Put a service under one kind of pressure while the block runs.

    Parameters
    ----------
    kind
        One of ``KINDS``.
    supervisor
        Process id of the service.
    folder
        Where its file is.
    stream
        Address of its stream.
    """
    with ExitStack() as stack:
        if kind == "slow workers":
            stack.enter_context(_beside(lambda stop: _hang(supervisor, "worker", stop)))
        elif kind == "slow disk":
            # A disk that is busy, and one that for seconds does not answer at all: then the process that writes hangs with it.
            stack.enter_context(_beside(lambda stop: _keep_busy(folder / ".pressure", stop)))
            stack.enter_context(_beside(lambda stop: _hang(supervisor, "aggregator", stop)))
        elif kind == "slow subscribers":
            stack.enter_context(_subscriber(stream, ("",)))
            stack.enter_context(_beside(lambda stop: _glance(stream, stop)))
        yield


@contextmanager
def _beside(work: Callable[[threading.Event], None]) -> Iterator[None]:
    """Do something in a thread of its own until the block ends."""
    stop = threading.Event()
    thread = threading.Thread(target=work, args=(stop,), name="pressure")
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


@contextmanager
def _subscriber(stream: str, topics: tuple[str, ...]) -> Iterator[ZmqSubscriber]:
    """Somebody who takes one message in and then waits to be read."""
    subscriber = ZmqSubscriber(stream, topics, hwm=1)
    try:
        yield subscriber
    finally:
        subscriber.close()


def _hang(supervisor: int, role: str, stop: threading.Event) -> None:
    """Stop the processes of a role for some seconds, again and again."""
    while not stop.is_set():
        stopped = [process for name, process in processes_of(supervisor).items() if name.startswith(role)]
        try:
            _each(stopped, "suspend")
            stop.wait(HUNG_S)
        finally:
            _each(stopped, "resume")
        stop.wait(FREE_S)


def _each(processes: list[psutil.Process], what: str) -> None:
    """Suspend or resume processes, as far as they are still there."""
    for process in processes:
        try:
            getattr(process, what)()
        except psutil.NoSuchProcess:
            continue


def _keep_busy(path: Path, stop: threading.Event) -> None:
    """Force blocks to the disk that the service writes to."""
    block = os.urandom(BLOCK)
    try:
        with path.open("wb", buffering=0) as file:
            while not stop.is_set():
                file.seek(0)
                for _ in range(BLOCKS):
                    file.write(block)
                    os.fsync(file.fileno())
                    if stop.is_set():
                        break
    finally:
        path.unlink(missing_ok=True)


def _glance(stream: str, stop: threading.Event) -> None:
    """Look at one frame now and then."""
    with _subscriber(stream, ("frame/",)) as viewer:
        while not stop.wait(GLANCE_S):
            viewer.receive()
