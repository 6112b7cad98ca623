"""Consecutive events that travel together: the unit of work behind the reader."""

from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from monitor.model.place import Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Consecutive events of one run, one step and one pipeline version, and where their bytes are.

    Attributes
    ----------
    first
        Sequence number of the first event: its index among the delivered events of the service's source, from 0.
    run, step
        Run number, and calib-cycle index from 0 (-1 before the first step).
    pipeline
        Version of the settings to use.
    state
        Version of the ``RunState`` that holds for all events of the batch.
    epoch
        Commit group the batch belongs to.
    lease
        Number of this hand-out; a batch that is handed out again gets a new one.
    format
        ``"xtc"`` or ``"xtc2"``: which package decodes the bytes.
    show
        The worker should attach its newest frames to the result, because somebody may look.
    created
        Unix time in seconds at which the first event left its source.
    events
        Structured array of dtype ``EVENT_ID``, shape (events,).
    pieces
        Structured array of dtype ``PIECE``, one per datagram, in event order, lowest stream first within an event.
    places
        What ``pieces["place"]`` counts.
    epics_start
        Values of all scalar numeric PVs before the first event, float64, in the order of ``RunState.pvs``; NaN if unknown.
    epics_changes
        Structured array of dtype ``EPICS_CHANGE``, in order of occurrence.
    """

    first: int
    run: int
    step: int
    pipeline: int
    state: int
    epoch: int
    lease: int
    format: str
    show: bool
    created: float
    events: NDArray[Any]
    pieces: NDArray[Any]
    places: tuple[Place, ...]
    epics_start: NDArray[Any]
    epics_changes: NDArray[Any]

    @property
    def count(self) -> int:
        """Number of events."""
        return len(self.events)

    @property
    def stop(self) -> int:
        """Sequence number behind the last event."""
        return self.first + len(self.events)

    @property
    def nbytes(self) -> int:
        """Bytes of all datagrams the batch speaks of."""
        return int(self.pieces["length"].sum())
