"""The simulated LCLS-II run is what its truth says, read back through the reader and a worker's pipeline."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from monitor.errors import ConfigError, Unusable
from monitor.reader.sources.xtc2_files import Xtc2FileSource
from monitor.settings import parse
from monitor.simulate.options import Options
from monitor.simulate.run import SimulatedRun, simulate
from monitor.xtc2.dump import dump_lines
from tests.support.xtc2_rows import results_of
from workers.pipeline import Result

SMALL = Options(steps=2, events=6)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> SimulatedRun:
    return simulate("lcls2", tmp_path_factory.mktemp("lcls2"), SMALL)


@pytest.fixture(scope="module")
def truth(run: SimulatedRun) -> dict[str, Any]:
    facts = json.loads(run.truth_file.read_text())
    with np.load(run.truth_file.with_suffix(".npz")) as arrays:
        return facts | dict(arrays)


def detector(run: SimulatedRun, name: str, **more: Any) -> dict[str, Any]:
    """Settings of a pixel detector: mean of the lit square of the first panel, no common mode."""
    region = {"kind": "ROIFunc", "name": "ROI_0", "ROI": [[0, 1], [0, 40], [0, 40]]}
    return {"name": name, "constants": str(run.calib_directory / f"{name}.npz"), "feature": [region], **more}


@pytest.fixture(scope="module")
def results(run: SimulatedRun) -> list[Result]:
    detectors = [detector(run, "epixquad"), detector(run, "jungfrau")]
    settings = parse({"detector": detectors})
    return list(results_of(Xtc2FileSource(run.files), settings))


def column(results: list[Result], name: str) -> np.ndarray:
    return np.concatenate([result.rows.columns[name].filled() for result in results])


def test_every_datagram_can_be_dumped(run: SimulatedRun) -> None:
    for path in run.files:
        *_, end = dump_lines(path, None)
        assert end["end"]
        assert end["trailing"] == 0


def test_point_values_are_true(results: list[Result], truth: dict[str, Any]) -> None:
    assert column(results, "timestamp").tolist() == truth["timestamp"].tolist()
    assert column(results, "gmd/energy").tolist() == truth["energy"].tolist()
    assert column(results, "lightStatus/xray").tolist() == truth["xray"].astype(int).tolist()
    assert column(results, "lightStatus/laser").tolist() == truth["laser"].astype(int).tolist()
    assert column(results, "scan/delay").tolist() == np.repeat(truth["delay"], 6).tolist()
    assert column(results, "epicsAll/sample_x").tolist() == [10.0] * 6 + [11.0] * 6
    assert not any(result.trouble for result in results)


def test_frames_have_the_true_energy_after_correction_in_every_gain(results: list[Result], truth: dict[str, Any]) -> None:
    energy, slow = truth["photon_energy"], np.arange(12) % truth["slow_every"] == 0
    assert (energy >= 60).any()
    assert (energy < 60).any()
    np.testing.assert_allclose(column(results, "epixquad/ROI_0_mean"), energy, atol=1e-3)
    jungfrau = column(results, "jungfrau/ROI_0_mean")
    np.testing.assert_allclose(jungfrau[slow], energy[slow], atol=1e-3)
    assert np.isnan(jungfrau[~slow]).all()


def test_digitizers_have_the_true_peaks(results: list[Result], truth: dict[str, Any]) -> None:
    shape = np.array(truth["peak_shape"]) + truth["baseline"]
    for channel in range(2):
        assert column(results, f"hsd_{channel}/var_peaks/start").tolist() == truth["peak"][:, channel].tolist()
        waves, shown = column(results, f"hsd_{channel}/waveform"), column(results, f"hsd_{channel}/padded")
        for event, first in enumerate(truth["peak"][:, channel]):
            np.testing.assert_array_equal(waves[event, first : first + 4], shape)
        assert (shown == waves).all()


def test_the_same_seed_gives_the_same_bytes_and_another_does_not(run: SimulatedRun, tmp_path: Path) -> None:
    again = simulate("lcls2", tmp_path / "again", SMALL)
    other = simulate("lcls2", tmp_path / "other", Options(steps=2, events=6, seed=2))
    for one, two, three in zip(run.files, again.files, other.files, strict=True):
        assert one.read_bytes() == two.read_bytes() != three.read_bytes()


def test_a_run_that_is_there_already_is_kept(run: SimulatedRun) -> None:
    with pytest.raises(Unusable, match="already holds rixsim0001-r0031"):
        simulate("lcls2", run.truth_file.parent, SMALL)


def test_options_that_it_does_not_have_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="knows no damage"):
        simulate("lcls2", tmp_path, Options(damage=0.5))
