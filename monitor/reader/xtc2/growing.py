"""One XTC2 stream whose file is still being written: what is complete by now, and whether more will come."""

import mmap
import os
from collections import Counter
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from monitor.errors import Unusable
from monitor.reader.xtc2.stream import STRIDE, STRIDE_BYTES, Found, StreamFiles
from monitor.xtc.filename import final_name, open_present
from monitor.xtc2.detect import FIRST_BYTES
from monitor.xtc2.header import Transition
from monitor.xtc2.heads import Stop, heads
from monitor.xtc2.mapped import check

LAST = (Transition.END_RUN, Transition.UNCONFIGURE)
"""With one of these a stream is at its end, if nothing follows."""


class GrowingStream(StreamFiles):
    """The chunks of one stream, the last of which grows.

    Parameters
    ----------
    path
        First chunk; ``.inprogress`` behind its name may come and go.
    counts
        Files that end badly are counted here.
    now
        Seconds.

    Attributes
    ----------
    over
        Whether nothing more will come.
    """

    def __init__(self, path: Path, counts: Counter[str], now: float) -> None:
        super().__init__([], counts)
        self.over = False
        self._path = final_name(path).absolute()
        self._grown, self._last = now, -1
        self._bytes: NDArray[np.uint8] = np.empty(0, np.uint8)

    def more(self, now: float) -> Found | None:
        """Further datagrams, of which only the first may be a Configure; ``None`` if none is complete now.

        Raises
        ------
        Unusable, DamagedData
            If the file cannot be read, or is not XTC2.
        """
        if self.over or not self._look(now):
            return None
        found = heads(self._bytes, self._at, min(len(self._bytes), self._at + STRIDE_BYTES), most=STRIDE)
        if not len(found.table):
            found = heads(self._bytes, self._at, most=1)
        if found.reason is Stop.EXTENT and not len(found.table):
            self._counts[f"{self._path.name}: corrupt datagram, rest of the file lost at byte {self._at}"] += 1
            self.over = True
            return None
        if not len(found.table):
            self.over = self._last in LAST and self._at == len(self._bytes)
            return None
        table = self._cut(self._bytes, found.table)
        self._at, self._last = int(table["offset"][-1]) + int(table["length"][-1]), int(table["service"][-1])
        result = Found(self._bytes, table, self._path, np.stack([table["offset"], table["length"]], axis=1).astype(np.int64))
        if self._next is not None:
            self._path, self._next = self._path.with_name(self._next.name), None
            self._bytes, self._at, self._grown = np.empty(0, np.uint8), 0, now
        return result

    def is_silent(self, now: float, timeout_s: float) -> bool:
        """Whether the file has not grown for so long."""
        return now - self._grown >= timeout_s

    def give_up(self, why: str) -> None:
        """Take it that nothing more will come."""
        self._counts[f"{self._path.name}: {why}"] += 1
        self.over = True

    def _look(self, now: float) -> bool:
        """Map what there is by now; whether there is a file with a head."""
        try:
            descriptor = open_present(str(self._path))
        except FileNotFoundError:
            return False
        except OSError as error:
            raise Unusable(f"{self._path} cannot be read: {error.strerror}") from error
        try:
            size = os.fstat(descriptor).st_size
            if size < FIRST_BYTES:
                return False
            if size > len(self._bytes):
                mapped = np.frombuffer(mmap.mmap(descriptor, size, access=mmap.ACCESS_READ), np.uint8)
                if not len(self._bytes):
                    check(mapped[:FIRST_BYTES].tobytes(), self._path)
                self._bytes, self._grown = mapped, now
        finally:
            os.close(descriptor)
        return True
