"""What the dashboards need of a connection to the service; ``monitor.client`` is the real one."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from monitor.wire.message import Message


class Stream(Protocol):
    """The reduced stream, used by the feed's own thread only."""

    def subscribe(self, topic: str) -> None:
        """Ask for all topics that begin with this."""

    def unsubscribe(self, topic: str) -> None:
        """Take back one ``subscribe``."""

    def poll(self, timeout_s: float) -> list[Message]:
        """Messages that are here, after waiting at most this long for the first. Bad ones are dropped and counted."""

    def close(self) -> None:
        """Let go of the socket."""


class Requests(Protocol):
    """Questions and changes, used by one other thread only; each waits for the answer for a bounded time."""

    def history(self, fields: Sequence[str], last: int) -> Message:
        """The newest ``last`` rows; no fields = all scalars.

        Raises
        ------
        Unusable
            If there is no answer in time.
        """

    def control(self, changes: Sequence[Mapping[str, Any]], author: str) -> Message:
        """Ask for changes of the settings; the answer is ``accepted`` or ``refused``.

        Raises
        ------
        Unusable
            If there is no answer in time.
        """

    def detector(self, name: str) -> Message:
        """What the workers use for a detector: ``detector`` or ``refused``.

        Raises
        ------
        Unusable
            If there is no answer in time.
        """

    def means(self, begin: str, author: str) -> Message:
        """Ask to have means begin ``now``, or with the ``run`` again; the answer is ``accepted`` or ``refused``.

        Raises
        ------
        Unusable
            If there is no answer in time.
        """

    def undo(self, author: str) -> Message:
        """Ask to take back the last change of the settings; the answer is as of ``control``.

        Raises
        ------
        Unusable
            If there is no answer in time.
        """

    def axes(self) -> Message:
        """What the elements of array fields stand for, as the workers used it for the newest rows.

        Raises
        ------
        Unusable
            If there is no answer in time.
        """

    def close(self) -> None:
        """Let go of the sockets."""


class Link(Protocol):
    """How to reach one service; opening never waits for it to be there."""

    def stream(self) -> Stream:
        """A subscriber without topics."""

    def requests(self) -> Requests:
        """A channel for questions."""
