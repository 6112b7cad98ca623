"""Clients of the bridges are killed, stopped and come fifty at a time: the run keeps its rate, and nobody else loses a row."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import zmq
from karabo_bridge import Client

from monitor.client import Monitor
from monitor.net.endpoints import read_endpoints
from monitor.simulate.run import SimulatedRun
from monitor.store.run_file import open_run
from tests.processes.conftest import file_in
from tests.support.command import PATIENCE_S, Command

pytestmark = [pytest.mark.processes, pytest.mark.timeout(2 * PATIENCE_S)]

RATE = 150
SILENCE_MS = 8000
"""After so long without an event the run is over."""

SETTINGS = """
[[bridge]]
kind = "karabo"
address = "tcp://127.0.0.1:0"

[[bridge]]
kind = "karabo"
name = "pub"
socket = "pub"
address = "tcp://127.0.0.1:0"

[[bridge]]
kind = "http"
address = "http://127.0.0.1:0"
"""

OTHER_PROGRAM = """
import sys
from karabo_bridge import Client
client = Client(sys.argv[1], sock=sys.argv[2], timeout=60)
print("here", flush=True)
while True:
    client.next()
"""


class Good(threading.Thread):
    """A client that reads as fast as it can, and notes the numbers of the events."""

    def __init__(self, address: str, sock: str) -> None:
        super().__init__(daemon=True)
        self.seqs: list[int] = []
        self._client = Client(address, sock=sock, timeout=PATIENCE_S)

    def run(self) -> None:
        with self._client as client:
            try:
                while True:
                    _, meta = client.next()
                    self.seqs.append(meta["event"]["timestamp.tid"])
                    client._socket.setsockopt(zmq.RCVTIMEO, SILENCE_MS)
            except TimeoutError:
                return


@contextmanager
def program(address: str, sock: str) -> Iterator[subprocess.Popen[str]]:
    """A client in a process of its own, once it has begun."""
    process = subprocess.Popen([sys.executable, "-c", OTHER_PROGRAM, address, sock], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        process.stdout.readline()
        yield process
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def addresses(monitor: Monitor) -> dict[str, str]:
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        monitor.receive(1.0)
        told = monitor.status(PATIENCE_S).get("bridges", {}).get("bridges", {})
        if len(told) == 3:
            return {name: entry["address"] for name, entry in told.items()}
    raise AssertionError("the status shows no bridges")


def stream_of(xtcmon: Command) -> str:
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        for folder in xtcmon.services():
            if stream := read_endpoints(folder).stream:
                return stream
        time.sleep(0.05)
    raise AssertionError("no service began")


def test_no_client_of_a_bridge_changes_the_run_or_what_others_get(
    xtcmon: Command, scan_run: SimulatedRun, tmp_path: Path
) -> None:
    settings = tmp_path / "bridges.toml"
    settings.write_text(SETTINGS)
    events = 31 * 40
    arguments = ("run", settings, *scan_run.files, "--rate", RATE, "--no-dashboard", "--stream", "tcp://127.0.0.1:0")
    with xtcmon.started(*arguments, "--output", tmp_path / "out") as running, Monitor(stream_of(xtcmon)) as monitor:
        where = addresses(monitor)
        goods = [Good(where["karabo"], "REQ"), Good(where["pub"], "SUB")]
        for good in goods:
            good.start()
        with program(where["pub"], "SUB") as asleep, program(where["karabo"], "REQ") as killed:
            os.kill(asleep.pid, signal.SIGSTOP)
            killed.kill()
            for _ in range(3):
                crowd = [Client(where[name], sock=sock) for name, sock in (("karabo", "REQ"), ("pub", "SUB")) for _ in range(25)]
                for client in crowd[:25]:
                    client._socket.send(b"next")
                for client in crowd:
                    client._context.destroy(linger=0)
            status = monitor.status()
            text = running.communicate(timeout=PATIENCE_S)[0]
        for good in goods:
            good.join(2 * SILENCE_MS / 1000)
    assert running.returncode == 0, text
    assert status["bridges"]["missed"] == 0
    for good in goods:
        assert good.seqs == list(range(good.seqs[0], events))
    with open_run(file_in(tmp_path / "out")) as run:
        assert len(run["event_time"]) == events
