"""CsPad frames read back from bytes, with the constants of the truth."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from monitor.simulate.options import Options
from monitor.simulate.run import SimulatedRun, simulate
from tests.support.plain_xtc import datagrams

CSPAD = 20 << 24 | 10 << 8
QUAD_BYTES = 32 + 8 * 185 * 388 * 2 + 4


def frame_of(payload: bytes) -> NDArray[np.int16]:
    """Panels in the order of their numbers, shape (32, 185, 388)."""
    assert len(payload) == 4 * QUAD_BYTES
    frame = np.empty((4, 8, 185, 388), np.int16)
    for start in range(0, len(payload), QUAD_BYTES):
        word1 = int.from_bytes(payload[start + 4 : start + 8], "little")
        pixels = np.frombuffer(payload, "<i2", 8 * 185 * 388, start + 32)
        frame[word1 >> 24 & 3] = pixels.reshape(8, 185, 388)
    return frame.reshape(32, 185, 388)


def frames(run: SimulatedRun) -> NDArray[np.int16]:
    events = sorted((d for path in run.files for d in datagrams(path) if d.service == 12), key=lambda d: d.time_ns)
    return np.stack([frame_of(event.leaf(1, CSPAD, 28).payload) for event in events])


def arrays_of(run: SimulatedRun) -> dict[str, NDArray[Any]]:
    with np.load(run.truth_file.with_suffix(".npz"), allow_pickle=False) as arrays:
        return dict(arrays)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> SimulatedRun:
    return simulate("scattering", tmp_path_factory.mktemp("scattering"), Options(steps=2, events=15))


@pytest.fixture(scope="module")
def corrected(run: SimulatedRun) -> NDArray[np.float32]:
    """Frames without pedestal and common mode, bad pixels NaN."""
    truth = arrays_of(run)
    light = frames(run) - truth["pedestal"] - truth["common_mode"][:, :, None, None]
    light[:, truth["pixel_status"] > 0] = np.nan
    return light


def test_light_over_constants_is_the_stated_number_of_photons(run: SimulatedRun, corrected: NDArray[np.float32]) -> None:
    truth = arrays_of(run)
    good = (truth["pixel_status"] == 0).sum()
    photons = np.nansum(corrected, axis=(1, 2, 3), dtype=np.float64) / 25
    noise = np.sqrt(good) * 4 / 25
    assert (np.abs(photons - truth["photons"]) < 6 * noise + 2e-3 * truth["photons"]).all()


def test_most_pixels_have_no_photon_so_that_common_mode_can_be_found(corrected: NDArray[np.float32]) -> None:
    panels = np.nanmedian(corrected[:4].reshape(4, 32, -1), axis=2)
    assert np.abs(panels).max() < 0.5 * 3.5


def test_rings_lie_at_the_stated_q(run: SimulatedRun, corrected: NDArray[np.float32]) -> None:
    facts, truth = json.loads(run.truth_file.read_text()), arrays_of(run)
    good = truth["pixel_status"] == 0
    mean = corrected[:, good].mean(axis=0, dtype=np.float64)
    bins = np.linspace(0.6, 3.4, 57)
    place = np.digitize(truth["q"][good], bins)
    profile = np.bincount(place, mean, 58)[1:57] / np.bincount(place, minlength=58)[1:57]
    centre = (bins[1:] + bins[:-1]) / 2
    share = (truth["photons"] * truth["excited"]).sum() / truth["photons"].sum()
    curve = (1 - share) * normalised(facts, truth, "rest", centre) + share * normalised(facts, truth, "moved", centre)
    np.testing.assert_allclose(profile, 25 * truth["photons"].mean() * curve, rtol=0.06)


def test_excited_shots_differ_by_the_stated_change(run: SimulatedRun, corrected: NDArray[np.float32]) -> None:
    facts, truth = json.loads(run.truth_file.read_text()), arrays_of(run)
    good = truth["pixel_status"] == 0
    photons, excited = truth["photons"], truth["excited"]
    found, share = [], []
    for which in (excited > 0.3, (excited < 0.01) & ~truth["dropped"]):
        found.append(corrected[:, good][which].sum(axis=0, dtype=np.float64) / (25 * photons[which].sum()))
        share.append((photons * excited)[which].sum() / photons[which].sum())
    q = truth["q"][good]
    change = normalised(facts, truth, "moved", q) - normalised(facts, truth, "rest", q)
    for low, high in ((1.4, 1.8), (2.05, 2.5), (2.5, 2.75)):
        ring = (q > low) & (q < high)
        wanted = (share[0] - share[1]) * change[ring].sum()
        assert abs(wanted) > 0.002
        assert (found[0] - found[1])[ring].sum() == pytest.approx(wanted, abs=0.0015)


def normalised(facts: dict[str, Any], truth: dict[str, NDArray[Any]], name: str, q: NDArray[Any]) -> NDArray[np.float64]:
    """A curve of the truth per photon and pixel, at these q."""
    curves = facts["curves"]
    live = truth["q"][truth["pixel_status"] != 8]
    total = np.interp(live, curves["q"], curves[name]).sum()
    return np.interp(q, curves["q"], curves[name]) / total


def test_the_pedestal_file_holds_the_pedestals(run: SimulatedRun) -> None:
    folder = run.calib_directory / "CsPad::CalibV1" / "XppGon.0:Cspad.0"
    lines = (folder / "pedestals" / "0-end.data").read_text().splitlines()
    assert len(lines) == 5920
    pedestal = arrays_of(run)["pedestal"].reshape(5920, 388)
    np.testing.assert_allclose(np.fromstring(lines[777], sep=" "), pedestal[777], atol=0.0051)


def test_a_dark_run_of_the_same_seed_has_the_same_sensor(run: SimulatedRun, tmp_path: Path) -> None:
    dark = simulate("dark", tmp_path, Options(steps=1, events=24))
    truth, other = arrays_of(dark), arrays_of(run)
    np.testing.assert_array_equal(truth["pedestal"], other["pedestal"])
    mean = (frames(dark) - truth["common_mode"][:, :, None, None]).mean(axis=0)
    good = truth["pixel_status"] == 0
    assert np.abs(mean - truth["pedestal"])[good].max() < 6.5 * truth["pixel_rms"][good].max() / np.sqrt(24)
