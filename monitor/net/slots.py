"""Frames in memory that processes of one machine share: written once, read where they lie, never while they are written.

The memory has no name and no file (memfd): it is gone when the last process lets go of it, however that ended. It begins with a
page of int64 numbers: key, number of slots, bytes from slot to slot, and each slot's generation, 0 while its content is
worthless. Behind it lie the slots. A slot's lock is that of the byte of its number (fcntl(2), ``F_OFD_SETLK``): who reads shares
it, who writes has it alone, and a process that dies gives its locks back.
"""

import fcntl
import mmap
import os
import secrets
import stat
import struct
import weakref
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from monitor.errors import Unusable

NAME = "xtcmon-frames"
PAGE = mmap.PAGESIZE
COUNT = 6
"""Slots of one memory. A reader keeps what it shows and what comes next; the others may be written meanwhile."""

MOST_SLOTS = 64
MOST_HELD = 3
"""Slots that a reader keeps at a time; beyond them it takes copies, so that others find room."""

KEY, SLOTS, STRIDE, GENERATIONS = range(4)
"""Where the numbers stand in the first page; from the last on one for each slot."""

LOCK = struct.Struct("hhqqi4x")
"""``struct flock`` of Linux: type, whence, start, length, process (0 for locks of an open file)."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where bytes lie, as it travels.

    Attributes
    ----------
    process, descriptor
        Whose memory, and its number there.
    key
        A random number that stands at its beginning too: elsewhere the same process number may be another process.
    slot, generation
        Which slot, and what is in it; it has another generation when it is written again.
    """

    process: int
    descriptor: int
    key: int
    slot: int
    generation: int


class Slots:
    """Memory of this process for frames of one size.

    Parameters
    ----------
    size
        Bytes of a frame.

    Raises
    ------
    Unusable
        If the system gives no such memory.
    """

    def __init__(self, size: int) -> None:
        self.size = size
        self._next = self._generation = 0
        stride = -(-size // PAGE) * PAGE
        try:
            self._descriptor = os.memfd_create(NAME, os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
        except (AttributeError, OSError) as error:
            raise Unusable(f"this system shares no memory between processes ({error})") from error
        self._close = weakref.finalize(self, os.close, self._descriptor)
        try:
            os.ftruncate(self._descriptor, PAGE + COUNT * stride)
            # Who reads must not find less than there was when it looked.
            fcntl.fcntl(self._descriptor, fcntl.F_ADD_SEALS, fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW)
            self._memory = mmap.mmap(self._descriptor, PAGE + COUNT * stride)
        except OSError as error:
            self.close()
            raise Unusable(f"no {COUNT * stride >> 20} MiB of memory can be shared: {error.strerror}") from error
        self._head = np.frombuffer(self._memory, np.int64, PAGE // 8)
        self._head[:GENERATIONS] = secrets.randbits(62), COUNT, stride

    def put(self, data: NDArray[np.uint8]) -> Place | None:
        """Write bytes, shape (size,), into the slot that was written the longest ago; ``None`` if all are being read.

        Raises
        ------
        Unusable
            If the machine has no memory left.
        """
        for slot in ((self._next + step) % COUNT for step in range(COUNT)):
            if _locked(self._descriptor, fcntl.F_WRLCK, slot):
                try:
                    self._write(slot, data)
                finally:
                    _locked(self._descriptor, fcntl.F_UNLCK, slot)
                self._next = (slot + 1) % COUNT
                return Place(os.getpid(), self._descriptor, int(self._head[KEY]), slot, self._generation)
        return None

    def close(self) -> None:
        """Let go of it; who has it mapped keeps what it reads."""
        self._close()

    def _write(self, slot: int, data: NDArray[np.uint8]) -> None:
        self._head[GENERATIONS + slot] = 0
        begin = PAGE + slot * int(self._head[STRIDE])
        try:
            # Fully backed before it is written, or a machine short of memory would end the process with a signal.
            os.posix_fallocate(self._descriptor, begin, self.size)
        except OSError as error:
            raise Unusable(f"no {self.size >> 20} MiB of memory can be shared: {error.strerror}") from error
        np.frombuffer(self._memory, np.uint8, self.size, begin)[:] = data
        self._generation += 1
        self._head[GENERATIONS + slot] = self._generation


class Mapped:
    """Slots of another process, read-only.

    Parameters
    ----------
    place
        Any place in them.

    Raises
    ------
    Unusable
        If there is no such memory, it may not be read, or it is another one.
    """

    def __init__(self, place: Place) -> None:
        self.held: set[int] = set()
        """Slots that are being read here."""
        self._descriptor = _opened(place)
        weakref.finalize(self, os.close, self._descriptor)
        try:
            self._memory = mmap.mmap(self._descriptor, 0, prot=mmap.PROT_READ)
        except (OSError, ValueError) as error:
            raise Unusable(f"memory for frames cannot be mapped: {error}") from error
        self._head = (
            np.frombuffer(self._memory, np.int64, PAGE // 8) if len(self._memory) >= PAGE else np.zeros(PAGE // 8, np.int64)
        )
        key, self._count, self._stride = (int(number) for number in self._head[:GENERATIONS])
        fits = 0 < self._count <= MOST_SLOTS and 0 <= self._stride <= (len(self._memory) - PAGE) // self._count
        if key != place.key or not fits:
            raise Unusable("memory for frames is not what the message says")

    def read(self, place: Place) -> NDArray[np.uint8] | None:
        """What lies at a place, 1-d uint8, read-only; ``None`` if something else has been written there.

        It stays as it is while anybody uses it: it is a view, or a copy where too many views are in use already.
        """
        slot = place.slot
        if not 0 <= slot < self._count or slot in self.held or not _locked(self._descriptor, fcntl.F_RDLCK, slot):
            return None
        if int(self._head[GENERATIONS + slot]) != place.generation:
            self._release(slot)
            return None
        data = np.frombuffer(self._memory, np.uint8, self._stride, PAGE + slot * self._stride)
        if len(self.held) >= MOST_HELD:
            data = data.copy()
            self._release(slot)
        else:
            self.held.add(slot)
            weakref.finalize(data, self._release, slot).atexit = False
        return data

    def _release(self, slot: int) -> None:
        # In this order: a slot that is not held must not be given back after it was taken again.
        _locked(self._descriptor, fcntl.F_UNLCK, slot)
        self.held.discard(slot)


def _opened(place: Place) -> int:
    """Descriptor of a place's memory, of our own opening: locks belong to that."""
    path = f"/proc/{place.process}/fd/{place.descriptor}"
    try:
        if not os.readlink(path).startswith(f"/memfd:{NAME}"):
            raise Unusable("what should be memory for frames is something else")
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError as error:
        raise Unusable(f"memory for frames cannot be opened: {error.strerror}") from error
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise Unusable("what should be memory for frames is something else")
    return descriptor


def _locked(descriptor: int, kind: int, slot: int) -> bool:
    """Take or give back the lock of a slot without waiting; False if somebody else has it."""
    try:
        fcntl.fcntl(descriptor, fcntl.F_OFD_SETLK, LOCK.pack(kind, os.SEEK_SET, slot, 1, 0))
    except (BlockingIOError, PermissionError):
        return False
    return True
