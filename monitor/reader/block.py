"""What a source hands on, in order: stretches of events, and the transitions between them."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.model.place import FilePlace
from monitor.model.run_state import RunState
from monitor.xtc.header import Transition


@dataclass(frozen=True, slots=True, eq=False)
class Memory:
    """Bytes that the reader itself holds; offsets count from the first.

    Attributes
    ----------
    data
        The bytes, uint8, shape (n,); not changed any more once they are here.
    """

    data: NDArray[np.uint8]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class EventBlock:
    """Consecutive delivered events with no transition between them.

    Attributes
    ----------
    events
        Structured array of dtype ``EVENT_ID``, shape (events,); never empty.
    pieces
        Structured array of dtype ``PIECE``; ``event`` counts from the start of the block, ``place`` in ``places``.
    places
        Where the bytes of the pieces lie.
    epics_start
        Values of ``state.pvs`` before the first event, float64; NaN if unknown.
    epics_changes
        Structured array of dtype ``EPICS_CHANGE``, in order of occurrence; ``event`` counts from the start of the block.
    state
        What holds for all events of the block.
    """

    events: NDArray[Any]
    pieces: NDArray[Any]
    places: tuple[FilePlace | Memory, ...]
    epics_start: NDArray[np.float64]
    epics_changes: NDArray[Any]
    state: RunState

    @property
    def count(self) -> int:
        """Number of events."""
        return len(self.events)

    def split(self, count: int) -> tuple["EventBlock", "EventBlock"]:
        """The first ``count`` events (at least one, not all), and the others; events and places are shared."""
        cut = int(np.searchsorted(self.pieces["event"], count))
        change = int(np.searchsorted(self.epics_changes["event"], count))
        rest, changes, values = self.pieces[cut:].copy(), self.epics_changes[change:].copy(), self.epics_start.copy()
        rest["event"] -= count
        changes["event"] -= count
        values[self.epics_changes["pv"][:change]] = self.epics_changes["value"][:change]
        first = replace(self, events=self.events[:count], pieces=self.pieces[:cut], epics_changes=self.epics_changes[:change])
        return first, replace(self, events=self.events[count:], pieces=rest, epics_start=values, epics_changes=changes)


@dataclass(frozen=True, slots=True, kw_only=True)
class TransitionBlock:
    """One transition of the run; all streams that have it at the same time give one.

    Attributes
    ----------
    service
        Which one. Enable and Disable are not handed on, as in psana.
    run, step
        Run number and calib-cycle index after it.
    seconds, nanoseconds
        Its clock.
    state
        What is in force after it.
    """

    service: Transition
    run: int
    step: int
    seconds: int
    nanoseconds: int
    state: RunState


@dataclass(frozen=True, slots=True, kw_only=True)
class GapBlock:
    """Events that the source knows to have missed: they have a number in the sequence and no bytes.

    Attributes
    ----------
    count
        How many.
    state
        What was in force before them.
    """

    count: int
    state: RunState


Block = EventBlock | TransitionBlock | GapBlock
