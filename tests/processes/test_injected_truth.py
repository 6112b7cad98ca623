"""What the simulator put into its frames comes out of the live system: common mode, gain ranges, photons, bad pixels."""

import json
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from numpy.typing import NDArray

from monitor.simulate.options import Options
from monitor.simulate.run import SimulatedRun, simulate
from tests.processes.conftest import file_in
from tests.support.command import PATIENCE_S, Command

pytestmark = [pytest.mark.processes, pytest.mark.timeout(3 * PATIENCE_S)]

QUIET = ("--no-dashboard", "--stream", "tcp://127.0.0.1:0", "-j", "1")
SETTINGS = """
[[detector]]
name = "{name}"
{common_mode}
[[detector.feature]]
kind = "ROIFunc"
name = "frame"
"""
REACH = 8
"""Pixels around a spot that hold all of its photons: six times its width."""


def reduced(xtcmon: Command, run: SimulatedRun, folder: Path, name: str, common_mode: str = "") -> dict[str, NDArray[Any]]:
    """Datasets of the small-data file of this run with a feature over the whole frame."""
    settings = folder / "setup.toml"
    settings.write_text(SETTINGS.format(name=name, common_mode=common_mode))
    done = xtcmon.run("run", settings, *run.files, *QUIET, "-o", folder / "out")
    assert done.returncode == 0, done.stderr
    wanted = (f"{name}/frame_sum", f"{name}_env/cmValues", f"Sums/{name}_calib", f"UserDataCfg/{name}/mask", "event_time")
    with h5py.File(file_in(folder / "out")) as file:
        return {name: file[name][()] for name in wanted if name in file}


def truth_of(run: SimulatedRun) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """Facts and arrays that the simulator wrote beside the run."""
    facts: dict[str, Any] = json.loads(run.truth_file.read_text())
    with np.load(run.truth_file.with_name(facts["arrays"]["file"])) as arrays:
        return facts, dict(arrays)


def test_the_common_mode_of_a_cspad_is_found_and_taken_off_and_bad_pixels_are_out(xtcmon: Command, tmp_path: Path) -> None:
    run = simulate("scattering", tmp_path, Options(steps=2, events=8))
    data = reduced(xtcmon, run, tmp_path, "cspad", "common_mode = { algorithm = 1, mean_max = 80 }")
    facts, truth = truth_of(run)
    injected = truth["common_mode"]
    assert injected.std() > facts["common_mode_rms_ADU"]
    residual = data["cspad_env/cmValues"] - injected
    noise = float(np.median(truth["pixel_rms"]))
    assert residual.shape == (16, 32)
    # The peak of some 60 000 pixels in bins of 1 ADU: a small part of their noise, without a bias.
    assert np.abs(residual).max() < noise / 10
    assert abs(residual.mean()) < noise / 100
    bad = truth["pixel_status"] != 0
    assert bad.sum() == facts["dead_pixels"] + facts["hot_pixels"] > 0
    np.testing.assert_array_equal(np.isnan(data["Sums/cspad_calib"]), bad)
    np.testing.assert_array_equal(data["UserDataCfg/cspad/mask"] == 0, bad)
    total, photons = np.nansum(data["Sums/cspad_calib"]) / facts["photon_ADU"], truth["photons"]
    # One of 5000 pixels is hot, and keeps its photons to itself.
    assert total == pytest.approx(photons.sum(), rel=0.005)
    slope, _ = np.polyfit(photons, data["cspad/frame_sum"] / facts["photon_ADU"], 1)
    assert slope == pytest.approx(1, abs=0.02)


def test_photons_of_a_jungfrau_are_the_same_in_all_three_gain_ranges(xtcmon: Command, tmp_path: Path) -> None:
    run = simulate("photons", tmp_path, Options(events=24))
    data = reduced(xtcmon, run, tmp_path, "jungfrau1M")
    facts, truth = truth_of(run)
    assert (truth["pixels_in_range"].sum(axis=0) > 0).all()
    found, injected = data["Sums/jungfrau1M_calib"] / facts["photon_keV"], truth["photon_sum"]
    ratios, brightest = [], []
    for panel, row, column in facts["spots"]["centres"]:
        near = (panel, slice(max(0, row - REACH), row + REACH + 1), slice(max(0, column - REACH), column + REACH + 1))
        ratios.append(found[near].sum() / injected[near].sum())
        brightest.append(injected[near].max() * facts["photon_keV"] / len(data["event_time"]))
    # Up to 260 keV a pixel stays in the first range, up to 9000 keV in the second.
    for lowest, highest in ((9000, np.inf), (500, 7000), (0, 150)):
        chosen = [ratio for ratio, energy in zip(ratios, brightest, strict=True) if lowest < energy < highest]
        assert len(chosen) >= 2
        np.testing.assert_allclose(chosen, 1, atol=1e-3)
    photons = truth["single_photons"] + truth["spot_photons"]
    np.testing.assert_allclose(data["jungfrau1M/frame_sum"] / facts["photon_keV"], photons, rtol=2e-3, atol=20)
