"""The tutorial's run: its scan table, and time zero found again from bytes alone."""

import json
import struct
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.optimize import curve_fit
from scipy.special import erf

from monitor.simulate.options import Options
from monitor.simulate.run import simulate
from tests.support.plain_xtc import Datagram, datagrams

SEED_TABLE = {
    (6, 0): {(15, 1): 14641},
    (6, 2): {(14, 0): 14563, (0, 0): 78},
    (6, 3): {(35, 0): 14641},
    (6, 1): {(16, 0): 14641},
    (1, 9 << 24): {(13, 1): 107580},
    (1, 1 << 8): {(8, 4): 62, (19, 3): 14640},
    (1, 16 << 24 | 1 << 16 | 8 << 8): {(23, 1): 1, (30, 1): 1, (22, 1): 14640, (31, 1): 14640},
    (1, 17 << 24 | 1 << 16 | 8 << 8): {(23, 1): 1, (30, 1): 1, (22, 1): 14640, (31, 1): 14640},
    (1, 18 << 24 | 1 << 16 | 8 << 8): {(23, 1): 1, (30, 1): 1, (22, 1): 14640, (31, 1): 14640},
    (1, 19 << 24 | 1 << 16 | 8 << 8): {(23, 1): 1, (30, 1): 1, (22, 1): 14640, (31, 1): 14640},
    (0, 172 << 24 | 21 << 16 | 10 << 8 | 5): {(10, 1): 62},
}
"""The scan of experiment xppi0310, run 98, that the facility's tutorial prints; sources as level and physical word."""

MONITOR, SIGNAL = 17 << 24 | 1 << 16 | 8 << 8, 18 << 24 | 1 << 16 | 8 << 8


@dataclass(frozen=True)
class Run:
    merged: list[Datagram]
    """Events of both streams in time order, every other transition once."""
    truth: dict[str, Any]
    arrays: dict[str, NDArray[Any]]


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Run:
    made = simulate("delay-scan", tmp_path_factory.mktemp("delay"))
    first, second = (list(datagrams(path)) for path in made.files)
    merged = sorted(first + [d for d in second if d.service == 12], key=lambda d: d.time_ns)
    truth = json.loads(made.truth_file.read_text())
    with np.load(made.truth_file.parent / truth["arrays"]["file"], allow_pickle=False) as arrays:
        return Run(merged, truth, dict(arrays))


def events(run: Run) -> list[Datagram]:
    return [datagram for datagram in run.merged if datagram.service == 12]


def control_values(run: Run) -> list[float]:
    steps = [leaf for d in run.merged if d.service == 8 for leaf in d.leaves if leaf.kind == (10, 1)]
    assert {leaf.payload[24:56].rstrip(b"\0") for leaf in steps} == {b"fs2:ramp_angsft_target"}
    return [struct.unpack_from("<d", leaf.payload, 24 + 36)[0] for leaf in steps]


def test_the_scan_table_is_the_tutorials(full: Run) -> None:
    table: dict[tuple[int, int], Counter[tuple[int, int]]] = {}
    for datagram in full.merged:
        for leaf in datagram.leaves:
            table.setdefault((leaf.level, leaf.physical), Counter())[leaf.kind] += 1
    assert table == SEED_TABLE


def test_datagrams_without_disable_are_14826(full: Run) -> None:
    assert sum(datagram.service != 11 for datagram in full.merged) == 14826


def test_every_step_has_240_events(full: Run) -> None:
    services = [datagram.service for datagram in full.merged]
    steps = "".join("B" if service == 8 else "e" if service == 12 else "" for service in services).split("B")
    assert [len(step) for step in steps] == [0] + [240] * 61


def test_codes_say_laser_and_dropped_shots(full: Run) -> None:
    codes = []
    for datagram in events(full):
        payload = datagram.leaf(1, 1 << 8, 19).payload
        fifo = np.frombuffer(payload, "<u4", offset=4).reshape(-1, 3)
        assert len(fifo) == struct.unpack_from("<I", payload)[0]
        assert (fifo[:, 0] == datagram.fiducials).all()
        codes.append(set(fifo[:, 2].tolist()))
    laser, dropped = full.arrays["laser"], full.arrays["dropped"]
    assert codes == [{140} | ({90} if on else {91}) | ({162} if no else set()) for on, no in zip(laser, dropped, strict=True)]


def test_absent_gas_detector_shots_carry_the_marker_and_its_damage(full: Run) -> None:
    missing = [any(leaf.kind == (0, 0) and leaf.physical == 2 for leaf in datagram.leaves) for datagram in events(full)]
    assert missing == full.arrays["gas_absent"].tolist()
    assert [datagram.damage for datagram in events(full)] == [2 if gone else 0 for gone in missing]
    assert full.arrays["gas_absent"].sum() == 78


def columns(run: Run) -> dict[str, NDArray[np.float64]]:
    """Control value, cavity time (ps), monitor, signal of each event, from bytes."""
    control = np.repeat(control_values(run), 240)
    cavity = [struct.unpack_from("<d", d.leaf(6, 1, 16).payload)[0] for d in events(run)]
    monitor = [struct.unpack_from("<f", d.leaf(1, MONITOR, 31).payload, 16)[0] for d in events(run)]
    signal = [struct.unpack_from("<f", d.leaf(1, SIGNAL, 31).payload, 4)[0] for d in events(run)]
    return {"control": control, "cavity": np.array(cavity), "monitor": np.array(monitor), "signal": np.array(signal)}


def test_the_monitor_measures_the_intensity_and_the_signal_follows_it(full: Run) -> None:
    read = columns(full)
    light = full.arrays["intensity"]
    used = light > 0.2
    assert np.std(read["monitor"][used] / light[used]) < 0.005
    assert np.std(read["signal"][used] / (light * full.arrays["ratio"])[used]) < 0.015
    assert np.abs(read["monitor"][full.arrays["dropped"]]).max() < 0.001


def edge(time: NDArray[np.float64], zero: float, width: float, base: float, height: float) -> NDArray[np.float64]:
    return base + height * 0.5 * (1 + erf((time - zero) / (np.sqrt(2) * width)))


def fitted(time: NDArray[np.float64], ratio: NDArray[np.float64]) -> tuple[float, float]:
    """Time zero and width of the edge."""
    found, _ = curve_fit(edge, time, ratio, p0=(0.0, 200.0, 0.5, 0.1))
    return float(found[0]), abs(float(found[1]))


def test_the_phase_cavity_finds_time_zero_and_sharpens_the_edge(full: Run) -> None:
    read, truth = columns(full), full.truth
    used = (read["monitor"] > 0.1) & full.arrays["laser"]
    ratio = read["signal"][used] / read["monitor"][used]
    plain_zero, plain_width = fitted(read["control"][used], ratio)
    zero, width = fitted((read["control"] + 1000 * read["cavity"])[used], ratio)
    assert abs(zero - truth["time_zero_fs"]) < 3 * truth["time_zero_error_corrected_fs"]
    assert abs(plain_zero - truth["time_zero_fs"]) < 3 * truth["time_zero_error_uncorrected_fs"]
    assert truth["time_zero_error_corrected_fs"] < 0.5 * truth["time_zero_error_uncorrected_fs"]
    assert width == pytest.approx(truth["width_corrected_fs"], rel=0.05)
    assert plain_width == pytest.approx(truth["width_uncorrected_fs"], rel=0.05)


def test_without_laser_there_is_no_edge(full: Run) -> None:
    read = columns(full)
    used = (read["monitor"] > 0.1) & ~full.arrays["laser"]
    late = read["control"][used] > 600
    ratio = read["signal"][used] / read["monitor"][used]
    assert ratio[late].mean() == pytest.approx(ratio[~late].mean(), abs=0.001)


def test_the_stated_error_is_the_scatter_of_fits_over_seeds(tmp_path: Path) -> None:
    zeros, stated = [], 0.0
    for seed in range(12):
        made = simulate("delay-scan", tmp_path / str(seed), Options(steps=21, events=60, seed=seed))
        truth = json.loads(made.truth_file.read_text())
        stated = truth["time_zero_error_corrected_fs"]
        with np.load(made.truth_file.parent / truth["arrays"]["file"], allow_pickle=False) as arrays:
            noise = np.random.default_rng(seed).normal(0, 0.0105, len(arrays["ratio"]))
            used = arrays["laser"] & ~arrays["dropped"]
            time = arrays["control_fs"] + 1000 * arrays["cavity_ps"][:, 0]
            zeros.append(fitted(time[used], (arrays["ratio"] * (1 + noise))[used])[0])
    scatter = np.sqrt(np.mean((np.array(zeros) - 137.0) ** 2))
    assert 0.5 * stated < scatter < 2 * stated


def test_both_streams_carry_every_epics_update_once_with_the_same_value(tmp_path: Path) -> None:
    made = simulate("delay-scan", tmp_path, Options(steps=3, events=24))
    updates = []
    for path in made.files:
        here = [leaf.payload for d in datagrams(path) if d.service == 12 for leaf in d.leaves if leaf.kind == (13, 1)]
        assert len(here) == 220 * 4 * 3
        updates.append(here)
    assert updates[0] == updates[1]
    scan = [payload for payload in updates[0] if struct.unpack_from("<hh", payload) == (0, 20)]
    assert [struct.unpack_from("<d", payload, 24)[0] for payload in scan] == [-1500.0] * 4 + [0.0] * 4 + [1500.0] * 4
