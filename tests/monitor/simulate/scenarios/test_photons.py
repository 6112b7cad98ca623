"""Jungfrau frames read back from bytes: ranges and energies are those of the truth."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from monitor.simulate.options import Options
from monitor.simulate.run import SimulatedRun, simulate
from tests.support.plain_xtc import Datagram, datagrams

JUNGFRAU = 22 << 24 | 43 << 8
SHAPE = (2, 512, 1024)


def events(run: SimulatedRun) -> list[Datagram]:
    return sorted((d for path in run.files for d in datagrams(path) if d.service == 12), key=lambda d: d.time_ns)


def words_of(event: Datagram) -> NDArray[np.uint16]:
    payload = event.leaf(1, JUNGFRAU, 108).payload
    assert len(payload) == 56 + 2 * 2 * 512 * 1024
    assert int.from_bytes(payload[12:16], "little") == event.fiducials
    return np.frombuffer(payload, "<u2", offset=56).reshape(SHAPE)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> SimulatedRun:
    return simulate("photons", tmp_path_factory.mktemp("photons"), Options(events=6))


@pytest.fixture(scope="module")
def truth(run: SimulatedRun) -> dict[str, NDArray[Any]]:
    with np.load(run.truth_file.with_suffix(".npz"), allow_pickle=False) as arrays:
        return dict(arrays)


def test_as_many_pixels_are_in_each_range_as_stated(run: SimulatedRun, truth: dict[str, NDArray[Any]]) -> None:
    found = [[int((words_of(event) >> 14 == bits).sum()) for bits in (0, 1, 3)] for event in events(run)]
    assert found == truth["pixels_in_range"].tolist()
    assert (truth["pixels_in_range"].sum(axis=0) > 0).all()


def test_energy_in_the_first_range_and_spots_sums_to_the_stated_photons(
    run: SimulatedRun, truth: dict[str, NDArray[Any]]
) -> None:
    for number, event in enumerate(events(run)):
        words = words_of(event)
        stage = np.array([0, 1, 0, 2])[words >> 14][None]
        pedestal, gain = (np.take_along_axis(truth[name], stage, axis=0)[0] for name in ("pedestal", "gain"))
        energy = ((words & 0x3FFF) - pedestal) / gain
        photons = truth["single_photons"][number] + truth["spot_photons"][number]
        assert energy.sum(dtype=np.float64) / 9.5 == pytest.approx(photons, rel=0.01, abs=60)


def test_photons_of_all_events_make_the_sum(truth: dict[str, NDArray[Any]]) -> None:
    assert truth["photon_sum"].sum() == (truth["single_photons"] + truth["spot_photons"]).sum()


def test_gains_are_written_range_first_as_panels(run: SimulatedRun, truth: dict[str, NDArray[Any]]) -> None:
    path = run.calib_directory / "Jungfrau::CalibV1" / "XppEndstation.0:Jungfrau.0" / "pixel_gain" / "0-end.data"
    lines = path.read_text().splitlines()
    assert [line.split()[-1] for line in lines[1:6]] == ["4", "3", "2", "512", "1024"]
    rows = lines[7:]
    assert len(rows) == 3 * 2 * 512
    low_second_panel = np.fromstring(rows[(2 * 2 + 1) * 512 + 5], sep=" ")
    np.testing.assert_allclose(low_second_panel, truth["gain"][2, 1, 5], atol=1e-5)
