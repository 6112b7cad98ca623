"""Frames of the time tool read back from bytes: the edge is where the truth says, on the light that the codes say."""

import json
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.optimize import curve_fit
from scipy.special import erf

from monitor.simulate.options import Options
from monitor.simulate.run import SimulatedRun, simulate
from tests.support.plain_xtc import Datagram, datagrams

CAMERA = 22 << 24 | 3 << 8 | 1
ROWS, COLUMNS = 64, 512


@dataclass(frozen=True)
class Run:
    facts: dict[str, Any]
    truth: dict[str, NDArray[Any]]
    frames: NDArray[np.float64]


def events(run: SimulatedRun) -> list[Datagram]:
    return sorted((d for path in run.files for d in datagrams(path) if d.service == 12), key=lambda d: d.time_ns)


def frame_of(event: Datagram) -> NDArray[np.float64]:
    payload = event.leaf(1, CAMERA, 2).payload
    assert struct.unpack_from("<4I", payload) == (COLUMNS, ROWS, 12, 0)
    assert len(payload) == 16 + 2 * ROWS * COLUMNS
    return np.frombuffer(payload, "<u2", offset=16).reshape(ROWS, COLUMNS).astype(np.float64)


def read(name: str, folder: Path, **options: Any) -> Run:
    made = simulate(name, folder, Options(**options))
    with np.load(made.truth_file.with_suffix(".npz"), allow_pickle=False) as arrays:
        truth = dict(arrays)
    return Run(json.loads(made.truth_file.read_text()), truth, np.stack([frame_of(event) for event in events(made)]))


@pytest.fixture(scope="module")
def calibration(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return read("time-tool-calibration", tmp_path_factory.mktemp("calibration"), steps=5, events=60)


def stripe(frames: NDArray[np.float64], run: Run, name: str) -> NDArray[np.float64]:
    """Mean over the rows of a region, the camera's own counts taken off."""
    (top, bottom), (left, right) = run.facts["regions"][name]
    return (frames - run.truth["dark"])[:, top:bottom, left:right].mean(axis=1)


def step(column: NDArray[np.float64], edge: float, soft: float, level: float, depth: float) -> NDArray[np.float64]:
    return level * (1 - depth * 0.5 * (1 + erf((column - edge) / (np.sqrt(2) * soft))))


def test_the_edge_is_where_the_truth_says(calibration: Run) -> None:
    truth = calibration.truth
    trace = stripe(calibration.frames, calibration, "signal") - stripe(calibration.frames, calibration, "sideband")
    alone = trace[truth["laser"] & truth["dropped"]].mean(axis=0)
    bright = np.flatnonzero(truth["laser"] & (truth["intensity"] > 0.8))
    middles = np.arange(16, 496) + 0.5
    off = []
    for event in bright:
        guess = (truth["edge_px"][event], 6.0, 1.0, 0.1)
        (edge, soft, _, depth), _ = curve_fit(step, middles, trace[event] / alone, p0=guess)
        off.append(edge - truth["edge_px"][event])
        assert abs(soft) == pytest.approx(6.0, abs=2.5)
        assert depth == pytest.approx(0.12 * truth["intensity"][event], rel=0.2)
    assert len(off) > 50
    # Fringes drift by 0.2 radian away from their mean: 1 % of the light, where the edge changes by 0.8 % in each pixel.
    assert abs(np.mean(off)) < 0.4
    assert np.std(off) < 0.8


def test_the_polynomial_makes_the_delay_of_the_edge(calibration: Run, tmp_path: Path) -> None:
    def time_of(run: Run) -> NDArray[np.float64]:
        return np.polynomial.polynomial.polyval(run.truth["edge_px"], run.facts["calibration"])

    np.testing.assert_allclose(1000 * time_of(calibration), calibration.truth["delay_fs"], atol=1e-6)
    scan = read("time-tool", tmp_path, steps=3, events=8)
    np.testing.assert_allclose(1000 * time_of(scan), scan.truth["jitter_fs"], atol=1e-6)
    np.testing.assert_allclose(scan.truth["delay_fs"] - scan.truth["control_fs"], scan.truth["jitter_fs"], atol=1e-9)


def test_white_light_is_there_with_the_laser_and_glow_with_the_xrays(calibration: Run) -> None:
    truth, light = calibration.truth, stripe(calibration.frames, calibration, "reference").mean(axis=1)
    beside = stripe(calibration.frames, calibration, "sideband").mean(axis=1)
    assert light[truth["laser"]].min() > 500
    assert light[~truth["laser"]].max() < 150
    assert abs(beside[truth["dropped"]]).max() < 5
    slope, at_none = np.polyfit(truth["intensity"][~truth["dropped"]], beside[~truth["dropped"]], 1)
    assert slope > 10
    assert abs(at_none) < 3


def test_the_camera_is_configured_to_forward_frames_of_this_size(tmp_path: Path) -> None:
    made = simulate("time-tool", tmp_path, Options(steps=1, events=1))
    first = next(datagrams(made.files[0]))
    opal, forward = first.leaf(1, CAMERA, 6).payload, first.leaf(1, CAMERA, 7).payload
    assert struct.unpack_from("<I", opal, 4)[0] & 15 == 2
    forwarding, _, _, left, top, right, bottom = struct.unpack_from("<3I4H", forward)
    assert (forwarding, right - left, bottom - top) == (2, COLUMNS, ROWS)
    assert max(right, bottom) <= 1024
