"""What clients ask of the reader, and its answers."""

from dataclasses import dataclass
from typing import ClassVar

from monitor.wire.note import Map, Maps, Note


@dataclass(frozen=True, slots=True, kw_only=True)
class Control(Note):
    """Change settings; each change is ``{"path": dotted path, "value": new value}``."""

    KIND: ClassVar[str] = "control"
    request: int
    changes: Maps
    author: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Undo(Note):
    """Take the last change of settings back; asked again, the one before it."""

    KIND: ClassVar[str] = "undo"
    request: int
    author: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MeansRequest(Note):
    """Have the means under ``since_sum`` begin ``now``, or have none any more (``run``); the run's own sums go on untouched."""

    KIND: ClassVar[str] = "means"
    request: int
    begin: str
    author: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command(Note):
    """Do something: ``stop`` ends the service after what was read is written."""

    KIND: ClassVar[str] = "command"
    request: int
    command: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusRequest(Note):
    """Send the present ``reader_status``."""

    KIND: ClassVar[str] = "status"
    request: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LogLine(Note):
    """A log line of some process of the service, for the aggregator to publish; nobody answers.

    Attributes
    ----------
    time
        Unix seconds.
    level, process
        ``WARNING``; who says it.
    event, fields
        A fixed word, and what belongs to it.
    """

    KIND: ClassVar[str] = "log"
    time: float
    level: str
    process: str
    event: str
    fields: Map


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted(Note):
    """The request is carried out; ``version`` is the pipeline version in force from the next event on."""

    KIND: ClassVar[str] = "accepted"
    request: int
    version: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestRefused(Note):
    """The request is not carried out, and why."""

    KIND: ClassVar[str] = "refused"
    request: int
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BridgeStatus(Note):
    """What became of the messages in the bridges of a service; nobody answers.

    Attributes
    ----------
    bridges
        Name to ``kind``, ``address``, ``sent``, ``lost``, ``bad`` and ``clients``.
    missed
        Messages of the stream that the process of the bridges did not get.
    """

    KIND: ClassVar[str] = "bridge_status"
    bridges: Map
    missed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmStatus(Note):
    """The alarms of a service that people must be shown; nobody answers.

    Attributes
    ----------
    alarms
        Newest first, each with ``name``, ``severity``, ``text``, ``value``, ``since`` (Unix s), ``over`` and ``acknowledged``.
    """

    KIND: ClassVar[str] = "alarm_status"
    alarms: Maps
