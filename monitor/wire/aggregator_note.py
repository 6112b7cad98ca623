"""What reader and aggregator say to each other; sequence ranges are half open."""

from dataclasses import dataclass, field
from typing import ClassVar

from monitor.wire.note import Map, Maps, Note, Pairs


@dataclass(frozen=True, slots=True, kw_only=True)
class Run(Note):
    """A run begins; ``first`` is its first event, the time is that of BeginRun."""

    KIND: ClassVar[str] = "run"
    run: int
    experiment: str
    first: int
    seconds: int
    nanoseconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Step(Note):
    """A step (calib cycle) begins; ``controls`` maps the names of the scanned variables to their values."""

    KIND: ClassVar[str] = "step"
    run: int
    step: int
    first: int
    seconds: int
    nanoseconds: int
    controls: Map = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Epoch(Note):
    """This commit group is closed and has the events ``first`` to ``stop``."""

    KIND: ClassVar[str] = "epoch"
    epoch: int
    run: int
    first: int
    stop: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost(Note):
    """These events will never have a row; ``why`` is ``no credit``, ``quarantined`` or ``source``."""

    KIND: ClassVar[str] = "lost"
    first: int
    stop: int
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EndRun(Note):
    """A run is over before event ``stop``; not complete if its closing transitions are missing."""

    KIND: ClassVar[str] = "end_run"
    run: int
    stop: int
    complete: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class End(Note):
    """No more events will come."""

    KIND: ClassVar[str] = "end"
    stop: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReaderStatus(Note):
    """How the reader stands; every 0.5 s."""

    KIND: ClassVar[str] = "reader_status"
    state: str
    events: int
    rate: float
    lost: int
    quarantined: int
    trimmed: int
    damage: Map
    queue: int
    leased: int
    lag: float
    workers: Maps
    restarts: Map
    run: int
    step: int
    pipeline: int
    mode: str
    total: int = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Committed(Note):
    """Everything before ``stop`` is durable; the reader may forget it."""

    KIND: ClassVar[str] = "committed"
    epoch: int
    stop: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused(Note):
    """These batches of an epoch must be handed out again."""

    KIND: ClassVar[str] = "refused"
    epoch: int
    batches: Pairs


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched(Note):
    """Whether anybody looks at frames; until it is told, the reader takes it that somebody does."""

    KIND: ClassVar[str] = "watched"
    frames: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Bye(Note):
    """The last commit is done and the files are closed."""

    KIND: ClassVar[str] = "bye"


@dataclass(frozen=True, slots=True, kw_only=True)
class Session(Note):
    """The reader's answer to a hello, before anything else.

    ``base`` is below all its epochs and leases and above those of every earlier reader of this service. Where it is another one
    than before, the reader was restarted and hands out everything from ``committed`` on anew.
    """

    KIND: ClassVar[str] = "session"
    base: int
