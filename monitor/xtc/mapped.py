"""One finished file, mapped: checked when it is opened, read datagram by datagram in growing strides."""

import mmap
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from monitor.errors import DamagedData, Unusable
from monitor.xtc.header import CLOCK_TO_ROOT, CONTAINER, DATAGRAM, DATAGRAM_SIZE, EXTENT_LIMIT, XTC_SIZE, Level, Transition
from monitor.xtc.walk import Heads, Stop, heads

STRIDE_BYTES = 64 << 20
"""Stretch of a file walked at a time: with large frames each header is a page that the disk has to bring."""

KEPT_BYTES = 64 << 20
"""Bytes behind the present place that stay mapped in; what lies further back is given back to the machine."""

MAGIC = {
    b"\x1f\x8b": "it is compressed with gzip; unpack it first (gunzip)",
    b"\x89HDF": "it is an HDF5 file; give the XTC files it was made from",
}
NOT_XTC = "its first bytes are no datagram header; check that the right file was named"


@dataclass(slots=True, eq=False)
class MappedFile:
    """An open file.

    Attributes
    ----------
    path
        Where it is.
    data
        Its bytes, read-only, uint8; a view of the map.
    at
        Offset of the next datagram.
    ended
        Why there is no further one; ``None`` while there may be.
    """

    path: Path
    data: NDArray[np.uint8]
    at: int = 0
    ended: Stop | None = None
    _file: BinaryIO | None = field(default=None, repr=False)
    _map: mmap.mmap | None = field(default=None, repr=False)
    _given_back: int = 0

    def next(self, most: int, most_bytes: int = STRIDE_BYTES) -> Heads:
        """The next datagrams, at most so many, and no more than fit that many bytes unless the first is larger."""
        # A map of a file that became shorter kills the process on access behind the new end.
        size = len(self.data) if self._file is None else min(len(self.data), os.fstat(self._file.fileno()).st_size)
        limit = min(size, self.at + most_bytes)
        found = heads(self.data, self.at, limit, most=most)
        if len(found.table) == 0:
            limit = size
            found = heads(self.data, self.at, size, most=1)
        self.at = found.stop
        self._give_back()
        cut_by_limit = limit < size and found.reason != Stop.EXTENT
        if found.reason != Stop.FULL and not cut_by_limit:
            self.ended = Stop.PAYLOAD if found.reason == Stop.END and size < len(self.data) else found.reason
        return found

    def _give_back(self) -> None:
        """Let pages go that were read long ago, so that memory does not grow with the file; who looks again gets them again."""
        stop = (self.at - KEPT_BYTES) // mmap.PAGESIZE * mmap.PAGESIZE
        if self._map is not None and stop - self._given_back >= KEPT_BYTES:
            self._map.madvise(mmap.MADV_DONTNEED, self._given_back, stop - self._given_back)
            self._given_back = stop

    def close(self) -> None:
        """Give back the file; the map goes with the last view of it."""
        if self._file is not None:
            self._file.close()
            self._file = None


def check(path: Path, *, growing: bool = False) -> int:
    """Size of an XTC file in bytes, if it can be read as one.

    Raises
    ------
    Unusable
        If there is no such file or it must not be read.
    DamagedData
        If it is empty or not an XTC file; for one that is not ``growing``, also if its first datagram is not whole.
    """
    with open_file(path) as file:
        size = os.fstat(file.fileno()).st_size
        first = file.read(DATAGRAM_SIZE)
    if size == 0:
        if growing:
            return 0
        raise DamagedData("the file is empty; nothing was recorded, or it was not copied", source=str(path))
    for magic, what in MAGIC.items():
        if first.startswith(magic):
            raise DamagedData(f"this is not an XTC file: {what}", source=str(path), offset=0)
    if len(first) < DATAGRAM_SIZE:
        if growing:
            return size
        raise DamagedData(f"this is not an XTC file: it has {size} bytes, fewer than one header", source=str(path), offset=0)
    head = np.frombuffer(first, DATAGRAM)[0]
    if not _is_datagram(head):
        raise DamagedData(f"this is not an XTC file: {NOT_XTC}", source=str(path), offset=0)
    if not growing and CLOCK_TO_ROOT + int(head["xtc"]["extent"]) > size:
        raise DamagedData("the file ends inside its first datagram; copy it again", source=str(path), offset=size)
    return size


def open_file(path: Path) -> BinaryIO:
    """A file open for reading.

    Raises
    ------
    Unusable
        If that is impossible, with the reason.
    """
    try:
        return path.open("rb")
    except FileNotFoundError as error:
        raise Unusable(f"{path}: there is no such file") from error
    except IsADirectoryError as error:
        raise Unusable(f"{path} is a folder; name the files in it, or use exp=...:run=...:dir={path}") from error
    except OSError as error:
        raise Unusable(f"{path} cannot be read: {error.strerror}") from error


def open_mapped(path: Path) -> MappedFile:
    """A file with its bytes mapped; of a file that is empty, no bytes.

    Raises
    ------
    Unusable
        As ``open_file``.
    """
    file = open_file(path)
    try:
        size = os.fstat(file.fileno()).st_size
        mapped = mmap.mmap(file.fileno(), size, access=mmap.ACCESS_READ) if size else None
    except (OSError, ValueError) as error:
        file.close()
        raise Unusable(f"{path} cannot be mapped: {error}") from error
    data = np.empty(0, np.uint8) if mapped is None else np.frombuffer(mapped, np.uint8)
    return MappedFile(path, data, _file=file, _map=mapped)


def _is_datagram(head: np.void) -> bool:
    """Whether a datagram header can be one: a known transition, a container with a possible extent and level."""
    xtc, control = head["xtc"], int(head["stamp_low"]) >> 24
    return (
        XTC_SIZE <= int(xtc["extent"]) <= EXTENT_LIMIT
        and int(xtc["contains"]) & 0xFFFF == CONTAINER
        and Transition.UNKNOWN < control & 15 <= Transition.L1ACCEPT
        and int(xtc["logical"]) >> 24 <= max(Level)
    )
