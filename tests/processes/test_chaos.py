"""Processes are killed and frozen at random moments; the file must be that of a run that nobody disturbed."""

import json
from pathlib import Path

import h5py
import numpy as np
import pytest

from monitor.tools.chaos.scene import scene
from monitor.tools.chaos.tormentor import Torment
from monitor.tools.chaos.trial import Verdict, chaos
from tests.support.command import PATIENCE_S

pytestmark = [pytest.mark.processes, pytest.mark.timeout(3 * PATIENCE_S)]

EVENTS = 800
TORMENT = Torment(seed=6, blows=14, pause_s=(0.2, 1.5), frozen=0.2, freeze_s=(0.5, 6.5))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("chaos")


@pytest.fixture(scope="module")
def verdict(folder: Path) -> Verdict:
    what, _ = scene(folder / "run", EVENTS)
    return chaos(what, folder, TORMENT, rate=50.0, patience_s=2 * PATIENCE_S)


def test_killed_and_frozen_processes_change_nothing_in_the_file(verdict: Verdict) -> None:
    assert verdict.complaints == (), verdict.said
    assert verdict.rows == EVENTS
    assert sum(verdict.killed.values()) + sum(verdict.frozen.values()) == TORMENT.blows
    assert {"reader", "aggregator"} <= verdict.killed.keys()


def test_the_file_opens_at_every_moment(verdict: Verdict) -> None:
    assert verdict.looks > 100


def test_every_frame_is_in_the_sum_exactly_once(verdict: Verdict, folder: Path) -> None:
    assert verdict.rows
    (truth_file,) = (folder / "run").glob("*.truth.json")
    truth = json.loads(truth_file.read_text())
    (written,) = (folder / "chaos").glob("*.h5")
    with np.load(truth_file.parent / truth["arrays"]["file"]) as true, h5py.File(written) as file:
        np.testing.assert_array_equal(file["Sums/spot_camera_calib"][()], true["image_sum"])
        np.testing.assert_array_equal(file["spot_camera/spot_sum"][()], true["frame_sum"])


def test_pytables_and_pandas_read_the_file_of_the_tormented_run(verdict: Verdict, folder: Path) -> None:
    tables, pandas = pytest.importorskip("tables"), pytest.importorskip("pandas")
    assert verdict.rows
    (written,) = (folder / "chaos").glob("*.h5")
    with tables.open_file(str(written)) as file, h5py.File(written) as plain:
        frame = pandas.DataFrame({"time": file.root.event_time.read(), "sum": file.root.spot_camera.spot_sum.read()})
        np.testing.assert_array_equal(frame["sum"], plain["spot_camera/spot_sum"][()])
    assert frame["time"].is_monotonic_increasing
    assert len(frame) == EVENTS
