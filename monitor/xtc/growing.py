"""A file that its recorder is still writing: read as far as it is whole, mapped anew as it grows."""

import mmap
import os
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from monitor.errors import Unusable
from monitor.xtc.filename import final_name, open_present
from monitor.xtc.header import DATAGRAM_SIZE
from monitor.xtc.mapped import STRIDE_BYTES
from monitor.xtc.walk import HEAD, Heads, Stop, heads

NOTHING = Heads(np.empty(0, HEAD), 0, Stop.END)


@dataclass(slots=True, eq=False)
class GrowingFile:
    """An open file that may grow.

    The descriptor stays good when the file is renamed.

    Attributes
    ----------
    path
        Where it is, or will be when it is complete.
    data
        Its bytes so far, read-only, uint8; a view of the newest map. Earlier views stay as they are.
    at
        Offset of the next datagram.
    size
        Its size when it was looked at last.
    corrupt
        Whether a datagram stands at ``at`` that cannot be; what follows cannot be found.
    """

    path: Path
    _file: BinaryIO = field(repr=False)
    data: NDArray[np.uint8] = field(default_factory=lambda: np.empty(0, np.uint8))
    at: int = 0
    size: int = 0
    corrupt: bool = False
    _used_up: int = 0

    def next(self, most: int, most_bytes: int = STRIDE_BYTES) -> Heads:
        """Datagrams that are whole by now, at most so many; none if nothing came since the last time."""
        self.size = self.present_size
        if self.corrupt or self.size == self._used_up:
            return NOTHING
        if self.size > len(self.data):
            self._map()
        limit = min(self.size, len(self.data))
        found = heads(self.data, self.at, min(limit, self.at + most_bytes), most=most)
        if len(found.table) == 0 and found.reason != Stop.EXTENT:
            found = heads(self.data, self.at, limit, most=1)
        self.at = found.stop
        if len(found.table) == 0:
            self._look_at_the_end(found.reason)
        return found

    @property
    def grew(self) -> bool:
        """Whether it grew since it was looked at last."""
        return self.present_size != self.size

    @property
    def present_size(self) -> int:
        """Its size now."""
        return os.fstat(self._file.fileno()).st_size

    def close(self) -> None:
        """Give back the file; the maps go with the last view of each."""
        self._file.close()

    def _map(self) -> None:
        """Map what is there now.

        Raises
        ------
        Unusable
            If the machine does not map it.
        """
        try:
            self.data = np.frombuffer(mmap.mmap(self._file.fileno(), self.size, access=mmap.ACCESS_READ), np.uint8)
        except (OSError, ValueError) as error:
            raise Unusable(f"{self.path} cannot be mapped: {error}") from error

    def _look_at_the_end(self, reason: Stop) -> None:
        """Nothing whole is left: wait for more, unless what stands there cannot be."""
        if reason != Stop.EXTENT:
            self._used_up = self.size
        # On shared file systems a file can be longer than what has arrived of it; the rest reads as zeros for a moment.
        elif self.data[self.at : self.at + DATAGRAM_SIZE].any():
            self.corrupt = True


def open_growing(path: Path) -> GrowingFile | None:
    """A file under its final or its growing name; ``None`` while there is neither.

    Raises
    ------
    Unusable
        If it is there and cannot be read.
    """
    final = final_name(path)
    try:
        descriptor = open_present(str(final))
    except FileNotFoundError:
        return None
    except OSError as error:
        raise Unusable(f"{path} cannot be read: {error.strerror}") from error
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise Unusable(f"{path} is not a file")
    return GrowingFile(final, os.fdopen(descriptor, "rb"))
