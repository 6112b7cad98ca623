"""Settings that do not fit the frames of a running service are refused with the shape, and what was in force stays."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from monitor.client import Monitor, Refused
from monitor.simulate.options import Options
from monitor.simulate.run import SimulatedRun, simulate
from tests.processes.test_live_service import endpoints, free_address
from tests.support.command import PATIENCE_S, Command

pytestmark = [pytest.mark.processes, pytest.mark.timeout(3 * PATIENCE_S)]

SETTINGS = """
[[detector]]
name = "spot_camera"
[[detector.feature]]
kind = "ROIFunc"
name = "spot"
ROI = [[10, 40], [10, 50]]
[[detector.feature]]
kind = "azimuthalBinning"
name = "rings"
center = [0.0, 0.0]
dis_to_sam = 100.0
rbin = [0.0, 1000.0]
"""
ASTRAY = """
[[detector.feature]]
kind = "ROIFunc"
name = "astray"
ROI = [[60, 70], [0, 9]]
"""
OUTSIDE = "detector.spot_camera.feature.astray: ROI [[60, 70], [0, 9]] holds no pixel of a frame of shape (48, 64)"
LIVE = ("--rate", 60, "--no-dashboard", "--stream", "tcp://127.0.0.1:0", "-j", 1)
SPOT = "detector.spot_camera.feature.spot.ROI"
RINGS = "detector.spot_camera.feature.rings.rbin"


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> SimulatedRun:
    return simulate("camera", tmp_path_factory.mktemp("misfits"), Options(steps=10, events=300))


def until_seen(monitor: Monitor) -> Any:
    """Status after a worker has told of batches, and so of the frames in them."""
    for message in monitor.messages("status", timeout_s=PATIENCE_S):
        if any(worker["busy"] > 0 for worker in message.header["reader"].get("workers", ())):
            return message.header
    raise AssertionError("no worker ever works")


def test_a_region_or_a_mask_that_cannot_fit_is_refused_while_the_detector_goes_on(
    xtcmon: Command, run: SimulatedRun, tmp_path: Path
) -> None:
    np.save(tmp_path / "small.npy", np.ones((10, 20), np.uint8))
    (tmp_path / "setup.toml").write_text(SETTINGS)
    service = xtcmon.started("run", tmp_path / "setup.toml", *run.files, *LIVE, "-o", tmp_path / "out")
    with service, Monitor(endpoints(xtcmon, "stream").stream) as monitor:
        until_seen(monitor)
        with pytest.raises(
            Refused, match=r"feature.spot: ROI \[\[48, 60\], \[0, 9\]\] holds no pixel of a frame of shape \(48, 64\)"
        ):
            monitor.control([{"path": SPOT, "value": [[48, 60], [0, 9]]}])
        with pytest.raises(Refused, match=r"feature.rings: rbin from 2000 to 3000 mm holds no good pixel; theirs are about"):
            monitor.control([{"path": RINGS, "value": [2000.0, 3000.0]}])
        with pytest.raises(Refused, match=r"mask.file: .*small.npy has 200 pixels, a frame of shape \(48, 64\) has 3,072"):
            monitor.control([{"path": "detector.spot_camera.mask.file", "value": str(tmp_path / "small.npy")}])
        with pytest.raises(Refused, match=r"detector.spot_camera.geometry: .*gone.data"):
            monitor.control([{"path": "detector.spot_camera.geometry", "value": str(tmp_path / "gone.data")}])
        assert monitor.latest("pipeline").header["version"] == 1
        assert monitor.control([{"path": SPOT, "value": [[0, 48], [0, 64]]}]) == 2
        for rows in monitor.rows("spot_camera/spot_sum", "pipeline_version", timeout_s=PATIENCE_S):
            assert np.isfinite(rows["spot_camera/spot_sum"]).all()
            if 2 in rows["pipeline_version"]:
                break


@pytest.mark.parametrize("command", [("run", "--no-dashboard"), ("run", "--no-dashboard", "--check"), ("smalldata",)])
def test_what_cannot_fit_recorded_frames_is_refused_before_anything_starts(
    xtcmon: Command, run: SimulatedRun, tmp_path: Path, command: tuple[str, ...]
) -> None:
    (tmp_path / "setup.toml").write_text(SETTINGS + ASTRAY)
    what, *options = command
    done = xtcmon.run(what, tmp_path / "setup.toml", *run.files, *options, "-o", tmp_path / "out")
    assert done.returncode == 2
    assert " ".join(done.stderr.split()) == f"xtcmon: {OUTSIDE}"
    assert list((tmp_path / "out").glob("*")) == []


def test_what_cannot_fit_frames_that_come_over_a_socket_is_named_and_counted_and_costs_itself_alone(
    xtcmon: Command, run: SimulatedRun, tmp_path: Path
) -> None:
    (tmp_path / "setup.toml").write_text(SETTINGS + ASTRAY)
    address = free_address()
    quiet = ("--no-dashboard", "--stream", "tcp://127.0.0.1:0", "-j", 1, "-o", tmp_path / "out")
    with xtcmon.started("run", tmp_path / "setup.toml", "--listen", address, *quiet) as service:
        with Monitor(endpoints(xtcmon, "stream").stream) as monitor:
            replay = ("replay", *run.files, "--rate", 120, "--to", address, "--wait", PATIENCE_S)
            with xtcmon.started(*replay):
                rows = next(rows for rows in monitor.rows(timeout_s=PATIENCE_S))
                troubles = (message.header["trouble"] for message in monitor.messages("status", timeout_s=PATIENCE_S))
                trouble = next(each for each in troubles if each)
        service.terminate()
        service.wait(PATIENCE_S)
    assert trouble[f"feature is off: {OUTSIDE}"] == 1
    assert "spot_camera/spot_sum" in rows
    assert not [name for name in rows if "astray" in name]
