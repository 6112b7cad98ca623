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
        self._threads: dict[str, threading.Thread] = {}
        self.results: dict[str, Any] = {}
        self.stop = threading.Event()

    def start(self, name: str, work: Callable[[], Any]) -> None:
        def run() -> None:
            try:
                self.results[name] = work()
            except BaseException as error:  # handed over to the test
                self.results[name] = error

        self._threads[name] = threading.Thread(target=run, name=name)
        self._threads[name].start()

    def wait_for(self, name: str) -> None:
        self._threads[name].join(PATIENCE_S)

    def join(self) -> None:
        end = time.monotonic() + PATIENCE_S
        for thread in self._threads.values():
            thread.join(max(0.0, end - time.monotonic()))
        self.stop.set()
        for thread in self._threads.values():
            thread.join(5.0)
        for result in self.results.values():
            if isinstance(result, BaseException):
                raise result


@pytest.fixture
def threads() -> Iterator[Threads]:
    running = Threads()
    yield running
    running.stop.set()


def settings_for(files: list[Path], out: Path, **more: Any) -> Settings:
    source = {"files": [str(path) for path in files], "max_events": 7, **more}
    return parse({"source": source, "store": {"directory": str(out)}, "stream": {"address": "tcp://127.0.0.1:0"}})


def endpoints_of(folder: Path) -> Endpoints:
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        known = read_endpoints(folder)
        if known.reader and known.rows:
            return known
        time.sleep(0.01)
    raise AssertionError("the service did not say where it is")


@pytest.fixture
def files(golden_dir: Path) -> list[Path]:
    found = sorted((golden_dir / "xtc").glob("e81-r0098-s*-c00.xtc"))
    if not found:
        pytest.skip("no golden run e81-r0098")
    return found


def events_in(directory: Path) -> int:
    """Rows of the one file in a folder, checked to be in order and without doubles."""
    with open_run(next(directory.glob("*.h5"))) as file:
        times = file["event_time"]
    assert (np.diff(times) > 0).all()
    return len(times)


def test_recorded_files_become_a_small_data_file_and_a_stream_with_every_event_once(
    threads: Threads, files: list[Path], tmp_path: Path
) -> None:
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
    assert events_in(tmp_path / "out") == len(seen) > 0
    assert status["balance"] == {
        "read": len(seen),
        "written": len(seen),
        "lost": 0,
        "quarantined": 0,
        "filtered": 0,
        "unaccounted": 0,
    }


def test_an_aggregator_that_is_restarted_in_the_middle_goes_on_and_nothing_is_missing_or_double(
    threads: Threads, files: list[Path], tmp_path: Path
) -> None:
    settings, folder = settings_for(files, tmp_path / "out", rate=40.0, mode="lossless"), tmp_path / "run"
    first_stop = threading.Event()

    def aggregate(generation: int, stop: threading.Event) -> bool:
        return run_aggregator(settings, folder, stores_for(settings, folder), generation=generation, stop=stop)

    threads.start("aggregator", lambda: aggregate(0, first_stop))
    threads.start("reader", lambda: run_reader(settings, folder))
    endpoints = endpoints_of(folder)
    for n in range(2):
        threads.start(f"w{n}", partial(run_worker, endpoints, f"w{n}", stop=threads.stop))
    with Monitor(endpoints.stream) as monitor:
        before = next(monitor.rows(timeout_s=PATIENCE_S)).first
        for rows in monitor.rows(timeout_s=PATIENCE_S):
            if rows.first >= before + 50:
                break
        first_stop.set()
        threads.wait_for("aggregator")
        assert threads.results["aggregator"] is False
        threads.start("second aggregator", lambda: aggregate(1, threads.stop))
        for rows in monitor.rows(timeout_s=PATIENCE_S):
            last = rows.first + len(rows)
    threads.join()
    assert threads.results["second aggregator"] is True
    assert threads.results["reader"].code == 0
    assert events_in(tmp_path / "out") == last > before + 50
