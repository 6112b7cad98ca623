"""The kernels of XTC2 are compiled before the first batch."""

from monitor.settings import Settings
from monitor.xtc2 import columns, walk
from workers.pipeline import Pipeline


def test_a_warm_pipeline_has_compiled_them() -> None:
    Pipeline(Settings(), 0).warm()
    for kernel in (walk._walk, columns._locate, columns._copy):
        assert kernel.signatures
