"""Rows as the pages read them: plain float columns beside sequence number, run, step and time."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Table:
    """Consecutive rows, oldest first.

    Attributes
    ----------
    seq, run, step
        Sequence number, run number and step of each event, int64, shape (events,). ``seq`` rises; a jump is a gap.
    time
        Unix time of each event in seconds, float64.
    columns
        Field name to values, float64, shape (events,); NaN where the event has no value.
    """

    seq: NDArray[np.int64]
    run: NDArray[np.int64]
    step: NDArray[np.int64]
    time: NDArray[np.float64]
    columns: Mapping[str, NDArray[np.float64]]

    def __len__(self) -> int:
        return len(self.seq)

    def part(self, start: int, stop: int | None = None) -> "Table":
        """Rows ``start`` to ``stop`` as views; negative numbers count from the end, as in a slice."""
        cut = slice(start, stop)
        columns = {name: values[cut] for name, values in self.columns.items()}
        return Table(self.seq[cut], self.run[cut], self.step[cut], self.time[cut], columns)

    def last(self, count: int) -> "Table":
        """The newest ``count`` rows as views."""
        return self.part(max(0, len(self) - count))

    def column(self, name: str) -> NDArray[np.float64]:
        """Values of a field, all NaN if there is no such field."""
        values = self.columns.get(name)
        return np.full(len(self), np.nan) if values is None else values


def empty() -> Table:
    """A table without rows and columns."""
    whole = np.empty(0, np.int64)
    return Table(whole, whole, whole, np.empty(0), {})


def joined(first: Table, second: Table) -> Table:
    """Both tables one after the other; a field that one of them lacks is NaN there. A copy."""
    names = dict.fromkeys([*first.columns, *second.columns])
    return Table(
        np.concatenate([first.seq, second.seq]),
        np.concatenate([first.run, second.run]),
        np.concatenate([first.step, second.step]),
        np.concatenate([first.time, second.time]),
        {name: np.concatenate([first.column(name), second.column(name)]) for name in names},
    )
