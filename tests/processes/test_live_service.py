"""A service that runs: fed over a socket, listened to, changed while it runs."""

import socket
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from monitor.client import Monitor, NoAnswer
from monitor.net.endpoints import Endpoints, read_endpoints
from monitor.reader.block import EventBlock
from monitor.reader.plain_batch import plain_batch
from monitor.reader.sources.files import FileSource
from monitor.settings import Settings, parse
from monitor.simulate.run import SimulatedRun
from monitor.store import open_run
from tests.processes.conftest import file_in
from tests.support.command import PATIENCE_S, Command
from workers.pipeline import Pipeline

pytestmark = [pytest.mark.processes, pytest.mark.timeout(3 * PATIENCE_S)]


def free_address() -> str:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return f"tcp://127.0.0.1:{trial.getsockname()[1]}"


def endpoints(xtcmon: Command, *names: str) -> Endpoints:
    """Addresses of the one service, as soon as it tells those that are wanted."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        for folder in xtcmon.services():
            found = read_endpoints(folder)
            if all(getattr(found, name) for name in names):
                return found
        time.sleep(0.05)
    raise AssertionError("the service does not say where it is")


def test_a_replay_feeds_a_running_service_and_every_event_is_accounted_for(
    xtcmon: Command, scan_run: SimulatedRun, tmp_path: Path
) -> None:
    address = free_address()
    with xtcmon.started("run", "--listen", address, "--no-dashboard", "--stream", "tcp://127.0.0.1:0", "-o", tmp_path) as service:
        stream = endpoints(xtcmon, "stream").stream
        with xtcmon.started("subscribe", "rows/events", "--address", stream, "-n", "2", "-f", "scan/varStep") as listener:
            time.sleep(2.0)
            played = xtcmon.run("replay", *scan_run.files, "--rate", "400", "--to", address, "--wait", PATIENCE_S)
            assert "played 1,240 events" in played.stdout, played.stderr
            assert listener.wait(PATIENCE_S) == 0
            assert listener.stdout is not None
            heard = listener.stdout.read().splitlines()
        assert service.wait(PATIENCE_S) == 0
    assert heard[0].startswith("0 scan/varStep=0")
    with open_run(file_in(tmp_path)) as file:
        lost = sum(gap.stop - gap.first for gap in file.lost)
        assert len(file) + lost == 1240
        assert len(file) > 0
        times = file["event_time"]
    assert (np.diff(times) > 0).all()


def values_for(settings: Settings, run: SimulatedRun, name: str) -> np.ndarray:
    """The field of every event of a run, by the same pipeline in this process."""
    source, pipeline, found = FileSource(run.files, settings), Pipeline(settings, 1), []
    first = 0
    while blocks := source.read(4):
        for block in blocks:
            if not isinstance(block, EventBlock):
                continue
            batch = plain_batch(block, first, version=1)
            buffers = [np.fromfile(place.path, np.uint8) for place in block.places]  # type: ignore[union-attr]  # as above
            found.append(pipeline.process(batch, buffers, block.state).rows.columns[name].values)
            first += block.count
    source.close()
    return np.concatenate(found)


def test_a_region_changed_while_it_runs_gives_the_numbers_of_a_run_with_that_region(
    xtcmon: Command, area_run: SimulatedRun, tmp_path: Path
) -> None:
    before, after = [[600, 800], [600, 800]], [[300, 500], [310, 480]]

    def detector(region: Any) -> dict[str, Any]:
        return {"name": "cspad", "common_mode": 2, "feature": [{"kind": "ROIFunc", "name": "ROI_0", "image_ROI": region}]}

    setup = tmp_path / "setup.toml"
    setup.write_text(
        '[[detector]]\nname = "cspad"\ncommon_mode = 2\n'
        f'[[detector.feature]]\nkind = "ROIFunc"\nname = "ROI_0"\nimage_ROI = {before}\n'
    )
    options = ("--rate", "2", "--no-dashboard", "--stream", "tcp://127.0.0.1:0", "-o", tmp_path / "out", "--mode", "lossless")
    with xtcmon.started("run", setup, *area_run.files, *options) as service:
        stream = endpoints(xtcmon, "stream", "reader", "rows").stream
        with Monitor(stream) as monitor:
            next(monitor.rows("cspad/ROI_0_sum", timeout_s=PATIENCE_S))
            changes = [{"path": "detector.cspad.feature.ROI_0.image_ROI", "value": after}]
            for _ in range(3):
                try:
                    version = monitor.control(changes, "a test")
                    break
                except NoAnswer:
                    continue
            assert version == 2
        assert service.wait(PATIENCE_S) == 0
    with open_run(file_in(tmp_path / "out")) as file:
        versions, sums = file["pipeline_version"], file["cspad/ROI_0_sum"]
        assert set(file.settings) == {1, 2}
        assert file.settings[2].author == "a test"
    assert set(versions.tolist()) == {1, 2}
    for version, region in ((1, before), (2, after)):
        expected = values_for(parse({"detector": [detector(region)]}), area_run, "cspad/ROI_0_sum")
        np.testing.assert_array_equal(sums[versions == version], expected[versions == version])
