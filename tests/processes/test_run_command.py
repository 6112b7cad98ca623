"""``xtcmon run`` from recorded files to the small-data file, as a person calls it."""

import json
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from scipy.optimize import curve_fit
from scipy.special import erf

from monitor.simulate.run import SimulatedRun
from tests.processes.conftest import file_in
from tests.support.command import PATIENCE_S, Command
from tests.support.dumped_rows import dumped_events, expected_fields, is_value, recording

pytestmark = [pytest.mark.processes, pytest.mark.timeout(3 * PATIENCE_S)]

QUIET = ("--no-dashboard", "--stream", "tcp://127.0.0.1:0")
USER_DAMAGE = 0xFF004000
RUNS = [
    ["e81-r0098-s00-c00", "e81-r0098-s01-c00"],
    ["cxi12345-r0012-s00-c00"],
    ["xpp59218-r0078-s00-c00"],
    ["xppn4116-r0137-s00-c00"],
]


def is_missing(value: Any) -> bool:
    return bool(np.all(np.isnan(value))) if np.asarray(value).dtype.kind == "f" else bool(np.all(value == -99999))


@pytest.mark.parametrize("names", RUNS, ids=lambda names: names[0])
def test_the_file_holds_every_event_in_time_order_with_the_values_of_the_dump(
    xtcmon: Command, golden_dir: Path, tmp_path: Path, names: list[str]
) -> None:
    if not all((golden_dir / "xtc" / f"{name}.xtc.jsonl").exists() for name in names):
        pytest.skip(f"no golden run {names[0]}")
    files = [recording(golden_dir, name, tmp_path) for name in names]
    done = xtcmon.run("run", *files, *QUIET, "--output", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    events, aliases = dumped_events(golden_dir, names)
    checked = 0
    with h5py.File(file_in(tmp_path / "out")) as file:
        assert file["event_time"][:].tolist() == [time for time, _ in events]
        for event, (_, entries) in enumerate(events):
            for entry in entries:
                allowed = USER_DAMAGE if entry["type_name"] == "EBeamBld" else 0
                if entry.get("data") is None or entry["damage"] & ~allowed:
                    continue
                for name, expected in expected_fields(entry, aliases):
                    actual = file[name][event]
                    right = is_missing(actual) if expected is None else is_value(actual, expected)
                    assert right, (event, name, actual, expected)
                    checked += 1
    assert checked > 10


def contents(path: Path) -> dict[str, Any]:
    """Every dataset with a row per event, and every sum."""
    found: dict[str, Any] = {}

    def visit(name: str, node: Any) -> None:
        if isinstance(node, h5py.Dataset) and not name.startswith(("xtcmon/", "UserDataCfg/")):
            found[name] = node[()]

    with h5py.File(path) as file:
        file.visititems(visit)
    return found


@pytest.mark.parametrize("way", ["ring", "inline"])
def test_it_does_not_matter_how_the_bytes_reach_the_workers(
    xtcmon: Command, area_run: SimulatedRun, tmp_path: Path, way: str
) -> None:
    for name, option in (("plain", "reference"), ("other", way)):
        done = xtcmon.run("run", *area_run.files, *QUIET, "--bytes", option, "-o", tmp_path / name)
        assert done.returncode == 0, done.stderr
    plain, other = contents(file_in(tmp_path / "plain")), contents(file_in(tmp_path / "other"))
    assert plain.keys() == other.keys()
    assert any(name.startswith("Sums/") for name in plain)
    for name, values in plain.items():
        if name.startswith("Sums/"):
            np.testing.assert_allclose(other[name], values, rtol=1e-12, err_msg=name)
        else:
            np.testing.assert_array_equal(other[name], values, err_msg=name)


def test_the_scan_in_the_file_has_time_zero_where_the_truth_says(xtcmon: Command, scan_run: SimulatedRun, tmp_path: Path) -> None:
    done = xtcmon.run("run", *scan_run.files, *QUIET, "-o", tmp_path)
    assert done.returncode == 0, done.stderr
    truth = json.loads(scan_run.truth_file.read_text())
    data = contents(file_in(tmp_path))
    on = (data["lightStatus/laser"] == 1) & (data["lightStatus/xray"] == 1)
    signal = data["XppSb3Pim_1_Ipimb_0/channels"][:, 1] / data["XppSb3Ipm_1_Ipimb_0/sum"]
    good = on & (data["XppSb3Ipm_1_Ipimb_0/sum"] > 0.1) & np.isfinite(data["phase_cav/fit_time_1"])
    asked = data["scan/fs2:ramp_angsft_target"]
    corrected = asked + 1000 * data["phase_cav/fit_time_1"]

    def edge(time: Any, low: float, step: float, zero: float, width: float) -> Any:
        return low + step * (1 + erf((time - zero) / (np.sqrt(2) * width))) / 2

    fits = {}
    for name, axis in (("asked", asked), ("corrected", corrected)):
        start = (np.percentile(signal[good], 10), np.ptp(signal[good]) / 2, 0.0, 150.0)
        best, covariance = curve_fit(edge, axis[good], signal[good], start)
        fits[name] = best[2], np.sqrt(covariance[2, 2]), abs(best[3])
    zero, error, width = fits["corrected"]
    assert abs(zero - truth["time_zero_fs"]) < 3 * truth["time_zero_error_corrected_fs"]
    assert error < fits["asked"][1]
    assert width < fits["asked"][2]
