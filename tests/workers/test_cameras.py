"""The simulated cameras through the pipeline: what was injected comes back, and what the detectors tell beside it."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from monitor.settings import parse
from monitor.simulate.options import Options
from monitor.simulate.run import SimulatedRun, simulate
from tests.support.plain_run import stretches
from workers.pipeline import Pipeline, Result

EVENTS = 3
NO_COMMON_MODE: dict[str, dict[str, int]] = {"epix100": {"common_mode": 0}, "pnccd": {"common_mode": 0}, "epix10ka": {}}
"""Settings under which nothing is taken off; it is the default of an Epix10ka."""

NOISE_keV = np.array([0.2, 0.5, 0.2, 0.5])
"""Of a pixel: electronics and rounding, in the gain before switching."""


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> SimulatedRun:
    return simulate("cameras", tmp_path_factory.mktemp("cameras"), Options(events=EVENTS))


@pytest.fixture(scope="module")
def truth(run: SimulatedRun) -> dict[str, NDArray[Any]]:
    with np.load(run.truth_file.with_suffix(".npz"), allow_pickle=False) as arrays:
        return dict(arrays)


@pytest.fixture(scope="module")
def result(run: SimulatedRun) -> Result:
    whole = {"kind": "ROIFunc", "name": "all", "writeArea": True, "calcPars": False}
    detectors = [{"name": name, **words, "sums": [], "feature": [whole]} for name, words in NO_COMMON_MODE.items()]
    pipeline = Pipeline(parse({"detector": detectors, "calib_directory": str(run.calib_directory)}), 1)
    (made,) = [pipeline.process(*stretch) for stretch in stretches(list(run.files))]
    return made


def frames(result: Result, name: str) -> NDArray[np.float32]:
    column = result.rows.columns[f"{name}/all_area"]
    assert column.mask.all()
    values: NDArray[np.float32] = column.values
    return values


def test_nothing_goes_wrong(result: Result) -> None:
    assert not result.trouble


@pytest.mark.parametrize(("name", "height", "noise"), [("epix100", 150, 8), ("pnccd", 300, 6)])
def test_photons_come_back(result: Result, truth: dict[str, NDArray[Any]], name: str, height: int, noise: float) -> None:
    bad = truth[f"{name}_status"] != 0
    for event, frame in enumerate(frames(result, name)):
        panels = frame.reshape(bad.shape).astype(np.float64)
        np.testing.assert_array_equal(np.isnan(panels), bad)
        common = truth[f"{name}_common_mode"][event]
        # Constants are written with two digits and pixels are whole numbers.
        signal = np.nansum(panels - common[:, None, None])
        tolerance = 5 * (noise + 0.3) * np.sqrt(panels.size) + 0.02 * panels.size
        assert abs(signal - height * truth[f"{name}_photons"][event]) < tolerance


def test_energies_of_epix10ka_panels_come_back_in_every_gain_mode(result: Result, truth: dict[str, NDArray[Any]]) -> None:
    assert (truth["epix10ka_switched"][:, 2:] > 0).any(axis=0).all()
    assert (truth["epix10ka_switched"][:, :2] == 0).all()
    for event, panels in enumerate(frames(result, "epix10ka")):
        low_gain = 15.0 * np.sqrt(truth["epix10ka_switched"][event])
        expected = truth["epix10ka_energy_keV"][event]
        found = panels.sum(axis=(1, 2), dtype=np.float64)
        tolerance = 5 * (NOISE_keV * np.sqrt(panels[0].size) + low_gain) + 1e-3 * expected
        assert (np.abs(found - expected) < tolerance).all(), (event, found, expected)
        # A fixed high gain ends at (16383 - 2800) / 16.4 = 828 keV per pixel: the spot is cut off there.
        assert panels[0].max() == pytest.approx(828, abs=12)


def test_sensors_beside_the_pixels_are_recorded(result: Result) -> None:
    columns = result.rows.columns
    assert columns["epix100_env/temp0"].values.tolist() == pytest.approx([25.12] * EVENTS)
    assert columns["epix100_env/frameNumber"].values.tolist() == [1, 2, 3]
    assert columns["pnccd_env/frameNumber"].values.tolist() == [[n] * 4 for n in (1, 2, 3)]
    assert columns["epix10ka_env/frameNumber"].values.tolist() == [1, 2, 3]
