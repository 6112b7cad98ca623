"""A small-data file against the recorded bytes: it agrees, and what was altered is named."""

import json
import shutil
from pathlib import Path

import h5py
import pytest

from monitor.simulate.run import SimulatedRun
from monitor.tools.chaos.scene import scene
from tests.processes.conftest import file_in
from tests.support.command import PATIENCE_S, Command, command

pytestmark = [pytest.mark.processes, pytest.mark.timeout(3 * PATIENCE_S)]

QUIET = ("--no-dashboard", "--stream", "tcp://127.0.0.1:0", "-j", 1)
EVENTS = 600


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, SimulatedRun]:
    folder = tmp_path_factory.mktemp("verify")
    what, run = scene(folder / "data", EVENTS)
    with command() as xtcmon:
        done = xtcmon.run("run", *what, *QUIET, "-o", folder / "out")
    assert done.returncode == 0, done.stderr
    return file_in(folder / "out"), run


@pytest.fixture
def written(made: tuple[Path, SimulatedRun], tmp_path: Path) -> tuple[Path, SimulatedRun]:
    """A file of one's own, to be altered."""
    return Path(shutil.copy(made[0], tmp_path)), made[1]


def test_a_file_agrees_until_one_value_of_it_is_altered(xtcmon: Command, written: tuple[Path, SimulatedRun]) -> None:
    path, run = written
    good = xtcmon.run("verify", path, *run.files, "--json")
    assert good.returncode == 0, good.stdout + good.stderr
    assert json.loads(good.stdout) == {"agrees": True, "events": EVENTS, "rows": EVENTS, "complaints": []}
    with h5py.File(path, "r+") as file:
        file["spot_camera/spot_sum"][123] += 1
        (state,) = [group for group in file["xtcmon/sums"].values() if group.attrs["name"] == "spot_camera_calib"]
        state["0/total"][3, 4] += 1
    bad = xtcmon.run("verify", path, *run.files)
    assert bad.returncode == 1
    lines = bad.stdout.splitlines()
    assert lines[0].startswith("spot_camera/spot_sum differs in 1 rows, first in row 123")
    assert lines[1] == "sum spot_camera_calib differs in total"
    assert lines[2] == f"{EVENTS} rows of {EVENTS} recorded events computed again: 2 differences"


def test_bytes_that_are_not_all_there_are_said(xtcmon: Command, written: tuple[Path, SimulatedRun]) -> None:
    path, run = written
    bad = xtcmon.run("verify", path, run.files[0])
    assert bad.returncode == 1
    assert f"{EVENTS // 2} rows of the file have no event in the recorded bytes" in bad.stdout


def test_a_live_run_that_lost_events_agrees_with_what_it_kept(xtcmon: Command, tmp_path: Path) -> None:
    what, run = scene(tmp_path / "data", EVENTS)
    live = ("--rate", 100_000, "--mode", "live", "-j", 1)
    done = xtcmon.run("run", *what, *QUIET, *live, "-o", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    path = file_in(tmp_path / "out")
    found = xtcmon.run("verify", path, *run.files)
    assert found.returncode == 0, found.stdout + found.stderr
    with h5py.File(path) as file:
        lost = file["xtcmon/lost"][()]
        assert len(file["event_time"]) + int((lost["stop"] - lost["first"]).sum()) == EVENTS
