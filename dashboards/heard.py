"""What a session needs of a feed: a running service's, or that of a recorded run."""

from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from typing import Any, Protocol, runtime_checkable

from dashboards.snapshot import Snapshot
from monitor.wire.message import Message


@runtime_checkable
class Live(Protocol):
    """What can be asked of a running service alone."""

    def means(self, begin: str, author: str) -> Future[Message]:
        """Ask to have means begin ``now``, or with the ``run`` again."""


class Heard(Protocol):
    """What was heard so far, and how to answer."""

    @property
    def snapshot(self) -> Snapshot:
        """The newest state; immutable, the same object until something changes."""

    def watch(self, topic: str) -> None:
        """Somebody looks at what comes under this topic."""

    def unwatch(self, topic: str) -> None:
        """Takes back one ``watch``."""

    def acknowledge(self, name: str, person: str) -> None:
        """Somebody has seen an alarm."""

    def change_alarm(self, name: str, fields: Mapping[str, Any], person: str) -> str:
        """Somebody wants other limits of an alarm; what came of it, in words."""

    def undo_alarm(self, person: str) -> str:
        """Somebody takes back the last change of the alarms; what came of it, in words."""

    def detector(self, name: str) -> Future[Message]:
        """Ask what is used for a detector."""

    def control(self, changes: Sequence[Mapping[str, Any]], author: str) -> Future[Message]:
        """Ask for changes of the settings; ``Unusable`` if that cannot be."""

    def undo(self, author: str) -> Future[Message]:
        """Ask to take back the last change of the settings."""
