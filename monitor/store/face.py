"""What the aggregator asks of the place where a run is written; ``SmallDataFile`` and its memory twin have this face."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from numpy.typing import NDArray

from monitor.model.rows import Rows
from monitor.model.sums import Sums
from monitor.store.journal import LostEntry


class RunStore(Protocol):
    """One run on its way into a file."""

    @property
    def committed(self) -> int:
        """Sequence number behind the last event that is durable; what comes next starts there."""

    @property
    def rows(self) -> int:
        """Durable rows."""

    @property
    def finished(self) -> bool:
        """Whether the run is over and its file complete."""

    @property
    def sums(self) -> Sums:
        """State of each sum over the durable rows, to go on from after a restart."""

    @property
    def gaps(self) -> Sequence[LostEntry]:
        """Durable stretches of events that have no rows, and why; to go on from after a restart."""

    def settings(self, version: int, text: str, *, first: int, author: str = "", time: float = 0.0) -> None:
        """Keep the whole settings of a pipeline version; durable with the next commit."""

    def config(self, version: int, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Keep what the rows of a pipeline version were made with, by name (``cspad/mask``); durable with the next commit."""

    def lost(self, first: int, stop: int, why: str) -> None:
        """Note that events ``first`` to ``stop`` will have no rows; durable with the next commit."""

    def commit(self, rows: Sequence[Rows], sums: Sums, *, stop: int) -> None:
        """Make rows and the sums over exactly these rows durable together; when it returns they are safe.

        Parameters
        ----------
        rows
            Tables in event order, from ``committed`` on; between them may be gaps.
        sums
            Sums over the events of these rows alone (not the total).
        stop
            Sequence number behind the last event accounted for.

        Raises
        ------
        Unusable
            If the disk refuses; what was committed before stays.
        """

    def finish(self, *, complete: bool = True, ledger: Mapping[str, int] | None = None) -> None:
        """End the run: note how it ended, make the file complete and close it."""

    def close(self) -> None:
        """Close without ending the run; what is committed stays and can be gone on with."""
