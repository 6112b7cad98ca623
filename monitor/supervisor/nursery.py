"""The children of a service as forks of one process that has imported, once, what they all need.

That process starts nothing and opens nothing before it forks: no thread, no socket of ZeroMQ, no HDF5 file. It forks twice, and
the one in between ends at once, so that the kernel gives the new process to the supervisor (``PR_SET_CHILD_SUBREAPER``,
prctl(2)): a child like any other, which does not care what becomes of the nursery.
"""

import ctypes
import json
import logging
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from monitor.supervisor.child import ONE_THREAD, Child, die_with_parent
from monitor.supervisor.service import Process

log = logging.getLogger("xtcmon.supervisor")

PR_SET_CHILD_SUBREAPER = 36
ANSWER_S = 60.0
"""How long a child may take to begin, all imports of a slow disk included; then it is started without the nursery."""
MOST_BYTES = 64
ROOM = "." * 512
"""Last argument of the nursery: room for the arguments of a child, which take the place of its own (see ``title``)."""


class Adopted:
    """A child process that another one has forked for us.

    Parameters
    ----------
    pid
        Its process id; nobody else may wait for it.
    """

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self._code: int | None = None

    def exit_code(self) -> int | None:
        """Exit code, or None while it runs."""
        return self._look(os.WNOHANG)

    def terminate(self) -> None:
        """Ask it to end."""
        self._send(signal.SIGTERM)

    def kill(self) -> None:
        """End it now and wait until it is gone."""
        self._send(signal.SIGKILL)
        self._look(0)

    def _send(self, number: signal.Signals) -> None:
        # Until it has been waited for, its number is nobody else's.
        if self._look(os.WNOHANG) is None:
            os.kill(self.pid, number)

    def _look(self, options: int) -> int | None:
        if self._code is None:
            pid, status = os.waitpid(self.pid, options)
            if pid:
                self._code = os.waitstatus_to_exitcode(status)
        return self._code


class Nursery:
    """Starts children quickly; where that cannot be, or no longer, it starts them as any other.

    Parameters
    ----------
    command
        Command line of the process that imports and forks, see ``hatchery``; it is given its end of the socket, our process id
        and ``ROOM``. Empty: there is none.
    """

    def __init__(self, command: Sequence[str]) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        if not command or not _adopting(True):
            return
        self._socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._socket.settimeout(ANSWER_S)
        with theirs:
            self._process = subprocess.Popen(
                [*command, str(theirs.fileno()), str(os.getpid()), ROOM],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env={**ONE_THREAD, **os.environ},
                pass_fds=[theirs.fileno()],
                start_new_session=True,
                preexec_fn=die_with_parent,
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    @property
    def pid(self) -> int | None:
        """Process id of the one that forks; None if there is none."""
        return None if self._process is None else self._process.pid

    def start(self, argv: Sequence[str], output: Path) -> Process:
        """Start a child with this command line; what it prints goes to the end of a file."""
        if self._process is None:
            return Child(argv, output)
        try:
            with output.open("ab") as file:
                socket.send_fds(self._socket, [json.dumps(list(argv)).encode()], [file.fileno()])
            pid = int(self._socket.recv(MOST_BYTES) or 0)
        except OSError as error:
            log.warning("nursery_lost", extra={"why": str(error)})
        else:
            if pid:
                return Adopted(pid)
            log.warning("nursery_lost", extra={"why": "no child came of it"})
        self.close()
        return Child(argv, output)

    def close(self) -> None:
        """No more children; those that run are not touched."""
        if self._process is None:
            return
        self._socket.close()
        self._process.kill()
        self._process.wait()
        self._process = None
        _adopting(False)


def _adopting(wanted: bool) -> bool:
    """Take over, or no longer, the processes whose parents end among our descendants; whether the system can."""
    # Where nobody wants to know of children that end, the kernel forgets how.
    if sys.platform != "linux" or signal.getsignal(signal.SIGCHLD) is signal.SIG_IGN:
        return False
    return bool(ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, int(wanted), 0, 0, 0) == 0)
