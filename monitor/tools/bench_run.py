"""Runs the whole service on recorded files and measures it from outside."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import psutil

from monitor.supervisor.folder import service_folder
from monitor.supervisor.service import Service
from monitor.tools.check import check_pipeline
from monitor.tools.launch import supervise
from monitor.tools.look import Watcher
from monitor.tools.setup import gather

READ_BYTES = 16 << 20


def bench_run(what: Sequence[str], shown: Mapping[str, Any], output: Path, *, workers: int, rate: float) -> dict[str, Any]:
    """Events per second from the first batch handed out to the last row durable, and where time and processors went.

    Parameters
    ----------
    what
        Files of a run, and at most one settings file.
    shown
        Further settings, dotted path to value.
    output
        Where the small-data file goes.
    workers, rate
        Worker processes; events per second, 0 = as fast as it goes. With a rate the files are read once before, for a live
        detector's data come from memory and not from a disk.
    """
    options = {
        "store.directory": str(output),
        "stream.address": "tcp://127.0.0.1:0",
        "pool.workers": workers,
        "source.rate": rate,
    }
    settings = gather(what, {**options, **shown})
    check_pipeline(settings)
    if rate:
        _read_through(settings.source.files)
    with service_folder() as folder:
        watch = _Watch(folder)
        try:
            supervise(folder, settings, dashboard=False, each_turn=watch.turn)
        finally:
            watch.watcher.close()
    return watch.result()


def _read_through(files: Sequence[str]) -> None:
    """Bring files into the system's memory."""
    buffer = bytearray(READ_BYTES)
    for path in files:
        with open(path, "rb", buffering=0) as file:
            while file.readinto(buffer):
                pass


class _Watch:
    """Notes when events began and ended to flow, and what the processes used."""

    def __init__(self, folder: Path) -> None:
        self.watcher = Watcher(folder)
        self._began = self._ended = 0.0
        self._first = 0
        self._cpu: dict[str, float] = {}
        self._cpu_at_begin: dict[str, float] = {}

    def turn(self, service: Service) -> bool:
        """Look once; never keeps the service."""
        self.watcher.poll()
        status = self.watcher.status
        processed = int(status.get("processed", 0))
        self._cpu.update(_cpu_seconds(service.pids))
        if processed and not self._began:
            self._began, self._first, self._cpu_at_begin = float(status["time"]), processed, dict(self._cpu)
        if status.get("written") and not self.watcher.ended:
            self._ended = float(status["time"])
        return False

    def result(self) -> dict[str, Any]:
        """The numbers, by name."""
        status: Mapping[str, Any] = self.watcher.status
        written = int(status.get("written", 0))
        seconds = max(1e-9, self._ended - self._began)
        found: dict[str, Any] = {
            "events": written,
            "lost": int(status.get("lost", 0)),
            "seconds": seconds,
            "events per second": (written - self._first) / seconds,
        }
        for stage, (median, most) in (status.get("latency") or {}).items():
            found[f"delay {stage}, median ms"] = 1000 * median
            found[f"delay {stage}, 99 % ms"] = 1000 * most
        for name, cpu in sorted(self._cpu.items()):
            found[f"{name}, processor share"] = (cpu - self._cpu_at_begin.get(name, 0.0)) / seconds
        return found


def _cpu_seconds(pids: Mapping[str, int]) -> dict[str, float]:
    """Processor seconds used so far, by process name."""
    found = {}
    for name, pid in pids.items():
        try:
            times = psutil.Process(pid).cpu_times()
        except psutil.NoSuchProcess:
            continue
        found[name] = times.user + times.system
    return found
