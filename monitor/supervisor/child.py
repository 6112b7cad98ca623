"""One child process: started so that it dies with us, watched without blocking, ended politely and then not."""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

PR_SET_PDEATHSIG = 1
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
"""Linear algebra in the child's own thread: the pool shares the cores out, and threads that wait for small products burn one."""


def die_with_parent() -> None:
    """Ask the kernel to end this process when its parent goes (Linux; elsewhere the pipe to the parent breaks)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


class Child:
    """A running child process.

    Parameters
    ----------
    argv
        Command and arguments.
    log
        File that takes what the process prints.

    The child has our environment, with one thread for linear algebra where that does not say otherwise.
    """

    def __init__(self, argv: Sequence[str], log: Path) -> None:
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                argv,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**ONE_THREAD, **os.environ},
                start_new_session=True,
                preexec_fn=die_with_parent,
            )

    @property
    def pid(self) -> int:
        """Process id."""
        return self._process.pid

    def exit_code(self) -> int | None:
        """Exit code, or None while it runs."""
        return self._process.poll()

    def terminate(self) -> None:
        """Ask it to end."""
        if self._process.poll() is None:
            self._process.terminate()

    def kill(self) -> None:
        """End it now and wait until it is gone."""
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
