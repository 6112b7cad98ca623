"""The kernels of XTC2 are compiled before the first batch."""

from pathlib import Path

from monitor.settings import Settings
from monitor.xtc2 import columns, walk
from tests.workers.xtc2.test_hostile import WHOLE, rows_in
from workers.pipeline import Pipeline
from workers.xtc2 import digitizer
from workers.xtc2.detectors import epixuhr, epixuhr3x2, old_time_tool


def test_a_warm_pipeline_has_compiled_them() -> None:
    Pipeline(Settings(), 0).warm()
    ours = (digitizer._find, digitizer._walk, digitizer._fill, old_time_tool.find_line, epixuhr.fill, epixuhr3x2.fill)
    for kernel in (walk._walk, columns._locate, columns._copy, *ours):
        assert kernel.signatures


def test_the_first_batch_compiles_nothing_more_for_digitizers_and_packed_frames(tmp_path: Path) -> None:
    Pipeline(Settings(), 0).warm()
    kernels = (digitizer._find, digitizer._walk, digitizer._fill, old_time_tool.find_line)
    before = [len(kernel.signatures) for kernel in kernels]
    assert rows_in(tmp_path, WHOLE)
    assert [len(kernel.signatures) for kernel in kernels] == before
