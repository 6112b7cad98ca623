"""What the reader of one stream hands to the source: datagrams, and the bytes they are in."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from monitor.xtc.smalldata import SmallData
from monitor.xtc.walk import Heads


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """Further datagrams of a stream.

    Attributes
    ----------
    path
        File in which their events lie.
    data
        Bytes that ``heads`` counts in, uint8: of the same file, or of its small-data file.
    heads
        The datagrams.
    through
        How those of a small-data file are in the big one; ``None`` for those of the file itself.
    """

    path: Path
    data: NDArray[np.uint8]
    heads: Heads
    through: SmallData | None = None


class StreamFiles(Protocol):
    """The files of one stream, chunk after chunk."""

    def next(self, ends: Counter[str]) -> Found | None:
        """Further datagrams; ``None`` at the end. Files that end badly are counted in ``ends``."""
        ...

    def close(self) -> None:
        """Close the file that is open; what was given out of it stays readable."""
        ...
