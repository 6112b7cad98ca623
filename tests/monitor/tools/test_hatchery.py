"""What is there before the processes of a service are forked."""

import os
import subprocess
import sys

import pytest

from monitor.supervisor.child import ONE_THREAD

LOOK = """
import gc, os, h5py, zmq
from monitor.tools.hatchery import prepare

prepare()
sockets = [each for each in gc.get_objects() if isinstance(each, (zmq.Context, zmq.Socket, h5py.File))]
files = [os.readlink(f"/proc/self/fd/{each}") for each in os.listdir("/proc/self/fd") if os.path.exists(f"/proc/self/fd/{each}")]
print(len(os.listdir("/proc/self/task")), len(sockets), *[each for each in files if "socket:" in each or each.endswith(".h5")])
"""


@pytest.mark.processes
@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere nothing is forked")
def test_there_are_no_threads_and_no_sockets_before_the_fork() -> None:
    environment = {**os.environ, **ONE_THREAD}
    said = subprocess.run([sys.executable, "-c", LOOK], env=environment, capture_output=True, text=True, timeout=100, check=True)
    assert said.stdout.split() == ["1", "0"]
