"""How a service says how it is: status, metrics, log lines; and what it says when something dies."""

import json
import socket
import urllib.request
from pathlib import Path

import pytest

from monitor.client import Monitor
from monitor.net.endpoints import read_endpoints
from monitor.simulate.options import Options
from monitor.simulate.run import SimulatedRun, simulate
from monitor.tools.chaos.tormentor import processes_of
from tests.processes.test_ending import NAME_OF_FILE, QUIET, SLOW, rows_in, soon
from tests.support.command import PATIENCE_S, Command

pytestmark = [pytest.mark.processes, pytest.mark.timeout(3 * PATIENCE_S)]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> SimulatedRun:
    return simulate("camera", tmp_path_factory.mktemp("health"), Options(steps=20, events=100))


def free_port() -> int:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return int(trial.getsockname()[1])


def metrics_at(port: int) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
        return str(answer.read().decode())


def test_a_death_shows_in_status_metrics_stream_and_log(xtcmon: Command, run: SimulatedRun, tmp_path: Path) -> None:
    port = free_port()
    with xtcmon.started("run", *run.files, *QUIET, *SLOW, "--metrics", port, "-o", tmp_path) as process:
        soon(lambda: rows_in(tmp_path / NAME_OF_FILE) > 20)
        with Monitor(read_endpoints(xtcmon.services()[0]).stream) as monitor:
            monitor.subscribe("log")
            monitor.status()
            processes_of(process.pid)["worker-1"].kill()
            lines = []
            soon(lambda: lines.append(monitor.receive(1.0)) or any(m is not None and m.topic == "log" for m in lines))
            (line,) = [m.header for m in lines if m is not None and m.topic == "log"][:1]
            assert (line["process"], line["event"], line["fields"]["role"]) == ("supervisor", "process_died", "worker-1")
            soon(lambda: (monitor.status()["processes"].get("worker-1") or {}).get("restarts") == 1)
        assert 'xtcmon_restarts_total{process="worker-1"} 1.0' in metrics_at(port)
        assert "xtcmon_events_read_total" in metrics_at(port)
        told = xtcmon.run("status")
        for words in ("rate", "queues", "ledger", "source to worker", "in the worker", "worker to file", "restarts", "MB"):
            assert words in told.stdout
        status = json.loads(xtcmon.run("status", "--json").stdout)
        assert set(status["latency"]) == {"dispatch", "process", "order", "total", "commit"}
        assert set(status["queues"]) == {"order", "epoch", "store"}
        assert status["losses"] == {}
        assert status["processes"]["aggregator"]["memory"] > 1 << 20
    log = [json.loads(text) for text in (tmp_path / "xtcmon-log.jsonl").read_text().splitlines()]
    (death,) = [entry for entry in log if entry["event"] == "process_died"]
    assert (death["severity"], death["process"], death["fields"]["role"]) == ("WARNING", "supervisor", "worker-1")
    assert all({"time", "severity", "process", "text", "fields"} <= entry.keys() for entry in log)


def test_a_metrics_port_that_is_taken_is_one_sentence(xtcmon: Command, run: SimulatedRun, tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = xtcmon.run("run", *run.files, *QUIET, "--metrics", taken.getsockname()[1], "-o", tmp_path)
    assert done.returncode == 2
    assert len(done.stderr.strip().splitlines()) == 1
