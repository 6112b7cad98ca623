"""After warming, a run compiles nothing more."""

import subprocess
import sys
from pathlib import Path

PROGRAM = """
from monitor.reader import intake
from monitor.reader.events import group, settle
from monitor.reader.warm import warm
from monitor.xtc2 import heads as xtc2_heads
from monitor.xtc2 import walk as xtc2_walk
from monitor.xtc import tally, updates, walk
from tests.support.merged import blocks_of
from tests.support.xtc_bytes import run_streams

kernels = [walk._heads, walk._walk, updates._gather, intake._survey, tally._count, settle._settle, group._group]
assert not any(kernel.signatures for kernel in kernels)
warm()
before = [kernel.signatures for kernel in kernels]
assert all(before)
blocks_of(run_streams(camera=True))
assert before == [kernel.signatures for kernel in kernels]
"""


def test_a_run_after_warming_compiles_nothing() -> None:
    subprocess.run([sys.executable, "-W", "error", "-c", PROGRAM], check=True, timeout=100)


XTC2 = """
import pathlib, sys
from monitor.reader.sources.xtc2_files import Xtc2FileSource
from monitor.reader.warm import warm
from monitor.xtc2 import heads, walk
from tests.support.xtc2_bytes import stream

kernels = [heads._heads, walk._walk]
assert not any(kernel.signatures for kernel in kernels)
warm()
before = [kernel.signatures for kernel in kernels]
assert all(before)
path = pathlib.Path(sys.argv[1])
path.write_bytes(b"".join(stream(5)))
assert Xtc2FileSource([path]).read(100)
assert before == [kernel.signatures for kernel in kernels]
"""


def test_an_xtc2_run_after_warming_compiles_nothing(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-W", "error", "-c", XTC2, str(tmp_path / "a.xtc2")], check=True, timeout=100)
