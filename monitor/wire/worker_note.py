"""What reader and workers say to each other besides batches and run states."""

from dataclasses import dataclass, field
from typing import ClassVar

from monitor.wire.note import Map, Note


@dataclass(frozen=True, slots=True, kw_only=True)
class Hello(Note):
    """First message of a worker or of the aggregator, and their answer whenever they are asked who they are.

    Attributes
    ----------
    role
        ``worker`` or ``aggregator``.
    name, generation
        Who it is, and the count of its starts; a higher generation under a known name means that the old process is gone.
    pid, host
        Where it runs.
    credits
        Worker: batches it takes at a time.
    committed
        Aggregator: sequence number up to which everything is durable.
    """

    KIND: ClassVar[str] = "hello"
    role: str
    name: str = ""
    generation: int = 0
    pid: int = 0
    host: str = ""
    credits: int = 0
    committed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class WhoAreYou(Note):
    """The reader does not know the sender (it was restarted): say hello again."""

    KIND: ClassVar[str] = "who"


@dataclass(frozen=True, slots=True, kw_only=True)
class Heartbeat(Note):
    """The worker lives; ``stats`` is what it wants shown (``busy``: share of time spent working, and more)."""

    KIND: ClassVar[str] = "heartbeat"
    name: str
    stats: Map = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Done(Note):
    """The rows of this hand-out have left for the aggregator; one credit is free again."""

    KIND: ClassVar[str] = "done"
    lease: int
    epoch: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Flush(Note):
    """Send the group of this epoch now."""

    KIND: ClassVar[str] = "flush"
    epoch: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop(Note):
    """Leave after sending what is due."""

    KIND: ClassVar[str] = "stop"


@dataclass(frozen=True, slots=True, kw_only=True)
class Halt(Note):
    """The settings require something that is not there, for this worker and for every other: the run must not go on."""

    KIND: ClassVar[str] = "halt"
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pipeline(Note):
    """A pipeline version: the whole settings, who made it and when (Unix s), and the first event that has it."""

    KIND: ClassVar[str] = "pipeline"
    version: int
    settings: Map
    author: str
    time: float
    first: int = 0
