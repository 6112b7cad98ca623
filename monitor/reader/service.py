"""Builds a reader out of settings and runs it: what the command line calls."""

import json
import logging
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from monitor.errors import Unusable
from monitor.net.address import IPC_LIMIT
from monitor.net.alone import alone
from monitor.net.endpoints import read_endpoints, write_endpoints
from monitor.net.ring import MemoryRing, Ring, remove_stale
from monitor.net.socket import ZmqRouter
from monitor.reader.calibration import Calibration, check_files
from monitor.reader.controls import controls_of
from monitor.reader.dispatch.frame_shapes import Fits, anything_fits
from monitor.reader.dispatch.machine import Dispatch
from monitor.reader.feed import Feed
from monitor.reader.hold import Hold, Way
from monitor.reader.pace import Pace
from monitor.reader.process import Outcome, Reader
from monitor.reader.sources.choice import source_of
from monitor.reader.sources.listen import warm
from monitor.reader.sources.source import Source
from monitor.settings import Settings, bytes_in, parse
from monitor.user_file import keep, stamped
from monitor.wire.message import Message
from monitor.wire.note import note_of
from monitor.wire.worker_note import Pipeline

log = logging.getLogger(__name__)

PIPELINE_FILE = "pipeline.json"
LINGER_S = 1.0


class SystemClock:
    """The machine's time."""

    def now(self) -> float:
        """Monotonic seconds."""
        return time.monotonic()

    def unix(self) -> float:
        """Unix seconds."""
        return time.time()


def run_reader(
    settings: Settings,
    folder: Path,
    *,
    generation: int = 0,
    address: str = "",
    author: str = "",
    insecure: bool = False,
    source: Source | None = None,
    check: Callable[[Settings], object] = lambda settings: None,
    fits: Fits = anything_fits,
) -> Outcome:
    """Run a reader until its source is at an end and everything is durable, or SIGTERM or SIGINT asks it to stop.

    Parameters
    ----------
    settings
        The whole set-up.
    folder
        Runtime folder of the service: addresses in ``service.json``, the settings in force.
    generation
        Count of its starts; above 0 it goes on from where its predecessor was: same address, same settings in force.
    address
        Where to bind; empty: a socket file in ``folder``, or where the predecessor was.
    author
        Who the first settings are from.
    insecure
        Allow an address that other machines can reach.
    source
        Where events come from; None: as the settings say.
    check
        Raises ``ConfigError`` for settings that no worker could use; asked about every change.
    fits
        Raises it for settings that do not fit frames whose shapes are known; asked about every change.

    Raises
    ------
    ConfigError, Unusable, DamagedData
        Before anything is read: settings, address, folder, memory or source cannot be used.
    """
    with alone(folder, "reader"):
        remove_stale()
        clock = SystemClock()
        restored = _restored(folder) if generation else None
        if restored is not None:
            settings, version = restored
        else:
            version = 1
        source = source if source is not None else source_of(settings)
        if is_live(settings):
            warm()
            # The first check loads the workers' code: seconds in which no event would be read, if a person's change came first.
            check(settings)
        router, hold = None, None
        calibration = Calibration()
        try:
            hold = _hold_for(settings)
            router = ZmqRouter(address or _address(folder, generation), insecure=insecure)
            write_endpoints(folder, reader=router.address)
            dispatch = Dispatch(
                settings,
                live=is_live(settings),
                rereads=not settings.source.listen,
                base=int(clock.unix() * 1000) << 10,
                version=version,
                host=socket.gethostname(),
                controls=controls_of,
                check=partial(_accept, check),
                fits=fits,
                constants=calibration.used_by,
                bound=stamped,
            )
            feed = Feed(source, dispatch, hold, Pace(settings.source.rate), clock, calibration)
            reader = Reader(
                feed,
                dispatch,
                router,
                hold,
                clock,
                folder=Path(settings.store.directory or folder),
                author=author,
                wake=[source] if hasattr(source, "zmq") else [],
                on_pipeline=lambda note: _remember(folder, note),
            )
            with _stopped_by_signals(reader):
                return reader.run()
        finally:
            source.close()
            calibration.close()
            if router is not None:
                # The word to stop must reach the workers even if the reader leaves at once.
                router.close(linger_s=LINGER_S)
            if hold is not None:
                hold.close()


def _accept(check: Callable[[Settings], object], settings: Settings) -> None:
    """Settings that workers can use come into force, and what they are made of is kept."""
    check(settings)
    check_files(settings)
    keep(settings)


def is_live(settings: Settings) -> bool:
    """Whether the source is never slowed."""
    source = settings.source
    return source.mode == "live" or (source.mode == "auto" and bool(source.listen or source.rate))


def _hold_for(settings: Settings) -> Hold:
    """The reader's memory: none for files by reference, shared for rings, its own for inline."""
    wanted, memory = settings.source.bytes, bool(settings.source.listen)
    way: Way = wanted if wanted != "auto" else ("ring" if memory else "reference")
    size = bytes_in(settings.pool.ring_size, key="pool.ring_size")
    if way == "ring" or (way == "reference" and memory):
        return Hold(way, Ring("reader", size))
    return Hold(way, MemoryRing(size) if memory else None)


def _address(folder: Path, generation: int) -> str:
    """Where to bind: where the predecessor was, else a socket file in the folder, else any port of this machine."""
    if generation and (before := read_endpoints(folder).reader):
        return before
    address = f"ipc://{folder.absolute()}/reader.sock"
    return address if len(address) - len("ipc://") <= IPC_LIMIT else "tcp://127.0.0.1:0"


@contextmanager
def _stopped_by_signals(reader: Reader) -> Iterator[None]:
    """SIGTERM and SIGINT end the source; what was read is still brought to its end."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    signals = (signal.SIGTERM, signal.SIGINT)
    before = [signal.signal(number, lambda *_: reader.stop()) for number in signals]
    try:
        yield
    finally:
        for number, handler in zip(signals, before, strict=True):
            signal.signal(number, handler)


def _remember(folder: Path, note: Pipeline) -> None:
    """Write down the settings in force, for a successor."""
    fresh = folder / f".{PIPELINE_FILE}.{os.getpid()}"
    fresh.write_text(json.dumps({"version": note.version, "settings": note.settings, "author": note.author, "time": note.time}))
    fresh.replace(folder / PIPELINE_FILE)


def _restored(folder: Path) -> tuple[Settings, int] | None:
    """Settings and version that were in force, if they were ever changed."""
    try:
        data = json.loads((folder / PIPELINE_FILE).read_text())
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise Unusable(f"{folder / PIPELINE_FILE} cannot be read; remove it to go on with the settings as given") from error
    note = note_of(Pipeline, Message("pipeline", data))
    return parse(dict(note.settings)), note.version
