"""Means that somebody had begin anew, when the process that holds them is killed."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from monitor.client import Message, Monitor
from monitor.net.endpoints import read_endpoints
from monitor.net.socket import ZmqDealer
from monitor.simulate.options import Options
from monitor.simulate.run import SimulatedRun, simulate
from monitor.tools.chaos.tormentor import processes_of
from monitor.wire.client_note import MeansRequest
from monitor.wire.note import to_message
from tests.processes.test_ending import NAME_OF_FILE, QUIET, SLOW, rows_in, soon
from tests.support.command import PATIENCE_S, Command

pytestmark = [pytest.mark.processes, pytest.mark.timeout(3 * PATIENCE_S)]

MEAN = "spot_camera/calib"


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> SimulatedRun:
    """2000 events: at the slow rate more than the test waits for."""
    return simulate("camera", tmp_path_factory.mktemp("anew"), Options(steps=20, events=100))


@pytest.fixture
def frame_sums(run: SimulatedRun) -> NDArray[np.int64]:
    """Counts of each event's frame, as simulated."""
    with np.load(run.truth_file.with_suffix(".npz")) as truth:
        return np.asarray(truth["frame_sum"])


def begin_anew(requests: str) -> None:
    """Ask as a page does, and wait for the answer."""
    dealer = ZmqDealer(requests)
    try:
        assert dealer.send(to_message(MeansRequest(request=1, begin="now", author="a test")), timeout_s=PATIENCE_S)
        answer = dealer.receive(timeout_s=PATIENCE_S)
        assert answer is not None
        assert answer.kind == "accepted", answer.header
    finally:
        dealer.close()


def counts_in(mean: Message) -> float:
    """Counts of all frames that a mean stands on."""
    return float(mean.arrays["image"].sum(dtype=np.float64)) * int(mean.header["count"])


def test_an_aggregator_that_is_killed_still_knows_since_when_means_count(
    xtcmon: Command, run: SimulatedRun, frame_sums: NDArray[np.int64], tmp_path: Path
) -> None:
    path = tmp_path / NAME_OF_FILE
    with xtcmon.started("run", *run.files, *QUIET, *SLOW, "-o", tmp_path) as process:
        soon(lambda: rows_in(path) > 50)
        addresses = read_endpoints(xtcmon.services()[0])
        with Monitor(addresses.stream) as monitor:
            begin_anew(addresses.requests)
            before = monitor.latest(f"since_sum/{MEAN}", timeout_s=PATIENCE_S).header
            soon(lambda: monitor.status()["since"].get("first") == before["begun"])
            known = monitor.status()["since"]
            assert known["author"] == "a test"
            processes_of(process.pid)["aggregator"].kill()
            soon(lambda: monitor.status(PATIENCE_S)["processes"].get("aggregator", {}).get("restarts") == 1)
            assert monitor.status()["since"] == known
            since = monitor.latest(f"since_sum/{MEAN}", timeout_s=PATIENCE_S)
            whole = monitor.latest(f"sum/{MEAN}", timeout_s=PATIENCE_S)
    assert since.header["session"] != before["session"]
    assert [since.header[name] for name in ("begun", "time", "author")] == [before[name] for name in ("begun", "time", "author")]
    first, count = since.header["first"], since.header["count"]
    # What was summed since then and was not in the file died with the process: the means begin later, and say so.
    assert first >= before["first"] + before["count"] > 50
    assert counts_in(since) == pytest.approx(frame_sums[first : first + count].sum(), rel=1e-6)
    assert whole.header["count"] >= first + count
    assert counts_in(whole) == pytest.approx(frame_sums[: whole.header["count"]].sum(), rel=1e-6)
