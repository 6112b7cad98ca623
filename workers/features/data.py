"""What flows into and out of features: dense arrays, lists of pixels, results of any length, and what is known of the events."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.model.column import Column


@dataclass(frozen=True, slots=True, eq=False)
class Ragged:
    """A result with any number of elements per event.

    Attributes
    ----------
    values
        Elements of all events, one event after the other, shape (sum of lengths, ...).
    lengths
        Elements of each event, int64, shape (events,).
    """

    values: NDArray[Any]
    lengths: NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class PixelList:
    """Pixels, droplets or photons of each event instead of a dense array.

    Attributes
    ----------
    lengths
        Entries of each event, int64, shape (events,).
    columns
        ``data``, ``row``, ``col``, ``tile`` and what else the maker knows; each has one value per entry, all events in a row.
    whole
        What the next feature may need of each event as a whole, by name; leading event axis.
    """

    lengths: NDArray[np.int64]
    columns: Mapping[str, NDArray[Any]]
    whole: Mapping[str, NDArray[Any]]

    def __len__(self) -> int:
        return len(self.lengths)

    @property
    def stops(self) -> NDArray[np.int64]:
        """Where the entries of each event begin, and behind the last where all end; shape (events + 1,)."""
        return np.concatenate([[0], np.cumsum(self.lengths)])


Data = NDArray[Any] | PixelList
"""Frames (or any array with a leading event axis; NaN = bad), or lists."""

Values = NDArray[Any] | Ragged


@dataclass(frozen=True, slots=True, eq=False)
class Output:
    """What a feature makes of some events.

    Attributes
    ----------
    values
        Values by full field name, each with a leading event axis.
    data
        What its children get, or how to make it; None if it has nothing for them.
    """

    values: Mapping[str, Values]
    data: Data | Callable[[], Data] | None = None

    def handed_on(self) -> Data | None:
        """What the children get, made now if it was not yet."""
        return self.data() if callable(self.data) else self.data


@dataclass(frozen=True, slots=True, eq=False)
class Context:
    """What else is known of the events at hand.

    Attributes
    ----------
    events
        Position in the batch of each event at hand, int64, ascending.
    columns
        Columns of the whole batch so far: scalars of all point detectors, and fields of detectors before this one.
    """

    events: NDArray[np.int64]
    columns: Mapping[str, Column]

    def column(self, name: str) -> NDArray[Any] | None:
        """Values of another field for the events at hand, missing ones as in the file (NaN, -99999); None if there is none."""
        column = self.columns.get(name)
        return None if column is None or column.field.ragged else column.filled()[self.events]

    def at(self, positions: NDArray[np.int64]) -> "Context":
        """The same for some of the events at hand."""
        return replace(self, events=self.events[positions])


def context_of(count: int) -> Context:
    """Events of which nothing else is known."""
    return Context(np.arange(count), {})


def one_event(data: Data, position: int) -> Data:
    """A single event of some data, as views."""
    if isinstance(data, PixelList):
        start, stop = data.stops[position], data.stops[position + 1]
        columns = {name: values[start:stop] for name, values in data.columns.items()}
        whole = {name: values[position : position + 1] for name, values in data.whole.items()}
        return PixelList(data.lengths[position : position + 1], columns, whole)
    return data[position : position + 1]


def joined(outputs: Sequence[Output]) -> Output:
    """Outputs of consecutive events as one; at least one output."""
    values = {name: _joined_values([output.values[name] for output in outputs]) for name in outputs[0].values}
    if any(output.data is None for output in outputs):
        return Output(values)
    return Output(values, lambda: _joined_data([data for output in outputs if (data := output.handed_on()) is not None]))


def _joined_values(parts: Sequence[Values]) -> Values:
    if isinstance(parts[0], Ragged):
        ragged = [part for part in parts if isinstance(part, Ragged)]
        return Ragged(np.concatenate([part.values for part in ragged]), np.concatenate([part.lengths for part in ragged]))
    return np.concatenate([part for part in parts if not isinstance(part, Ragged)])


def _joined_data(parts: Sequence[Data]) -> Data:
    lists = [part for part in parts if isinstance(part, PixelList)]
    if not lists:
        return np.concatenate([part for part in parts if not isinstance(part, PixelList)])
    return PixelList(
        np.concatenate([part.lengths for part in lists]),
        {name: np.concatenate([part.columns[name] for part in lists]) for name in lists[0].columns},
        {name: np.concatenate([part.whole[name] for part in lists]) for name in lists[0].whole},
    )
