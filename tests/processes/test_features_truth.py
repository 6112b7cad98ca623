"""What the simulator put into its frames comes out of the features of the live system: rings, their change, photons, droplets."""

from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from numpy.typing import NDArray

from monitor.simulate.options import Options
from monitor.simulate.run import SimulatedRun, simulate
from tests.processes.conftest import file_in
from tests.processes.test_injected_truth import QUIET, REACH, truth_of
from tests.support.command import PATIENCE_S, Command

pytestmark = [pytest.mark.processes, pytest.mark.timeout(3 * PATIENCE_S)]

EDGES = np.arange(0.5, 3.3, 0.04)
RINGS = f"""
[[detector]]
name = "cspad"
common_mode = {{ algorithm = 1, mean_max = 80 }}
[[detector.feature]]
kind = "azimuthalBinning"
center = [0.0, 0.0]
dis_to_sam = 100.0
eBeam = 9.5
qbin = {EDGES.round(6).tolist()}
geomCorr = false
polCorr = false
"""
PHOTONS = """
[[detector]]
name = "jungfrau1M"
[[detector.feature]]
kind = "photonFunc"
ADU_per_photon = {energy}
mask = "{mask}"
[[detector.feature]]
kind = "dropletFunc"
threshold = {high}
thresholdLow = {low}
thresADU = {high}
useRms = false
mask = "{mask}"
[[detector.feature.feature]]
kind = "droplet2Photons"
aduspphot = {energy}
[[detector.feature.feature.feature]]
kind = "sparsifyFunc"
"""


def kept(xtcmon: Command, run: SimulatedRun, folder: Path, settings: str) -> dict[str, NDArray[Any]]:
    """Every dataset of the small-data file of this run."""
    (folder / "setup.toml").write_text(settings)
    done = xtcmon.run("run", folder / "setup.toml", *run.files, *QUIET, "-o", folder / "out")
    assert done.returncode == 0, done.stderr
    found: dict[str, NDArray[Any]] = {}
    with h5py.File(file_in(folder / "out")) as file:
        file.visititems(lambda name, item: found.update({name: item[()]}) if isinstance(item, h5py.Dataset) else None)
    return found


def in_bins(q: NDArray[Any], live: NDArray[np.bool_], facts: dict[str, Any], curve: str) -> NDArray[np.float64]:
    """Mean share of a frame's photons that a pixel of each bin gets, for one of the two liquids."""
    share = np.interp(q, facts["curves"]["q"], facts["curves"][curve])
    share = np.where(live, share, 0) / share[live].sum()
    place = np.digitize(q[live], EDGES)
    return np.bincount(place, share[live], len(EDGES) + 1)[1:-1] / np.bincount(place, minlength=len(EDGES) + 1)[1:-1]


def top_of(curve: NDArray[np.float64]) -> float:
    """Where the highest ring is, by a parabola through the bins around it, 1/angstrom."""
    middles, near = (EDGES[:-1] + EDGES[1:]) / 2, slice(int(curve.argmax()) - 3, int(curve.argmax()) + 4)
    second, first, _ = np.polyfit(middles[near], curve[near], 2)
    return float(-first / (2 * second))


def test_rings_are_where_they_were_put_and_change_with_the_pump_as_they_do(xtcmon: Command, tmp_path: Path) -> None:
    run = simulate("scattering", tmp_path, Options(steps=4, events=12))
    averages = kept(xtcmon, run, tmp_path, RINGS)["cspad/azav_azav"][:, 0]
    facts, truth = truth_of(run)
    rest, moved = (in_bins(truth["q"], truth["pixel_status"] == 0, facts, curve) for curve in ("rest", "moved"))
    scale = truth["photons"] * facts["photon_ADU"]
    seen, excited = truth["photons"] > 0, truth["excited"]
    plain = seen & (excited < 1e-3)
    assert plain.sum() > 10
    found = averages[plain].sum(axis=0) / scale[plain].sum()
    np.testing.assert_allclose(found, rest, rtol=0.04, atol=0.01 * rest.max())
    assert top_of(found) == pytest.approx(top_of(rest), abs=0.01)
    # How much of the one liquid has become the other, event by event: least squares against the two.
    change = moved - rest
    part = (averages[seen] / scale[seen, None] - rest) @ change / (change @ change)
    assert excited.max() > 0.1
    assert np.corrcoef(part, excited[seen])[0, 1] > 0.98
    slope, offset = np.polyfit(excited[seen], part, 1)
    assert slope == pytest.approx(1, abs=0.08)
    assert abs(offset) < 0.02


def test_photons_are_counted_by_the_map_and_by_the_droplets(xtcmon: Command, tmp_path: Path) -> None:
    run = simulate("photons", tmp_path, Options(events=6))
    facts, truth = truth_of(run)
    apart = np.ones(truth["photon_sum"].shape, np.uint8)
    for panel, row, column in facts["spots"]["centres"]:
        apart[panel, max(0, row - REACH) : row + REACH + 1, max(0, column - REACH) : column + REACH + 1] = 0
    np.save(tmp_path / "mask.npy", apart)
    energy = facts["photon_keV"]
    settings = PHOTONS.format(energy=energy, high=0.45 * energy, low=0.25 * energy, mask=tmp_path / "mask.npy")
    data = kept(xtcmon, run, tmp_path, settings)
    injected = float(truth["photon_sum"][apart == 1].sum())
    assert injected > 1000
    # Of the photons that two pixels share, those beside another photon are lost now and then: one pixel in a hundred has one.
    assert data["jungfrau1M/photon_nPhot"].sum() == pytest.approx(injected, rel=0.02)
    listed = data["jungfrau1M/var_droplet_droplet2phot_sparse_len"]
    assert listed.sum() == pytest.approx(injected, rel=0.01)
    rows = data["jungfrau1M/var_droplet_droplet2phot_sparse/row"].round().astype(int)
    columns = data["jungfrau1M/var_droplet_droplet2phot_sparse/col"].round().astype(int)
    tiles = data["jungfrau1M/var_droplet_droplet2phot_sparse/tile"].astype(int)
    hit = truth["photon_sum"] > 0
    # A photon that was shared is between two pixels that both have some of it.
    assert hit[tiles, rows, columns].mean() > 0.99
