"""One stream that is still being written: its chunks one behind the other, each read as far as it is whole."""

from collections import Counter
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from monitor.xtc.filename import final_name, next_chunk
from monitor.xtc.growing import GrowingFile, open_growing
from monitor.xtc.header import Transition
from monitor.xtc.walk import Heads

FIRST_STRIDE, STRIDE = 64, 4096
OF_THE_RUN = (Transition.BEGIN_RUN, Transition.L1ACCEPT, Transition.END_RUN)
"""What tells whether a run goes on."""
LOOK_S = 0.01
"""Time between two looks for a file that is not there yet."""
TAIL_S = 2.0
"""A datagram that is not completed for so long, with the next chunk there, never will be."""


class GrowingStream:
    """Follows a stream until its EndRun.

    Parameters
    ----------
    path
        Its first chunk, under its final or its growing name; it need not exist yet.
    now
        Monotonic seconds.
    """

    def __init__(self, path: Path, now: float) -> None:
        self.path = final_name(path)
        self.moved = now
        """When its file grew last, read or not."""
        self.over = False
        self._file: GrowingFile | None = None
        self._look_again = now
        self._saw_end = False
        self._stride = FIRST_STRIDE
        self._seen = 0
        self._goes_on = False

    def next(self, now: float, ends: Counter[str]) -> tuple[Path, NDArray[np.uint8], Heads] | None:
        """Further datagrams, the bytes they are in and their file; ``None`` if there are none now. Bad ends are counted."""
        while not self.over:
            if self._file is None and not self._open(now):
                return None
            file = self._file
            if file is None:
                return None
            found = file.next(self._stride)
            self._see(file.size, now)
            if len(found.table):
                self._stride = min(4 * self._stride, STRIDE)
                services = found.table["control"] & 15
                told = services[np.isin(services, OF_THE_RUN)]
                self._saw_end = int(told[-1]) == Transition.END_RUN if len(told) else self._saw_end
                return self.path, file.data, found
            if self._saw_end:
                self.end()
            elif not self._leave_chunk(file, now, ends):
                return None
        return None

    @property
    def corrupt(self) -> bool:
        """Whether nothing can be found in this chunk any more."""
        return self._file is not None and self._file.corrupt

    def is_silent(self, now: float, since_s: float) -> bool:
        """Whether its file did not grow for so long, and there is no next one."""
        if self._file is not None:
            self._see(self._file.present_size, now)
        return now - self.moved >= since_s and not self._goes_on

    def _see(self, size: int, now: float) -> None:
        """Note the size of the file."""
        if size != self._seen:
            self._seen, self.moved = size, now

    def end(self) -> None:
        """Nothing more is wanted."""
        self.over = True
        if self._file is not None:
            self._file.close()
            self._file = None

    def _open(self, now: float) -> bool:
        """Open the first chunk, if it is there."""
        if now < self._look_again:
            return False
        self._look_again = now + LOOK_S
        self._file = open_growing(self.path)
        return self._file is not None

    def _leave_chunk(self, file: GrowingFile, now: float, ends: Counter[str]) -> bool:
        """Go on to the next chunk if that has been begun; False if nothing can be done now."""
        path = next_chunk(self.path)
        if path is None or now < self._look_again:
            return False
        self._look_again = now + LOOK_S
        following = open_growing(path)
        self._goes_on = following is not None
        if following is None:
            return False
        if file.grew:
            # The recorder completes a chunk before it begins the next: what came meanwhile is the rest of it.
            following.close()
            return True
        if file.at < file.size and not file.corrupt and now - self.moved < TAIL_S:
            following.close()
            return False
        self._count_end(ends)
        file.close()
        self._file, self.path, self.moved, self._seen, self._goes_on = following, path, now, 0, False
        return True

    def give_up(self, why: str, ends: Counter[str]) -> None:
        """The writer is dead: count what it left behind."""
        self._count_end(ends)
        ends[f"{self.path.name}: {why}"] += 1
        self.end()

    def _count_end(self, ends: Counter[str]) -> None:
        """Count the file at hand if something is left of it that cannot be used."""
        file = self._file
        if file is not None and (file.corrupt or file.at < file.size):
            why = "corrupt datagram, rest of the file lost" if file.corrupt else "file ends inside a datagram"
            ends[f"{file.path.name}: {why} at byte {file.at}"] += 1
