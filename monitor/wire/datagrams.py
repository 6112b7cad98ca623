"""Recorded datagrams on their way from a replay to a listening reader."""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from monitor.errors import ProtocolError
from monitor.wire.message import Message
from monitor.wire.note import Note

STREAM_LIMIT = 1 << 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Datagrams:
    """Whole datagrams of one stream.

    Attributes
    ----------
    experiment, run, stream
        What was recorded; run -1: its BeginRun says it.
    streams
        All streams of the run, so that the receiver knows what belongs together.
    n
        Number of events due before this message, dropped ones included: a jump tells the receiver what it missed.
    events
        Events that begin with this message (a further stream of an event already begun has none).
    sent
        Unix time in seconds.
    bytes
        One or more whole datagrams, 1-d uint8.
    """

    experiment: str
    run: int
    stream: int
    streams: tuple[int, ...]
    n: int
    events: int
    sent: float
    bytes: NDArray[np.uint8]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayHello(Note):
    """A replay is about to begin; it waits for ``ready``."""

    KIND: ClassVar[str] = "replay_hello"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready(Note):
    """The service takes events now."""

    KIND: ClassVar[str] = "ready"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayEnd(Note):
    """The replay is over: ``n`` events were due, ``dropped`` of them did not leave; ``final``: nothing else will come."""

    KIND: ClassVar[str] = "replay_end"
    n: int
    dropped: int
    final: bool


def datagrams_message(datagrams: Datagrams) -> Message:
    """The message that carries datagrams; large ones are sent without a copy."""
    names = ("experiment", "run", "stream", "streams", "n", "events", "sent")
    return Message("datagrams", {name: getattr(datagrams, name) for name in names}, {"bytes": datagrams.bytes})


def datagrams_of(message: Message) -> Datagrams:
    """The datagrams in a message; ``bytes`` is a read-only view of the received part.

    Raises
    ------
    ProtocolError
        If a field is missing or of the wrong kind.
    """
    header: Any = message.header
    numbers = {name: header.get(name) for name in ("run", "stream", "n", "events")}
    experiment, sent, streams = (header.get(name) for name in ("experiment", "sent", "streams"))
    data = message.arrays.get("bytes")
    if message.kind != "datagrams" or not isinstance(experiment, str) or not isinstance(sent, float):
        raise ProtocolError("expected datagrams with experiment and sent")
    if not all(isinstance(value, int) and -1 <= value < 1 << 62 for value in numbers.values()) or not isinstance(streams, list):
        raise ProtocolError("run, stream, n and events of datagrams are whole numbers")
    if not all(isinstance(value, int) and 0 <= value < STREAM_LIMIT for value in streams) or numbers["stream"] not in streams:
        raise ProtocolError("the stream of datagrams is not among the streams of the run")
    if data is None or data.dtype != np.uint8 or data.ndim != 1:
        raise ProtocolError("the bytes of datagrams are missing")
    return Datagrams(experiment=experiment, streams=tuple(streams), sent=sent, bytes=data, **numbers)
