"""What the dispatch wants done by the loop around it."""

from dataclasses import dataclass

from monitor.reader.dispatch.draft import Draft
from monitor.wire.message import Message


@dataclass(frozen=True, slots=True)
class Send:
    """Send a message to a peer."""

    peer: bytes
    message: Message


@dataclass(frozen=True, slots=True)
class HandOut:
    """Send a batch to a worker under this lease; ``show`` asks for its newest frames, ``local`` says it shares our memory."""

    peer: bytes
    draft: Draft
    lease: int
    show: bool
    local: bool


@dataclass(frozen=True, slots=True)
class Release:
    """No batch needs the memory behind this token any more."""

    token: int


@dataclass(frozen=True, slots=True)
class Quarantine:
    """Write the bytes of this batch to a file of its own: it killed worker after worker."""

    draft: Draft


Instruction = Send | HandOut | Release | Quarantine
