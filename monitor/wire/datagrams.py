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
        What was recorded.
    n
        Number of events sent before this message, dropped ones included: a jump tells the receiver what it missed.
    events
        Events that begin with this message (a camera datagram of an event already begun counts none).
    sent
        Unix time in seconds.
    bytes
        One or more whole datagrams, 1-d uint8.
    """

    experiment: str
    run: int
    stream: int
    n: int
    events: int
    sent: float
    bytes: NDArray[np.uint8]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayEnd(Note):
    """The replay is over; ``n`` events were due, ``dropped`` of them did not leave."""

    KIND: ClassVar[str] = "replay_end"
    n: int
    dropped: int


def datagrams_message(datagrams: Datagrams) -> Message:
    """The message that carries datagrams; large ones are sent without a copy."""
    names = ("experiment", "run", "stream", "n", "events", "sent")
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
    data, experiment, sent = message.arrays.get("bytes"), header.get("experiment"), header.get("sent")
    if message.kind != "datagrams" or not isinstance(experiment, str) or not isinstance(sent, float):
        raise ProtocolError("expected datagrams with experiment and sent")
    if (
        not all(isinstance(value, int) and 0 <= value < 1 << 62 for value in numbers.values())
        or numbers["stream"] >= STREAM_LIMIT
    ):
        raise ProtocolError("run, stream, n and events of datagrams are whole numbers")
    if data is None or data.dtype != np.uint8 or data.ndim != 1:
        raise ProtocolError("the bytes of datagrams are missing")
    return Datagrams(experiment=experiment, sent=sent, bytes=data, **numbers)
