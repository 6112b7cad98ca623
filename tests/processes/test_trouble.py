"""Disks and files that fail in the middle of a run: one sentence, and what was committed stays."""

import resource
import shutil
from pathlib import Path

import h5py
import psutil
import pytest

from monitor.simulate.options import Options
from monitor.simulate.run import SimulatedRun, simulate
from monitor.tools.chaos.tormentor import processes_of
from tests.processes.test_ending import NAME_OF_FILE, QUIET, SLOW, rows_in, said, soon
from tests.support.command import PATIENCE_S, Command

pytestmark = [pytest.mark.processes, pytest.mark.timeout(3 * PATIENCE_S)]

SOON_S = 45.0
LEAST_BYTES = 4096
"""Of a file, what may still be written: less than any of ours has."""


@pytest.fixture
def run(tmp_path: Path) -> SimulatedRun:
    return simulate("camera", tmp_path / "data", Options(steps=20, events=100, chunk_size=2 << 20))


def test_a_file_that_cannot_grow_ends_the_run_in_one_sentence(xtcmon: Command, run: SimulatedRun, tmp_path: Path) -> None:
    path = tmp_path / NAME_OF_FILE
    with xtcmon.started("run", *run.files, *QUIET, *SLOW, "-o", tmp_path) as process:
        soon(lambda: rows_in(path) > 50)
        writer = processes_of(process.pid)["aggregator"]
        writer.rlimit(psutil.RLIMIT_FSIZE, (LEAST_BYTES, resource.RLIM_INFINITY))
        assert process.wait(SOON_S) == 2
        words = said(process).strip().splitlines()
    assert "largest size" in words[-1]
    assert rows_in(path) > 50
    again = xtcmon.run("run", *run.files, *QUIET, "--overwrite", "-o", tmp_path)
    assert again.returncode == 0, again.stderr


def test_a_removed_output_folder_ends_the_run_in_one_sentence(xtcmon: Command, run: SimulatedRun, tmp_path: Path) -> None:
    path = tmp_path / "out" / NAME_OF_FILE
    with xtcmon.started("run", *run.files, *QUIET, *SLOW, "-o", path.parent) as process:
        soon(lambda: rows_in(path) > 50)
        shutil.rmtree(path.parent)
        assert process.wait(SOON_S) == 2
        words = said(process).strip().splitlines()
    assert str(path.parent) in words[-1]


def test_a_file_that_becomes_unreadable_costs_its_events_and_is_named(xtcmon: Command, run: SimulatedRun, tmp_path: Path) -> None:
    path = tmp_path / NAME_OF_FILE
    with xtcmon.started("run", *run.files, *QUIET, *SLOW, "-o", tmp_path) as process:
        soon(lambda: rows_in(path) > 20)
        for chunk in run.files:
            if "c00" not in chunk.name:
                chunk.unlink()
        code = process.wait(SOON_S)
        words = said(process).strip().splitlines()
    assert code == 2, words
    assert "c01" in words[-1]
    with h5py.File(path) as file:
        assert len(file["event_time"]) == len(file["fiducials"]) > 20


def test_a_file_that_becomes_shorter_costs_its_events_and_is_named(xtcmon: Command, run: SimulatedRun, tmp_path: Path) -> None:
    path = tmp_path / NAME_OF_FILE
    with xtcmon.started("run", *run.files, *QUIET, *SLOW, "-o", tmp_path) as process:
        soon(lambda: rows_in(path) > 20)
        for chunk in run.files:
            with open(chunk, "r+b") as file:
                file.truncate(chunk.stat().st_size // 2)
        code = process.wait(SOON_S)
        words = said(process).strip().splitlines()
    assert code in (1, 3), words
    with h5py.File(path) as file:
        assert 20 < len(file["event_time"]) < 2000
