"""Memory that a process takes when it starts."""

import subprocess
import sys

import pytest

from monitor.errors import ConfigError
from monitor.tools.lasting import settle

pytestmark = pytest.mark.processes

MIB = 64
SCRIPT = f"""
import resource
import numpy as np
from monitor.tools.lasting import settle

settle({MIB})
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
np.ones({MIB - 40} << 17).sum()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def test_what_was_reserved_needs_no_fresh_pages() -> None:
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, timeout=60, check=True)
    pages = (MIB - 40) << 8
    assert int(done.stdout) < pages / 10


def test_more_than_the_machine_has_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"MiB of this machine"):
        settle(1 << 40)
