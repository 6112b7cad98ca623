"""Measures the hop from reader to workers: the real reader and real worker processes, with workers that only touch the bytes."""

import multiprocessing
import os
import tempfile
import threading
import time
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from multiprocessing.sharedctypes import Synchronized
from multiprocessing.synchronize import Barrier
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from monitor.errors import Unusable
from monitor.net.endpoints import read_endpoints
from monitor.net.places import Places
from monitor.net.socket import ZmqDealer
from monitor.reader.hold import Way
from monitor.reader.process import AGGREGATOR
from monitor.reader.repeated_file import RepeatedFile
from monitor.reader.service import run_reader
from monitor.settings import Pool, Settings, Source
from monitor.wire.aggregator_note import Bye, Committed, End, Epoch
from monitor.wire.batch import batch_of
from monitor.wire.note import note_of, to_message
from monitor.wire.worker_note import Done, Heartbeat, Hello, Stop

KINDS: Mapping[str, int] = {"1 kB": 1024, "1 Mpx": 2 << 20, "2.3 Mpx": 32 * 185 * 388 * 2, "4 Mpx": 8 << 20}
"""Bytes per event; pixels are two bytes."""

WAYS: tuple[Way, ...] = ("reference", "ring", "inline")
FILE_BYTES = 256 << 20
"""Size of the file that events are read from, over and over; small enough to stay in the page cache, as a fresh run is."""

PAGE = 4096

TRIAL_BATCHES = 500
"""Batches of the run before each line that tells how many fit into its time."""

MOST_EVENTS = 5_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class HopRow:
    """One line of the table.

    Attributes
    ----------
    kind, way
        What an event is, and how its bytes travelled.
    workers, events, batches
        Worker processes, events handed over, batches they were in.
    seconds
        From the first batch handed out to the last one done.
    cpu_reader, cpu_workers
        Processor seconds of the reader, and of all workers together.
    nbytes
        Bytes per event.
    """

    kind: str
    way: Way
    workers: int
    events: int
    batches: int
    seconds: float
    cpu_reader: float
    cpu_workers: float
    nbytes: int

    @property
    def events_per_s(self) -> float:
        """Events per second."""
        return self.events / self.seconds

    @property
    def batches_per_s(self) -> float:
        """Batches per second."""
        return self.batches / self.seconds

    @property
    def gigabytes_per_s(self) -> float:
        """Payload in 10^9 bytes per second."""
        return self.events * self.nbytes / self.seconds / 1e9

    @property
    def cpu_per_event_us(self) -> float:
        """Processor time of reader and workers per event, microseconds."""
        return (self.cpu_reader + self.cpu_workers) / self.events * 1e6


def bench_hop(
    *, workers: int = 2, seconds: float = 2.0, kinds: Sequence[str] = tuple(KINDS), ways: Sequence[Way] = WAYS, batch: int = 0
) -> list[HopRow]:
    """Measure every kind of event by every way.

    Parameters
    ----------
    workers
        Worker processes.
    seconds
        About how long each line may take.
    kinds, ways
        Which ones.
    batch
        Events per batch; 0 = 256 for small events and one for frames.

    Raises
    ------
    Unusable
        If a line does not come to its end.
    """
    rows = []
    with tempfile.TemporaryDirectory(prefix="xtcmon-bench-") as folder:
        path = Path(folder) / "events"
        np.random.default_rng(1).integers(0, 255, FILE_BYTES, np.uint8).tofile(path)
        for kind in kinds:
            for way in ways:
                nbytes = KINDS[kind]
                size = batch or (256 if nbytes < PAGE else 1)
                trial = _line(kind, way, path, Path(folder), workers, TRIAL_BATCHES * size, size)
                total = int(min(max(trial.events_per_s * seconds, TRIAL_BATCHES * size), MOST_EVENTS))
                rows.append(_line(kind, way, path, Path(folder), workers, total, size))
    return rows


def _line(kind: str, way: Way, path: Path, folder: Path, workers: int, total: int, batch: int) -> HopRow:
    """Measure one line."""
    runtime = folder / f"run-{time.monotonic_ns()}"
    settings = Settings(
        source=Source(files=("events",), bytes=way, max_events=batch, max_bytes=1 << 30),
        pool=Pool(workers=workers, credits=8, ring_size="512 MiB"),
    )
    context = multiprocessing.get_context("spawn")
    meter = context.Queue()
    ready = context.Barrier(workers + 1)
    done = [context.Value("q", 0) for _ in range(workers)]
    pool = [context.Process(target=_work, args=(str(runtime), i, meter, ready, done[i]), daemon=True) for i in range(workers)]
    for process in pool:
        process.start()
    before = time.thread_time()
    committer = _Committer(runtime, ready, done)
    committer.start()
    try:
        outcome = run_reader(settings, runtime, source=RepeatedFile(path, KINDS[kind], total))
        cpu = time.thread_time() - before
        if outcome.code:
            raise Unusable(f"the hop did not come to its end: {outcome.why}")
        used = [meter.get(timeout=10) for _ in pool]
    finally:
        committer.join(timeout=10)
        for process in pool:
            process.join(timeout=5)
            process.kill()
    return HopRow(
        kind=kind,
        way=way,
        workers=workers,
        events=total,
        batches=sum(batches for batches, *_ in used),
        seconds=max(stop for *_, stop in used) - min(start for _, _, start, _ in used),
        cpu_reader=cpu,
        cpu_workers=sum(cpu for _, cpu, *_ in used),
        nbytes=KINDS[kind],
    )


class _Committer(threading.Thread):
    """Stands for the aggregator: says that an epoch is durable as soon as the workers have done so many events.

    It lets the reader start when all workers are there, so that their start is not measured.
    """

    def __init__(self, runtime: Path, ready: Barrier, done: "Sequence[Synchronized[int]]") -> None:
        super().__init__(daemon=True)
        self._runtime, self._ready, self._done = runtime, ready, done

    def run(self) -> None:
        """Answer the reader until its end."""
        dealer = ZmqDealer(_reader_address(self._runtime), AGGREGATOR.decode())
        self._ready.wait(timeout=60)
        dealer.send(to_message(Hello(role="aggregator", committed=0)))
        committed, end = 0, -1
        waiting: deque[Epoch] = deque()
        while committed != end:
            message = dealer.receive(timeout_s=0.002 if waiting else 1.0)
            if message is not None and message.kind == Epoch.KIND:
                waiting.append(note_of(Epoch, message))
            elif message is not None and message.kind == End.KIND:
                end = note_of(End, message).stop
            done = sum(counter.value for counter in self._done)
            while waiting and done >= waiting[0].stop:
                epoch = waiting.popleft()
                committed = epoch.stop
                dealer.send(to_message(Committed(epoch=epoch.epoch, stop=epoch.stop)), timeout_s=1.0)
        dealer.send(to_message(Bye()), timeout_s=1.0)
        dealer.close(linger_s=1.0)


def _work(
    runtime: str,
    number: int,
    meter: "multiprocessing.Queue[tuple[int, float, float, float]]",
    ready: Barrier,
    done: "Synchronized[int]",
) -> None:
    """A worker that reads one byte of each page and nothing more."""
    dealer = ZmqDealer(_reader_address(Path(runtime)), f"w{number}")
    places = Places()
    name = f"w{number}"
    dealer.send(to_message(Hello(role="worker", name=name, pid=os.getpid(), credits=8)))
    ready.wait(timeout=60)
    batches, start, stop, cpu = 0, 0.0, 0.0, 0.0
    beat = time.monotonic()
    while (message := dealer.receive(timeout_s=30.0)) is not None and message.kind != Stop.KIND:
        if message.kind == "batch":
            if not batches:
                start, cpu = time.monotonic(), time.process_time()
            batch = batch_of(message)
            _touch(batch.pieces, places.resolve(batch, message))
            dealer.send(to_message(Done(lease=batch.lease, epoch=batch.epoch)), timeout_s=1.0)
            batches, stop = batches + 1, time.monotonic()
            done.value += batch.count
        if time.monotonic() - beat > 0.5:
            beat = time.monotonic()
            dealer.send(to_message(Heartbeat(name=name)))
    meter.put((batches, time.process_time() - cpu, start if batches else float("inf"), stop))
    dealer.close()


def _touch(pieces: NDArray[np.void], buffers: list[NDArray[np.uint8]]) -> int:
    """Read one byte of each page of all pieces."""
    first, stop = int(pieces["offset"].min()), int((pieces["offset"] + pieces["length"]).max())
    return int(buffers[0][first:stop:PAGE].sum(dtype=np.int64))


def _reader_address(runtime: Path) -> str:
    """Wait for the reader's address.

    Raises
    ------
    Unusable
        If it does not come.
    """
    for _ in range(1000):
        if address := read_endpoints(runtime).reader:
            return address
        time.sleep(0.01)
    raise Unusable(f"no reader in {runtime}")
