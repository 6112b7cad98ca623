"""A batch as the reader keeps it until it is durable: its content, and where it stands."""

from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.model.place import FilePlace, RingPlace
from monitor.model.run_state import RunState
from monitor.reader.block import Memory

DraftPlace = FilePlace | RingPlace | Memory


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Cut:
    """Consecutive events cut to the size of a batch; arrays as in ``Batch``.

    Attributes
    ----------
    held
        Tokens of the memory that its bytes occupy; empty if they lie in files.
    nbytes
        Bytes of all pieces.
    created
        Unix time at which the first event left its source.
    """

    events: NDArray[Any]
    pieces: NDArray[Any]
    places: tuple[DraftPlace, ...]
    epics_start: NDArray[np.float64]
    epics_changes: NDArray[Any]
    state: RunState
    held: tuple[int, ...]
    nbytes: int
    created: float


class Standing(Enum):
    """Where a batch stands on its way to the file."""

    QUEUED = auto()
    LEASED = auto()
    DONE = auto()
    LOST = auto()
    SAFE = auto()


@dataclass(slots=True, eq=False)
class Draft:
    """One batch between its source and the file.

    Attributes
    ----------
    cut
        Its content.
    first
        Sequence number of its first event.
    pipeline, epoch
        Settings version and commit group.
    standing, lease, worker
        Where it stands; number of the newest hand-out and the peer that has or had it.
    deaths
        Workers lost in a row while they had it in hand.
    fresh
        It was never handed out; only such a batch may be dropped.
    """

    cut: Cut
    first: int
    pipeline: int
    epoch: int
    standing: Standing = Standing.QUEUED
    lease: int = -1
    worker: bytes = b""
    deaths: int = 0
    fresh: bool = True

    @property
    def stop(self) -> int:
        """Sequence number behind its last event."""
        return self.first + len(self.cut.events)
