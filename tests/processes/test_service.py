"""Reader, two workers and the aggregator on real sockets, in threads: recorded files in, a small-data file and a stream out."""

import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from monitor.aggregator.process import run_aggregator
from monitor.aggregator.stores import stores_for
from monitor.client import Monitor
from monitor.net.endpoints import Endpoints, read_endpoints
from monitor.reader.service import run_reader
from monitor.settings import Settings, parse
from monitor.store.run_file import open_run
from workers.process import run_worker

PATIENCE_S = 90.0
"""Kernels may have to be compiled first."""

pytestmark = [pytest.mark.processes, pytest.mark.timeout(2 * PATIENCE_S)]


class Threads:
    """Parts of a service; what one raises is raised again at the end."""

    def __init__(self) -> None:
        self._threads: list[threading.Thread] = []
        self.results: dict[str, Any] = {}
        self.stop = threading.Event()

    def start(self, name: str, work: Callable[[], Any]) -> None:
        def run() -> None:
            try:
                self.results[name] = work()
            except BaseException as error:  # handed over to the test
                self.results[name] = error

        self._threads.append(threading.Thread(target=run, name=name))
        self._threads[-1].start()

    def join(self) -> None:
        end = time.monotonic() + PATIENCE_S
        for thread in self._threads:
            thread.join(max(0.0, end - time.monotonic()))
        self.stop.set()
        for thread in self._threads:
            thread.join(5.0)
        for result in self.results.values():
            if isinstance(result, BaseException):
                raise result


@pytest.fixture
def threads() -> Iterator[Threads]:
    running = Threads()
    yield running
    running.stop.set()


def settings_for(files: list[Path], out: Path) -> Settings:
    source = {"files": [str(path) for path in files], "max_events": 7}
    return parse({"source": source, "store": {"directory": str(out)}, "stream": {"address": "tcp://127.0.0.1:0"}})


def endpoints_of(folder: Path) -> Endpoints:
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        known = read_endpoints(folder)
        if known.reader and known.rows:
            return known
        time.sleep(0.01)
    raise AssertionError("the service did not say where it is")


def test_recorded_files_become_a_small_data_file_and_a_stream_with_every_event_once(
    threads: Threads, golden_dir: Path, tmp_path: Path
) -> None:
    files = sorted((golden_dir / "xtc").glob("e81-r0098-s*-c00.xtc"))
    if not files:
        pytest.skip("no golden run e81-r0098")
    settings, folder = settings_for(files, tmp_path / "out"), tmp_path / "run"
    stores = stores_for(settings, folder)
    threads.start("aggregator", lambda: run_aggregator(settings, folder, stores, stop=threads.stop))
    threads.start("reader", lambda: run_reader(settings, folder))
    endpoints = endpoints_of(folder)
    seen: list[int] = []
    with Monitor(endpoints.stream) as monitor:
        for topic in ("rows/", "status", "end"):
            monitor.subscribe(topic)
        for n in range(2):
            threads.start(f"w{n}", partial(run_worker, endpoints, f"w{n}", stop=threads.stop))
        for rows in monitor.rows(timeout_s=PATIENCE_S):
            seen += range(rows.first, rows.first + len(rows))
        status = monitor.status()
    threads.join()
    assert threads.results["aggregator"] is True
    assert threads.results["reader"].code == 0
    assert seen == list(range(len(seen)))
    with open_run(next((tmp_path / "out").glob("*.h5"))) as file:
        times = file["event_time"]
        assert len(times) == len(seen)
        assert (np.diff(times) > 0).all()
    assert status["balance"] == {
        "read": len(seen),
        "written": len(seen),
        "lost": 0,
        "quarantined": 0,
        "filtered": 0,
        "unaccounted": 0,
    }
