"""The face of every source: where events come from, without saying whether that is a file, a socket or a simulator."""

from collections.abc import Mapping
from typing import Protocol

from monitor.reader.block import Block


class Source(Protocol):
    """Hands on the events and transitions of a run, in order; never waits."""

    @property
    def finished(self) -> bool:
        """Whether nothing more will ever come."""
        ...

    @property
    def total_events(self) -> int | None:
        """Events that will be delivered in all, if that is known."""
        ...

    @property
    def counts(self) -> Mapping[str, int]:
        """What went wrong or was left out so far: text for a person to number."""
        ...

    def read(self, max_events: int) -> list[Block]:
        """Blocks with at most ``max_events`` events together; an empty list says that there is nothing now."""
        ...

    def close(self) -> None:
        """Give back files, sockets and memory; may be called twice."""
        ...
