import time
from pathlib import Path

import h5py
import numpy as np
import pytest

from monitor.errors import DamagedData, Unusable
from monitor.store import open_run
from monitor.store.smalldata import SmallDataFile
from tests.monitor.store.made import expected, sums, table
from tests.monitor.store.test_recovery import STEP, writer

pytestmark = pytest.mark.processes

NAME = "e81_Run0098.h5"


def assert_is_a_beginning(directory: Path, run_length: int, columns: dict[str, np.ndarray]) -> None:
    wanted = expected(run_length)
    assert set(columns) == set(wanted)
    for name, values in columns.items():
        np.testing.assert_array_equal(values, wanted[name], strict=True, err_msg=name)


def test_a_reader_beside_the_writer_always_sees_a_whole_beginning_of_the_run(tmp_path: Path) -> None:
    seen: set[int] = set()
    with writer(tmp_path, stop=150, roll_s=0.2, pause_s=0.01, finish=True):
        deadline = time.monotonic() + 60
        while not (tmp_path / "e81_Run0098_part0001.h5").exists():
            assert time.monotonic() < deadline
        with open_run(tmp_path / NAME, live=True) as run:
            while run.end is None:
                assert time.monotonic() < deadline
                count = run.refresh()
                assert_is_a_beginning(tmp_path, count, {name: run[name] for name in run})
                totals = run.sums
                if totals:
                    first, events = totals["cspad_calib"].arrays["total"]
                    assert events == totals["cspad_calib"].count
                    assert events % STEP == 0
                    assert first == events * (events - 1) / 2
                seen.add(count)
            assert run.wait(150, 10.0)
            assert len(run) == 150
    assert len(seen) > 3


def test_a_run_opened_without_live_stays_as_it_was(tmp_path: Path) -> None:
    file = SmallDataFile(tmp_path, "e81", 98, sync=False, roll_s=0.0)
    file.commit([table(0, 6)], {}, stop=6)
    file.commit([table(6, 9)], {}, stop=9)
    file.close()
    with open_run(tmp_path / NAME) as run:
        again = SmallDataFile(tmp_path, "e81", 98, sync=False, existing="resume")
        again.commit([table(9, 15)], {}, stop=15)
        again.finish()
        assert run.refresh() == 9
        # The parts are gone by now; what is open stays readable.
        assert_is_a_beginning(tmp_path, 9, {name: run[name] for name in run})


def test_a_stretch_of_rows_may_cross_parts(tmp_path: Path) -> None:
    file = SmallDataFile(tmp_path, "e81", 98, sync=False, roll_s=0.0)
    for first in range(0, 12, 4):
        file.commit([table(first, first + 4)], {}, stop=first + 4)
    file.close()
    with open_run(tmp_path / NAME) as run:
        assert run.read("event_time", 3, 9).tolist() == [1003, 1004, 1005, 1006, 1007, 1008]
        np.testing.assert_array_equal(run.read("enc/lasDelay", 5, 9), [np.nan, np.nan, -7.0, -8.0])
        assert run.columns["ebeam/charge"].unit == "nC"


def test_one_part_can_be_opened_alone(tmp_path: Path) -> None:
    file = SmallDataFile(tmp_path, "e81", 98, sync=False, roll_s=0.0)
    file.commit([table(0, 4)], sums(0, 4), stop=4)
    file.commit([table(4, 6)], sums(4, 6), stop=6)
    file.close()
    with open_run(tmp_path / "e81_Run0098_part0002.h5") as part:
        assert part["event_time"].tolist() == [1004, 1005]
        assert part.sums["cspad_calib"].count == 2


def test_waiting_ends_when_the_time_is_over(tmp_path: Path) -> None:
    file = SmallDataFile(tmp_path, "e81", 98, sync=False)
    file.commit([table(0, 4)], {}, stop=4)
    file.close()
    with open_run(tmp_path / NAME, live=True) as run:
        assert run.wait(4, 0.1)
        assert not run.wait(5, 0.1)


def test_a_run_that_does_not_exist_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(Unusable, match="there is no run file"):
        open_run(tmp_path / NAME)


def test_a_file_of_other_origin_is_one_sentence(tmp_path: Path) -> None:
    with h5py.File(tmp_path / NAME, "w") as other:
        other["event_time"] = np.arange(3)
    with pytest.raises(DamagedData, match="not a small-data file of this program"):
        open_run(tmp_path / NAME)
