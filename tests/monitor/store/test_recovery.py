import os
import random
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import h5py
import numpy as np
import pytest

from monitor.errors import DamagedData
from monitor.store import open_run
from monitor.store.names import RunNames
from monitor.store.smalldata import SmallDataFile
from tests.monitor.store.made import expected, sums, table

pytestmark = pytest.mark.processes

STEP = 3


@contextmanager
def writer(
    directory: Path, *, stop: int, roll_s: float | None = None, pause_s: float = 0.0, finish: bool = False
) -> Iterator[tuple[int, int]]:
    """A process that goes on with the run, STEP events a commit, and tells each commit over a pipe: (process, pipe)."""
    reading, writing = os.pipe()
    process = os.fork()
    if process == 0:
        code = 1
        try:
            file = SmallDataFile(directory, "e81", 98, existing="resume", sync=False, roll_s=roll_s)
            while file.committed < stop:
                first = file.committed
                file.commit([table(first, first + STEP)], sums(first, first + STEP), stop=first + STEP)
                os.write(writing, file.committed.to_bytes(4))
                time.sleep(pause_s)
            if finish:
                file.finish()
            else:
                signal.pause()
            code = 0
        finally:
            os._exit(code)
    os.close(writing)
    try:
        yield process, reading
    finally:
        os.close(reading)
        os.kill(process, signal.SIGKILL)
        os.waitpid(process, 0)


def last_told(pipe: int) -> int:
    """The last commit that the dead writer told; 0 if none."""
    told = b""
    while block := os.read(pipe, 1 << 16):
        told += block
    return int.from_bytes(told[-4:])


def assert_run(path: Path, count: int) -> None:
    with open_run(path) as run:
        assert len(run) == run.committed == count
        for name, values in expected(count).items():
            np.testing.assert_array_equal(run[name], values, strict=True, err_msg=name)
        np.testing.assert_array_equal(run.sums["cspad_calib"].arrays["total"], [sum(range(count)), count])


@pytest.mark.parametrize("roll_s", [None, 0.01], ids=["one part", "many parts"])
def test_a_writer_killed_at_any_moment_loses_nothing_it_promised(tmp_path: Path, roll_s: float | None) -> None:
    moments = random.Random(98)
    promised = 0
    for turn in range(10):
        with writer(tmp_path, stop=1 << 30, roll_s=roll_s) as (process, pipe):
            # Every third is killed early, perhaps in the middle of its recovery; the others after their first commit.
            told = 0 if turn % 3 == 2 else int.from_bytes(os.read(pipe, 4))
            time.sleep(moments.uniform(0.0, 0.05))
            os.kill(process, signal.SIGKILL)
            promised = max(promised, told, last_told(pipe))
        if promised:
            # As it lies there, nobody having repaired it.
            with open_run(tmp_path / "e81_Run0098.h5") as run:
                assert run.committed >= promised
    file = SmallDataFile(tmp_path, "e81", 98, existing="resume", sync=False)
    assert promised <= file.committed <= promised + STEP
    assert promised >= 7 * STEP
    count = file.committed
    for part in RunNames(tmp_path, "e81", 98).parts():
        with h5py.File(part) as plain:
            assert plain["event_time"].shape == (int(plain["xtcmon/commits"]["rows"][-1]),)
    file.finish()
    assert_run(file.path, count)


def test_a_writer_killed_while_it_finishes_leaves_a_run_that_can_be_finished(tmp_path: Path) -> None:
    moments = random.Random(3)
    for attempt in range(4):
        directory = tmp_path / str(attempt)
        with writer(directory, stop=15, roll_s=0.0, finish=True) as (process, pipe):
            while os.read(pipe, 4) != (15).to_bytes(4):
                continue
            time.sleep(moments.uniform(0.0, 0.06))
            os.kill(process, signal.SIGKILL)
        assert_run(directory / "e81_Run0098.h5", 15)
        SmallDataFile(directory, "e81", 98, existing="resume", sync=False).finish()
        assert [path.name for path in directory.iterdir()] == ["e81_Run0098.h5"]
        assert_run(directory / "e81_Run0098.h5", 15)


def test_a_recovery_that_is_killed_can_be_repeated(tmp_path: Path) -> None:
    moments = random.Random(4)
    with writer(tmp_path, stop=300) as (process, pipe):
        while os.read(pipe, 4) != (300).to_bytes(4):
            continue
    for _ in range(5):
        with writer(tmp_path, stop=0) as (process, pipe):
            time.sleep(moments.uniform(0.0, 0.03))
            os.kill(process, signal.SIGKILL)
        assert_run(tmp_path / "e81_Run0098.h5", 300)


def test_a_part_that_is_not_ours_is_named(tmp_path: Path) -> None:
    (tmp_path / "e81_Run0098_part0001.h5").write_bytes(b"no HDF5 at all")
    with pytest.raises(DamagedData, match=r"e81_Run0098_part0001\.h5"):
        SmallDataFile(tmp_path, "e81", 98, existing="resume")


def test_half_written_files_of_a_dead_writer_go_away(tmp_path: Path) -> None:
    (tmp_path / ".e81_Run0098_part0001.h5.new").write_bytes(b"half")
    SmallDataFile(tmp_path, "e81", 98, existing="resume").close()
    assert list(tmp_path.iterdir()) == []
