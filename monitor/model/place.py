"""Where the bytes of a batch lie: in a file, in a ring of shared memory, or in the message itself."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FilePlace:
    """A file that the worker maps; offsets count from its start."""

    path: str


@dataclass(frozen=True, slots=True)
class RingPlace:
    """A shared-memory segment on this machine; offsets count from its start, the lease keeps the bytes in place."""

    name: str


@dataclass(frozen=True, slots=True)
class InlinePlace:
    """A part of the message that carries the batch; offsets count from the part's start."""

    part: int


Place = FilePlace | RingPlace | InlinePlace
