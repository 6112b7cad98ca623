"""The time tool from camera to corrected scan, through the live system: edges, reference, calibration, time zero."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.optimize import curve_fit
from scipy.special import erf

from dashboards.reduce.arrival import calibration
from monitor.client import Monitor
from monitor.simulate.options import Options
from monitor.simulate.run import SimulatedRun, simulate
from monitor.store import open_run
from tests.processes.conftest import file_in
from tests.processes.test_injected_truth import QUIET, truth_of
from tests.processes.test_live_service import endpoints
from tests.support.command import PATIENCE_S, Command

pytestmark = [pytest.mark.processes, pytest.mark.timeout(5 * PATIENCE_S)]

HALF = 25
LEFT = 16
CAMERA = f"""
[[detector]]
name = "opal_tt"
[[detector.feature]]
kind = "timetoolRaw"
ttROI_signal = [[14, 27], [{LEFT}, 496]]
ttROI_sideband = [[57, 64], [{LEFT}, 496]]
subtract_sideband = true
weights = {[-1 / HALF] * HALF + [1 / HALF] * HALF}
"""
BESIDE = f"ttROI_reference = [[38, 51], [{LEFT}, 496]]\n"
SOFT_PX, DEPTH = 6.0, 0.12
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Taken:
    """What a run's file says, and what is true."""

    file: Path
    data: Mapping[str, NDArray[Any]]
    facts: Mapping[str, Any]
    truth: Mapping[str, NDArray[Any]]

    @property
    def lit(self) -> NDArray[np.bool_]:
        """Shots with both lights."""
        return np.asarray(self.truth["laser"] & ~self.truth["dropped"])

    @property
    def off(self) -> Floats:
        """How far each edge is from the true one, pixel."""
        return np.asarray(self.data["opal_tt/ttRaw_pos"] + LEFT - self.truth["edge_px"])


def taken(xtcmon: Command, run: SimulatedRun, folder: Path, feature: str) -> Taken:
    """The run, through all processes."""
    folder.mkdir()
    (folder / "setup.toml").write_text(CAMERA + feature)
    done = xtcmon.run("run", folder / "setup.toml", *run.files, *QUIET, "-j", 2, "-o", folder / "out")
    assert done.returncode == 0, done.stderr
    return read(file_in(folder / "out"), run)


def read(file: Path, run: SimulatedRun) -> Taken:
    found: dict[str, NDArray[Any]] = {}
    with h5py.File(file) as stored:
        stored.visititems(lambda name, item: found.update({name: item[()]}) if isinstance(item, h5py.Dataset) else None)
    return Taken(file, found, *truth_of(run))


@pytest.fixture(scope="module")
def calibration_run(tmp_path_factory: pytest.TempPathFactory) -> SimulatedRun:
    return simulate("time-tool-calibration", tmp_path_factory.mktemp("calibration"), Options(steps=11, events=60))


def noise_px(depth: float) -> float:
    """Smallest error of an edge of this depth that the light's noise allows (Cramer-Rao bound), pixel."""
    rows = np.arange(14, 27)
    light = 1900 * np.exp(-(((rows - 20) / 4) ** 2) / 2)
    relative = np.sqrt((16 + light / 4).sum()) / light.sum()
    return float(relative * np.sqrt(2 * np.sqrt(np.pi) * SOFT_PX) / depth)


def width_and_zero(time: Floats, ratio: Floats) -> tuple[float, float]:
    """Width and place of the step of a scan."""

    def step(t: Floats, zero: float, width: float, base: float, height: float) -> Floats:
        return base + height * 0.5 * (1 + erf((t - zero) / (np.sqrt(2) * width)))

    found, _ = curve_fit(step, time, ratio, p0=(0.0, 80.0, 0.5, 0.1))
    return abs(float(found[1])), float(found[0])


def test_edges_calibration_and_a_sharper_time_zero_come_back(
    xtcmon: Command, calibration_run: SimulatedRun, tmp_path: Path
) -> None:
    # The region beside the signal has fringes in other places: good enough to begin with.
    first = taken(xtcmon, calibration_run, tmp_path / "first", BESIDE)
    assert (np.isfinite(first.off) == first.lit).all()
    assert np.std(first.off[first.lit]) < 3
    alone = np.isfinite(first.data["opal_tt/ttRaw_reference"]).all(axis=1)
    assert (alone == (first.truth["laser"] & first.truth["dropped"])).all()

    # The mean of its shots without X-rays is what the same shots are divided by next.
    by_reference = f'reference_file = "{first.file}"\n'
    second = taken(xtcmon, calibration_run, tmp_path / "second", by_reference)
    mean = second.lit & (abs(second.truth["intensity"] - 1) < 0.2)
    assert mean.sum() > 100
    assert abs(np.mean(second.off[mean])) < 0.1
    assert noise_px(DEPTH) / 2 < np.std(second.off[mean]) < 4 * noise_px(DEPTH)
    assert np.std(second.off[mean]) < np.std(first.off[mean]) / 2

    # Its scan is the calibration.
    found = calibration(second.data["scan/lxt"] / 1000, second.data["opal_tt/ttRaw_pos"], 2)
    assert found is not None
    true = np.polynomial.Polynomial(second.facts["calibration"])
    near = np.linspace(-0.15, 0.15, 7)
    position = np.interp(near, true(np.arange(512.0)), np.arange(512.0)) - LEFT
    # Each of some 500 shots has 80 fs of jitter; three parameters, medians, three standard deviations.
    assert abs(1000 * (found.time_at(position) - near)).max() < 3 * 1.25 * 80 * np.sqrt(3 / second.lit.sum())

    # In force, it corrects a scan of the pump laser.
    run = simulate("time-tool", tmp_path / "scan", Options(steps=11, events=80))
    scan = taken(xtcmon, run, tmp_path / "third", by_reference + f"ttCalib = {list(found.terms)}\n")
    used = scan.lit & (scan.truth["intensity"] > 0.3)
    correction = 1000 * scan.data["opal_tt/ttRaw_pos_ps"][used]
    slope, offset = np.polyfit(scan.truth["jitter_fs"][used], correction, 1)
    assert slope == pytest.approx(1, abs=0.06)
    assert abs(offset) < 15
    assert np.std(correction - slope * scan.truth["jitter_fs"][used]) < 6
    ratio = scan.data["diode/channels"][used, 1] / scan.data["ipm3/sum"][used]
    control = scan.data["scan/lxt_ttc"][used]
    plain, _ = width_and_zero(control, ratio)
    corrected, zero = width_and_zero(control + correction, ratio)
    assert plain == pytest.approx(scan.facts["width_uncorrected_fs"], rel=0.25)
    assert corrected == pytest.approx(scan.facts["width_fs"], rel=0.25)
    assert zero == pytest.approx(scan.facts["time_zero_fs"], abs=15)


def test_a_reference_put_in_force_while_the_run_goes_on_holds_from_one_event_on_whoever_works(
    xtcmon: Command, calibration_run: SimulatedRun, tmp_path: Path
) -> None:
    (tmp_path / "setup.toml").write_text(CAMERA + "reference_file = []\n")
    live = ("--rate", 60, "--no-dashboard", "--stream", "tcp://127.0.0.1:0", "-j", 2)
    with xtcmon.started("run", tmp_path / "setup.toml", *calibration_run.files, *live, "-o", tmp_path / "out") as service:
        with Monitor(endpoints(xtcmon, "stream").stream) as monitor:
            shots: list[Floats] = []
            for rows in monitor.rows("opal_tt/ttRaw_reference", timeout_s=PATIENCE_S):
                traces = rows["opal_tt/ttRaw_reference"]
                shots.extend(traces[np.isfinite(traces).all(axis=1)])
                if len(shots) >= 3:
                    break
            mean = np.mean(shots, axis=0)
            path = "detector.opal_tt.feature.timetoolRaw.reference_file"
            version = monitor.control([{"path": path, "value": mean.tolist()}], author="shift")
        assert service.wait(PATIENCE_S) == 0
    assert version == 2
    file = file_in(tmp_path / "out")
    with h5py.File(file) as stored:
        versions, position = stored["pipeline_version"][()], stored["opal_tt/ttRaw_pos"][()]
        laser, xray = stored["lightStatus/laser"][()], stored["lightStatus/xray"][()]
    assert (np.diff(versions) >= 0).all()
    assert set(versions.tolist()) == {1, 2}
    with open_run(file) as run:
        entry = run.settings[2]
    assert entry.author == "shift"
    assert json.loads(entry.text)["detector"][0]["feature"][0]["reference_file"] == mean.tolist()
    assert (np.isfinite(position) == ((versions == 2) & (laser == 1) & (xray == 1))).all()
    agreed = xtcmon.run("verify", file, *calibration_run.files)
    assert agreed.returncode == 0, agreed.stdout + agreed.stderr
