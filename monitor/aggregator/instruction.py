"""What the aggregator's machine wants done; the loop carries it out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from monitor.model.rows import Rows
from monitor.model.sums import Sums
from monitor.wire.message import Message
from monitor.wire.worker_note import Pipeline


@dataclass(frozen=True, slots=True)
class Publish:
    """Send a message, topic included, to whoever subscribed to it."""

    message: Message


@dataclass(frozen=True, slots=True)
class ToReader:
    """Send a message to the reader."""

    message: Message


@dataclass(frozen=True, slots=True)
class ToPeer:
    """Send a message to a worker or client, by its socket identity."""

    peer: bytes
    message: Message


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenRun:
    """Open the file of a run; everything committed from now on is its.

    Attributes
    ----------
    experiment, run
        Which run.
    first
        Sequence number of its first event.
    """

    experiment: str
    run: int
    first: int


@dataclass(frozen=True, slots=True)
class Configure:
    """Keep the settings of a pipeline version in the file of the open run."""

    pipeline: Pipeline


@dataclass(frozen=True, slots=True)
class Config:
    """Keep what the rows of a pipeline version were made with in the file of the open run."""

    version: int
    arrays: Mapping[str, NDArray[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence:
    """Events ``first`` to ``stop`` of a run that have no row, and why."""

    first: int
    stop: int
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """Make these rows, and the sums that cover exactly these rows, durable together.

    Attributes
    ----------
    epoch
        Number of the last commit group that is contained.
    step
        Step of its events; the last one if there are several.
    first, stop
        Events it speaks for.
    rows
        Their rows, in event order.
    sums
        Sums over exactly these rows.
    lost
        The events of the stretch that have no row.
    """

    epoch: int
    run: int
    step: int
    first: int
    stop: int
    rows: Sequence[Rows]
    sums: Sums
    lost: Sequence[Absence]


@dataclass(frozen=True, slots=True, kw_only=True)
class FinishRun:
    """Close the file of a run for good.

    Attributes
    ----------
    run, stop
        Which run, and the sequence number behind its last event.
    complete
        False if its closing transitions are missing.
    ledger
        What became of its events.
    """

    run: int
    stop: int
    complete: bool
    ledger: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Leave:
    """Everything is done."""


StoreOrder = OpenRun | Configure | Config | Commit | FinishRun
Instruction = Publish | ToReader | ToPeer | StoreOrder | Leave
