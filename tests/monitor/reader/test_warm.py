"""After warming, a run compiles nothing more."""

import subprocess
import sys

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


def test_the_kernels_of_xtc2_are_compiled_too() -> None:
    warm()
    assert xtc2_heads._heads.signatures
    assert xtc2_walk._walk.signatures
