"""What the aggregator's loop sees of the desk; every call returns at once."""

from dataclasses import dataclass, field
from typing import Protocol

from monitor.aggregator.joiner import Columns
from monitor.aggregator.used import Used
from monitor.model.sums import Sums
from monitor.wire.client_note import MeansRequest
from monitor.wire.message import Message
from monitor.wire.rows import Reduced


class Desk(Protocol):
    """The desk, from the loop's side."""

    bad: int
    """Messages that could not be decoded since the loop looked last."""
    sums: tuple[int, Sums]
    """The present run and its sums; replaced, never changed in place."""
    used: Used
    """What the workers made the newest rows with; replaced, never changed in place."""

    def take(self, item: Reduced | Message) -> None:
        """Keep rows that were shown, or a message that was published, for the answers."""

    def given(self) -> Message | Columns | MeansRequest | None:
        """The next thing a client gave: a plot, columns, or that means begin anew; ``None`` if there is none."""

    def wants_frames(self, now: float) -> bool:
        """Whether somebody asked for frames a short while ago, so that they should be made."""


@dataclass(slots=True)
class NoDesk:
    """Where there are no clients."""

    bad: int = 0
    sums: tuple[int, Sums] = (-1, {})
    used: Used = field(default_factory=Used)

    def take(self, item: Reduced | Message) -> None:
        """Nobody will ask."""

    def given(self) -> Message | Columns | MeansRequest | None:
        """Nobody gave anything."""
        return None

    def wants_frames(self, now: float) -> bool:
        """Nobody looks."""
        return False
