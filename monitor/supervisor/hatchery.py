"""The other end of a nursery: waits for command lines, and becomes a child of the supervisor with each of them."""

import ctypes
import gc
import json
import os
import socket
import sys
import time
from pathlib import Path

from monitor.supervisor.child import die_with_parent

MOST_BYTES = 1 << 16
PR_SET_NAME = 15
REFUSED = b"0"
"""Answer of a child that the supervisor was not given."""
PAUSE_S = 0.001


def hatch(descriptor: int, supervisor: int) -> list[str]:
    """Fork a child for each command line that comes; returns in the child alone, with its command line.

    Call it with nothing but modules: no threads, no open files or sockets.

    Parameters
    ----------
    descriptor
        Our end of the nursery's socket.
    supervisor
        Process id of its other end, which is to be the children's parent.

    Raises
    ------
    SystemExit
        When the supervisor wants no more.
    """
    # What is here now stays, shared by all of them.
    gc.freeze()
    requests = socket.socket(fileno=descriptor)
    while True:
        request, descriptors, _, _ = socket.recv_fds(requests, MOST_BYTES, 1)
        if not request:
            raise SystemExit(0)
        between = os.fork()
        if between:
            os.close(descriptors[0])
            os.waitpid(between, 0)
            continue
        between = os.getpid()
        if os.fork():
            os._exit(0)
        argv = json.loads(request)
        _settle_in(argv, descriptors[0], requests, supervisor, between)
        return list(argv)


def _settle_in(argv: list[str], output: int, answers: socket.socket, supervisor: int, between: int) -> None:
    """Become a process of one's own, and tell the supervisor, which waits for it."""
    os.setsid()
    for stream in (1, 2):
        os.dup2(output, stream)
    os.close(output)
    sys.argv = [*argv]
    title(argv)
    while os.getppid() == between:
        time.sleep(PAUSE_S)
    die_with_parent()
    with answers:
        # Asked after the kernel was told: if it went before, nobody would end this process.
        if os.getppid() != supervisor:
            answers.send(REFUSED)
            raise SystemExit(1)
        answers.send(str(os.getpid()).encode())


def title(argv: list[str]) -> None:
    """Show these arguments as this process's own (``ps``, ``/proc/PID/cmdline``), as far as there is room for them."""
    numbers = Path("/proc/self/stat").read_text().rpartition(")")[2].split()
    # proc(5): arg_start and arg_end are fields 48 and 49; the one after the name is field 3.
    start, end = int(numbers[45]), int(numbers[46])
    text = b"".join(os.fsencode(word) + b"\0" for word in argv)
    ctypes.memmove(start, text[: end - start - 1].ljust(end - start, b"\0"), end - start)
    ctypes.CDLL(None).prctl(PR_SET_NAME, f"xtcmon {argv[3]}".encode() if len(argv) > 3 else b"xtcmon", 0, 0, 0)
