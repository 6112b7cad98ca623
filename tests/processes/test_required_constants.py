"""Constants that are required and not there end the run with a sentence; without the word it goes on with raw pixels."""

import json
from pathlib import Path

import pytest

from monitor.simulate.run import SimulatedRun
from monitor.store import open_run
from tests.processes.conftest import file_in
from tests.support.command import PATIENCE_S, Command

pytestmark = [pytest.mark.processes, pytest.mark.timeout(3 * PATIENCE_S)]

QUIET = ("--no-dashboard", "--stream", "tcp://127.0.0.1:0", "-j", "1")


def setup(folder: Path, constants: str) -> Path:
    (folder / "empty").mkdir()
    file = folder / "setup.toml"
    file.write_text(f'calib_directory = "{folder / "empty"}"\n[[detector]]\nname = "cspad"\nconstants = "{constants}"\n')
    return file


def test_required_constants_that_are_missing_end_the_run(xtcmon: Command, area_run: SimulatedRun, tmp_path: Path) -> None:
    done = xtcmon.run("run", setup(tmp_path, "required"), *area_run.files, *QUIET, "-o", tmp_path / "out")
    assert done.returncode == 2, done.stderr
    assert "detector.cspad.constants: no pedestals for XppGon-0|Cspad-0, run 42, in" in done.stderr


def test_without_the_word_the_run_goes_on_and_says_so(xtcmon: Command, area_run: SimulatedRun, tmp_path: Path) -> None:
    done = xtcmon.run("run", setup(tmp_path, ""), *area_run.files, *QUIET, "-o", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    with open_run(file_in(tmp_path / "out")) as file:
        assert len(file) == 12
        assert json.loads(file.settings[1].text)["constants"] == {}
