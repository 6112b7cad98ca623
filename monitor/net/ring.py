"""A shared-memory segment on this machine, and its twin in ordinary memory: bytes of batches until nobody needs them.

The segment is a file in /dev/shm that its owner keeps locked while it lives; a segment nobody holds the lock of was left behind
by a process that was killed, and ``remove_stale`` takes it away. The file is fully backed when made, so that a machine short
of memory refuses at the start and not with a signal in the middle of a run.
"""

import fcntl
import mmap
import os
import re
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from monitor.errors import DamagedData, Unusable
from monitor.net.space import Space

FOLDER = Path("/dev/shm")
NAME = re.compile(r"xtcmon-[A-Za-z0-9_.]{1,64}-[0-9]{1,10}-[0-9]{1,10}")
"""Service, process id of the owner, number of the segment."""


class MemoryRing:
    """Bytes in the memory of this process: the twin of ``Ring``, and the store behind inline batches.

    Attributes
    ----------
    name
        Empty: nobody else can attach it.
    data
        The whole segment, 1-d uint8.
    space
        What of it is in use.
    """

    name = ""

    def __init__(self, size: int) -> None:
        self.space = Space(size)
        self.data: NDArray[np.uint8] = np.empty(self.space.size, np.uint8)

    def allocate(self, nbytes: int) -> int | None:
        """Offset of ``nbytes`` bytes to write to; None if there is no room now."""
        return self.space.allocate(nbytes)

    def free(self, offset: int) -> None:
        """Give an allocation back; its bytes may be overwritten from now on."""
        self.space.free(offset)

    def close(self) -> None:
        """Nothing outlives the process."""


class Ring:
    """A segment that worker processes of this machine attach by name.

    Parameters
    ----------
    service
        Name of the service, letters and digits.
    size
        Bytes of the segment.

    Raises
    ------
    Unusable
        If the machine has no shared memory of this size to give.
    """

    def __init__(self, service: str, size: int) -> None:
        self.space = Space(size)
        self.name, self._descriptor = _new_segment(service)
        self._path = FOLDER / self.name
        try:
            os.posix_fallocate(self._descriptor, 0, self.space.size)
            memory = mmap.mmap(self._descriptor, self.space.size, mmap.MAP_SHARED | mmap.MAP_POPULATE)
        except (OSError, ValueError) as error:
            self.close()
            raise Unusable(f"no {self.space.size >> 20} MiB of shared memory are free; set pool.ring_size lower") from error
        self.data: NDArray[np.uint8] = np.frombuffer(memory, np.uint8)

    def allocate(self, nbytes: int) -> int | None:
        """Offset of ``nbytes`` bytes to write to; None if there is no room now."""
        return self.space.allocate(nbytes)

    def free(self, offset: int) -> None:
        """Give an allocation back; its bytes may be overwritten from now on."""
        self.space.free(offset)

    def close(self) -> None:
        """Take the name away and the lock off; who has it mapped keeps its view."""
        if self._descriptor >= 0:
            self._path.unlink(missing_ok=True)
            os.close(self._descriptor)
            self._descriptor = -1


def attach(name: str) -> NDArray[np.uint8]:
    """The bytes of a segment, read-only, 1-d uint8.

    Raises
    ------
    DamagedData
        If there is no segment of this name any more, or the name is not one of ours.
    """
    if not NAME.fullmatch(name):
        raise DamagedData("not the name of a shared-memory segment", source=name)
    try:
        with open(FOLDER / name, "rb") as file:
            return np.frombuffer(mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ), np.uint8)
    except (OSError, ValueError) as error:
        raise DamagedData("the shared-memory segment is gone; its reader was restarted", source=name) from error


def remove_stale() -> list[str]:
    """Remove the segments whose owners were killed; returns their names."""
    gone = []
    for path in sorted(FOLDER.glob("xtcmon-*")):
        if NAME.fullmatch(path.name) and _is_stale(path):
            path.unlink(missing_ok=True)
            gone.append(path.name)
    return gone


def _new_segment(service: str) -> tuple[str, int]:
    """Name and locked descriptor of a new, empty segment file."""
    for number in range(1 << 16):
        name = f"xtcmon-{service}-{os.getpid()}-{number}"
        if not NAME.fullmatch(name):
            raise Unusable(f"{service!r} cannot name a shared-memory segment; use letters and digits")
        try:
            descriptor = os.open(FOLDER / name, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        except FileExistsError:
            continue
        except OSError as error:
            raise Unusable(f"{FOLDER} gives no shared memory ({error.strerror}); set source.bytes to inline") from error
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        if os.fstat(descriptor).st_nlink:
            return name, descriptor
        # Another service swept it away before it was locked.
        os.close(descriptor)
    raise Unusable("this process has too many shared-memory segments")


def _is_stale(path: Path) -> bool:
    """Whether nobody holds the lock of a segment."""
    try:
        with open(path, "rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
