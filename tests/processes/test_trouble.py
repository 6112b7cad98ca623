"""Disks and files that fail in the middle of a run: one sentence, and what was committed stays."""

import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import h5py
import pytest

from monitor.client import Monitor
from monitor.net.endpoints import read_endpoints
from monitor.simulate.options import Options
from monitor.simulate.run import SimulatedRun, simulate
from monitor.store.trouble import SPARE_BYTES
from tests.processes.test_ending import NAME_OF_FILE, QUIET, SLOW, rows_in, said, soon
from tests.support.command import PATIENCE_S, Command

pytestmark = [pytest.mark.processes, pytest.mark.timeout(3 * PATIENCE_S)]

SOON_S = 45.0


@pytest.fixture
def run(tmp_path: Path) -> SimulatedRun:
    return simulate("camera", tmp_path / "data", Options(steps=20, events=100, chunk_size=2 << 20))


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 256 MiB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256m", "tmpfs", folder], capture_output=True, check=False)
    if done.returncode:
        pytest.skip("this user may not mount a small disk")
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


def test_a_full_disk_holds_the_run_up_until_there_is_room(xtcmon: Command, run: SimulatedRun, small_disk: Path) -> None:
    path, filler = small_disk / NAME_OF_FILE, small_disk / "filler"
    with xtcmon.started("run", *run.files, *QUIET, "--rate", 100, "--mode", "lossless", "-o", small_disk) as process:
        soon(lambda: rows_in(path) > 50)
        filler.write_bytes(bytes(SPARE_BYTES * 3))
        soon(lambda: "no_space" in (xtcmon.services()[0] / "aggregator.log").read_text(), SOON_S)
        before = rows_in(path)
        with Monitor(read_endpoints(xtcmon.services()[0]).stream) as monitor:
            soon(lambda: "waiting for room" in monitor.status()["held_up"], SOON_S)
            time.sleep(2.5)
            assert rows_in(path) == before
            assert process.poll() is None
            filler.unlink()
            soon(lambda: not monitor.status()["held_up"], SOON_S)
        assert process.wait(SOON_S) == 0
        words = said(process)
        assert "waiting for room on the disk" in words
        assert "there is room on the disk again" in words
    assert rows_in(path) == 2000


def test_a_removed_output_folder_ends_the_run_in_one_sentence(xtcmon: Command, run: SimulatedRun, tmp_path: Path) -> None:
    path = tmp_path / "out" / NAME_OF_FILE
    with xtcmon.started("run", *run.files, *QUIET, *SLOW, "-o", path.parent) as process:
        soon(lambda: rows_in(path) > 50)
        shutil.rmtree(path.parent)
        assert process.wait(SOON_S) == 2
        words = said(process).strip().splitlines()
    assert str(path.parent) in words[-1]


def test_a_chunk_that_vanishes_costs_its_events_and_is_named(xtcmon: Command, run: SimulatedRun, tmp_path: Path) -> None:
    path = tmp_path / NAME_OF_FILE
    with xtcmon.started("run", *run.files, *QUIET, *SLOW, "-o", tmp_path) as process:
        soon(lambda: rows_in(path) > 20)
        for chunk in run.files:
            if "c00" not in chunk.name:
                chunk.unlink()
        code = process.wait(SOON_S)
        words = said(process).strip().splitlines()
    assert code == 3, words
    assert "c01" in words[-1]
    assert "file gone" in words[-1]
    with h5py.File(path) as file:
        assert 20 < len(file["event_time"]) < 2000
        assert file.attrs["ledger_read"] == file.attrs["ledger_written"] + file.attrs["ledger_lost"]


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
