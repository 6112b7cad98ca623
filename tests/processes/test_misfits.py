"""Settings that do not fit the frames of a running service are refused with the shape, and what was in force stays."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from monitor.client import Monitor, Refused
from monitor.simulate.options import Options
from monitor.simulate.run import simulate
from tests.processes.test_live_service import endpoints
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
kind = "ROIFunc"
name = "astray"
ROI = [[60, 70], [0, 9]]
"""
LIVE = ("--rate", 60, "--no-dashboard", "--stream", "tcp://127.0.0.1:0", "-j", 1)
SPOT = "detector.spot_camera.feature.spot.ROI"


def until_seen(monitor: Monitor) -> Any:
    """Status after a worker has told of batches, and so of the frames in them."""
    for message in monitor.messages("status", timeout_s=PATIENCE_S):
        if any(worker["busy"] > 0 for worker in message.header["reader"].get("workers", ())):
            return message.header
    raise AssertionError("no worker ever works")


def test_a_region_or_a_mask_that_cannot_fit_is_refused_while_the_detector_goes_on(xtcmon: Command, tmp_path: Path) -> None:
    run = simulate("camera", tmp_path / "data", Options(steps=10, events=300))
    np.save(tmp_path / "small.npy", np.ones((10, 20), np.uint8))
    (tmp_path / "setup.toml").write_text(SETTINGS)
    service = xtcmon.started("run", tmp_path / "setup.toml", *run.files, *LIVE, "-o", tmp_path / "out")
    with service, Monitor(endpoints(xtcmon, "stream").stream) as monitor:
        status = until_seen(monitor)
        # What did not fit from the start is said, and costs itself alone.
        (off,) = [text for text in status["trouble"] if "feature is off" in text]
        assert "feature.astray: ROI [[60, 70], [0, 9]] holds no pixel of a frame of shape (48, 64)" in off
        with pytest.raises(
            Refused, match=r"feature.spot: ROI \[\[48, 60\], \[0, 9\]\] holds no pixel of a frame of shape \(48, 64\)"
        ):
            monitor.control([{"path": SPOT, "value": [[48, 60], [0, 9]]}])
        with pytest.raises(Refused, match=r"mask.file: .*small.npy has 200 pixels, a frame of shape \(48, 64\) has 3,072"):
            monitor.control([{"path": "detector.spot_camera.mask.file", "value": str(tmp_path / "small.npy")}])
        assert monitor.latest("pipeline").header["version"] == 1
        assert monitor.control([{"path": SPOT, "value": [[0, 48], [0, 64]]}]) == 2
        for rows in monitor.rows("spot_camera/spot_sum", "pipeline_version", timeout_s=PATIENCE_S):
            assert np.isfinite(rows["spot_camera/spot_sum"]).all()
            if 2 in rows["pipeline_version"]:
                break
