"""How a service ends, and what it leaves: on request, at once, and when its supervisor is killed."""

import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import psutil
import pytest
import zmq

from monitor.net.ring import FOLDER, NAME
from monitor.net.socket import ZmqRouter
from monitor.simulate.options import Options
from monitor.simulate.run import SimulatedRun, simulate
from monitor.store.run_file import open_run
from monitor.tools.chaos.tormentor import processes_of
from tests.processes.conftest import file_in
from tests.support.command import PATIENCE_S, Command

pytestmark = [pytest.mark.processes, pytest.mark.timeout(3 * PATIENCE_S)]

QUIET = ("--no-dashboard", "--stream", "tcp://127.0.0.1:0")
SLOW = ("--rate", 40, "--mode", "lossless")
NAME_OF_FILE = "xpp12311_Run0007.h5"


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> SimulatedRun:
    """2000 events: at the slow rate more than any of these tests waits for."""
    return simulate("camera", tmp_path_factory.mktemp("ending"), Options(steps=20, events=100))


def soon(what: Callable[[], object], patience_s: float = PATIENCE_S) -> None:
    """Wait until something is true."""
    end = time.monotonic() + patience_s
    while not what():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.02)


def rows_in(path: Path) -> int:
    """Rows that are committed by now."""
    if not path.exists() and not list(path.parent.glob(f"{path.stem}_part*.h5")):
        return 0
    with open_run(path) as found:
        return len(found)


def said(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    return process.stdout.read()


def test_the_first_signal_finishes_what_was_read(xtcmon: Command, run: SimulatedRun, tmp_path: Path) -> None:
    path = tmp_path / NAME_OF_FILE
    with xtcmon.started("run", *run.files, *QUIET, *SLOW, "-o", tmp_path) as process:
        soon(lambda: rows_in(path) > 50)
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE_S) == 0, said(process)
    with h5py.File(path) as file, np.load(run.truth_file.with_suffix(".npz")) as truth:
        rows = len(file["event_time"])
        assert 50 < rows < 2000
        assert not file.attrs["complete"]
        np.testing.assert_array_equal(file["Sums/spot_camera_calib"][()].sum(), truth["frame_sum"][:rows].sum())
    assert xtcmon.services() == []


def test_the_second_signal_ends_at_once_and_closes_the_files(xtcmon: Command, run: SimulatedRun, tmp_path: Path) -> None:
    with xtcmon.started("run", *run.files, *QUIET, *SLOW, "-o", tmp_path) as process:
        soon(lambda: rows_in(tmp_path / NAME_OF_FILE) > 50)
        # A worker that hangs keeps the first signal from ending the run.
        for role, child in processes_of(process.pid).items():
            if role.startswith("worker"):
                child.suspend()
        process.send_signal(signal.SIGINT)
        time.sleep(0.5)
        assert process.poll() is None
        process.send_signal(signal.SIGINT)
        begun = time.monotonic()
        assert process.wait(PATIENCE_S) == 1
        assert time.monotonic() - begun < 5.0
        assert f"what was committed is in {tmp_path}" in said(process)
    for part in tmp_path.glob("*.h5"):
        with h5py.File(part) as file:
            assert file.attrs["xtcmon_kind"] in ("part", "index")
    assert rows_in(tmp_path / NAME_OF_FILE) > 50


def test_a_killed_supervisor_leaves_no_process_and_the_next_service_nothing_of_it(
    xtcmon: Command, run: SimulatedRun, tmp_path: Path
) -> None:
    path = tmp_path / NAME_OF_FILE
    with xtcmon.started("run", *run.files, *QUIET, *SLOW, "--bytes", "ring", "-o", tmp_path) as process:
        soon(lambda: rows_in(path) > 20)
        children = processes_of(process.pid)
        assert set(children) == {"reader", "aggregator", "worker-0", "worker-1"}
        process.kill()
        psutil.wait_procs(list(children.values()), timeout=5)
        assert not [child for child in children.values() if child.is_running() and child.status() != psutil.STATUS_ZOMBIE]
    assert rows_in(path) > 20
    (left,) = xtcmon.services()
    done = xtcmon.run("run", *run.files, *QUIET, "--overwrite", "-o", tmp_path)
    assert done.returncode == 0, done.stderr
    assert not left.exists()
    segments = [item for item in FOLDER.glob(f"xtcmon-reader-{children['reader'].pid}-*") if NAME.fullmatch(item.name)]
    assert segments == []
    assert rows_in(path) == 2000


def test_two_services_do_not_disturb_each_other(xtcmon: Command, run: SimulatedRun, tmp_path: Path) -> None:
    with (
        xtcmon.started("run", *run.files, *QUIET, "--bytes", "ring", "-o", tmp_path / "a") as one,
        xtcmon.started("run", *run.files, *QUIET, "--bytes", "ring", "-o", tmp_path / "b") as two,
    ):
        assert one.wait(PATIENCE_S) == 0, said(one)
        assert two.wait(PATIENCE_S) == 0, said(two)
    assert (rows_in(file_in(tmp_path / "a")), rows_in(file_in(tmp_path / "b"))) == (2000, 2000)


def test_two_services_do_not_write_one_file(xtcmon: Command, run: SimulatedRun, tmp_path: Path) -> None:
    with xtcmon.started("run", *run.files, *QUIET, *SLOW, "-o", tmp_path) as first:
        soon(lambda: rows_in(tmp_path / NAME_OF_FILE) > 0)
        second = xtcmon.run("run", *run.files, *QUIET, "--overwrite", "-o", tmp_path)
        assert second.returncode == 2
        assert len(second.stderr.strip().splitlines()) == 1
        assert first.poll() is None


def test_a_taken_port_is_one_sentence(xtcmon: Command, run: SimulatedRun, tmp_path: Path) -> None:
    taken = ZmqRouter("tcp://127.0.0.1:0")
    try:
        done = xtcmon.run("run", *run.files, "--no-dashboard", "--stream", taken.address, "-o", tmp_path)
    finally:
        taken.close()
    assert done.returncode == 2
    assert "in use" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert list(tmp_path.glob("*.h5")) == []


def test_a_subscriber_that_never_reads_holds_up_nothing(xtcmon: Command, run: SimulatedRun, tmp_path: Path) -> None:
    with zmq.Context() as context, context.socket(zmq.SUB) as sleeper, zmq.Context() as other, other.socket(zmq.REP) as free:
        free.setsockopt(zmq.LINGER, 0)
        port = free.bind_to_random_port("tcp://127.0.0.1")
        free.unbind(f"tcp://127.0.0.1:{port}")
        sleeper.setsockopt(zmq.RCVHWM, 1)
        sleeper.setsockopt(zmq.RCVBUF, 4096)
        sleeper.setsockopt(zmq.LINGER, 0)
        sleeper.subscribe("")
        sleeper.connect(f"tcp://127.0.0.1:{port}")
        done = xtcmon.run("run", *run.files, "--no-dashboard", "--stream", f"tcp://127.0.0.1:{port}", "-o", tmp_path)
    assert done.returncode == 0, done.stderr
    assert rows_in(tmp_path / NAME_OF_FILE) == 2000


@pytest.mark.parametrize("role", ["aggregator", "reader"])
def test_a_second_process_of_a_role_in_the_same_folder_is_locked_out(
    xtcmon: Command, run: SimulatedRun, tmp_path: Path, role: str
) -> None:
    with xtcmon.started("run", *run.files, *QUIET, *SLOW, "-o", tmp_path) as first:
        soon(lambda: rows_in(tmp_path / NAME_OF_FILE) > 0)
        second = xtcmon.run(role, "--service", xtcmon.services()[0])
        assert second.returncode == 2
        assert second.stderr.strip().startswith(f"xtcmon: another {role} runs in")
        assert first.poll() is None
