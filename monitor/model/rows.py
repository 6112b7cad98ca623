"""The reduced values of consecutive events: what a worker makes of a batch."""

from collections.abc import Mapping
from dataclasses import dataclass

from monitor.model.column import Column


@dataclass(frozen=True, slots=True)
class Rows:
    """A table of fields against consecutive events.

    Attributes
    ----------
    first
        Sequence number of the first event; the others follow without a gap.
    count
        Number of events.
    columns
        Path of the field (its name, below its group of its own rate if it has one) to column; every column speaks of ``count``
        events. ``event_time`` (int64, Unix seconds << 32 | nanoseconds), ``fiducials`` (int64) and ``pipeline_version`` (int64)
        are always there.
    """

    first: int
    count: int
    columns: Mapping[str, Column]

    @property
    def stop(self) -> int:
        """Sequence number behind the last event."""
        return self.first + self.count

    def part(self, first: int, stop: int) -> "Rows":
        """Rows with sequence numbers ``first`` to ``stop``, as views."""
        a = max(first, self.first) - self.first
        b = max(a, min(stop, self.stop) - self.first)
        return Rows(self.first + a, b - a, {name: c.part(a, b) for name, c in self.columns.items()})
