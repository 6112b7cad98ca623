"""Fields with more than one number per event, as pages read them: curves of fixed shape, and lists of any length."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dashboards.spread import chosen


@dataclass(frozen=True, slots=True)
class FieldInfo:
    """Unit (``""`` = not known) and description of one scalar column."""

    unit: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Curves:
    """The newest values of a field of fixed shape, only of the events that have it.

    Attributes
    ----------
    seq
        Sequence numbers, rising, int64, shape (events,).
    values
        Shape (events, ...), one or more further axes, of the field's own dtype.
    info
        Unit and description.
    every
        One of so many events that have the field is here, evenly spread; 1 = all.
    """

    seq: NDArray[np.int64]
    values: NDArray[Any]
    info: FieldInfo
    every: int = 1

    def __len__(self) -> int:
        return len(self.seq)

    def part(self, start: int, stop: int | None = None) -> "Curves":
        """Events at these places, as views."""
        return Curves(self.seq[start:stop], self.values[start:stop], self.info, self.every)

    def since(self, first: int) -> "Curves":
        """Those of events from this sequence number on, as views."""
        return self.part(int(np.searchsorted(self.seq, first)))

    def until(self, last: int) -> "Curves":
        """Those of events up to this sequence number, which is included, as views."""
        return self.part(0, int(np.searchsorted(self.seq, last, side="right")))

    def last(self, count: int) -> "Curves":
        """The newest ``count`` events, as views."""
        return self.part(max(0, len(self) - count))

    def thinned(self, most: int) -> "Curves":
        """At most so many events, evenly spread; a copy if there are more."""
        if len(self) <= most:
            return self
        here = chosen(len(self), most)
        return Curves(self.seq[here], self.values[here], self.info, self.every * round(len(self) / most))


@dataclass(frozen=True, slots=True, eq=False)
class Lists:
    """The newest values of a ragged field, only of the events that have it.

    Attributes
    ----------
    seq
        Sequence numbers, rising, int64, shape (events,).
    starts, lengths
        First element of each event in ``elements``, and how many it has, int64, shape (events,).
    elements
        Elements of these and perhaps of older events, one behind the other.
    info
        Unit and description.
    every
        One of so many events that have the field is here, evenly spread; 1 = all.
    """

    seq: NDArray[np.int64]
    starts: NDArray[np.int64]
    lengths: NDArray[np.int64]
    elements: NDArray[Any]
    info: FieldInfo
    every: int = 1

    def __len__(self) -> int:
        return len(self.seq)

    def part(self, start: int, stop: int | None = None) -> "Lists":
        """Events at these places, as views."""
        here = slice(start, stop)
        return Lists(self.seq[here], self.starts[here], self.lengths[here], self.elements, self.info, self.every)

    def last(self, count: int) -> "Lists":
        """The newest ``count`` events, as views."""
        return self.part(max(0, len(self) - count))

    def until(self, last: int) -> "Lists":
        """Those of events up to this sequence number, which is included, as views."""
        return self.part(0, int(np.searchsorted(self.seq, last, side="right")))

    def since(self, first: int) -> "Lists":
        """Those of events from this sequence number on, as views."""
        return self.last(len(self) - int(np.searchsorted(self.seq, first)))

    def between(self, first: int, last: int) -> "Lists":
        """Those of events with these sequence numbers, both included, as views."""
        start, stop = np.searchsorted(self.seq, (first, last + 1))
        return self.part(int(start), int(stop))

    @property
    def values(self) -> NDArray[Any]:
        """Elements of these events alone."""
        return self.elements[self.starts[0] : self.starts[-1] + self.lengths[-1]] if len(self) else self.elements[:0]

    def of(self, seq: int) -> NDArray[Any]:
        """Elements of one event; none if it is not here."""
        return self.between(seq, seq).values
