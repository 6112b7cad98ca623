"""Rows of a message taken apart into single events, as tools want them that know no tables."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.aggregator.thinning import SEQ, Thinning, sequence_numbers
from monitor.errors import ProtocolError
from monitor.model.column import Column
from monitor.wire import checked
from monitor.wire.message import Message
from monitor.wire.rows import rows_of

Value = bool | int | float | str | NDArray[Any]


@dataclass(frozen=True, slots=True)
class Moment:
    """Which event: sequence number, Unix time in whole seconds and nanoseconds, fiducials; -1 = not known."""

    seq: int
    seconds: int = -1
    nanoseconds: int = -1
    fiducials: int = -1

    @property
    def time(self) -> float:
        """Unix time in seconds."""
        return self.seconds + self.nanoseconds * 1e-9


@dataclass(frozen=True, slots=True)
class Table:
    """Events of one message.

    Attributes
    ----------
    moments
        Which events they are.
    columns
        Field to values, without those that are in ``moments``.
    run
        Run of all of them.
    """

    moments: Sequence[Moment]
    columns: dict[str, Column]
    run: int = -1

    def events(self) -> Iterator[tuple[Moment, dict[str, Value]]]:
        """Every event with the values it has; absent ones are left out. Numbers are plain ones, arrays are views."""
        series = [(path, values_of(column), column.mask.tolist()) for path, column in self.columns.items()]
        for i, moment in enumerate(self.moments):
            yield moment, {path: values[i] for path, values, there in series if there[i]}


class TableMaker:
    """Makes tables of row messages.

    Parameters
    ----------
    fields, every
        As in ``Thinning``.
    """

    def __init__(self, fields: Sequence[str] = (), every: int = 1) -> None:
        self._thinning = Thinning(fields, every=every)

    def table(self, message: Message) -> Table:
        """The table in a message of the topic ``rows/events``.

        Raises
        ------
        ProtocolError
            If the message breaks the rules.
        """
        reduced = self._thinning.thin(rows_of(message))
        rows = reduced.rows
        time, fiducials = rows.columns["event_time"].values, rows.columns["fiducials"].values
        whole, rest = (time >> 32).tolist(), (time & 0xFFFFFFFF).tolist()
        moments = list(map(Moment, sequence_numbers(rows).tolist(), whole, rest, fiducials.tolist()))
        told = ("event_time", "fiducials", SEQ.name)
        return Table(moments, {path: column for path, column in rows.columns.items() if path not in told}, reduced.run)


def frame_of(message: Message) -> tuple[str, Moment, NDArray[Any]]:
    """Detector, event and image of a message of a topic ``frame/…``; the image is C-contiguous, shape (rows, columns).

    Raises
    ------
    ProtocolError
        If the message breaks the rules.
    """
    image = message.arrays.get("image")
    if image is None or image.ndim != 2 or image.dtype.kind not in "iuf" or not image.size:
        raise ProtocolError(f"{message.topic!r} has no two-dimensional image")
    time, fiducials = message.header.get("event_time"), message.header.get("fiducials")
    seq = checked.integer(message, "seq")
    detector = message.topic.removeprefix("frame/")
    if not isinstance(time, int) or not isinstance(fiducials, int):
        return detector, Moment(seq), np.ascontiguousarray(image)
    return detector, Moment(seq, time >> 32, time & 0xFFFFFFFF, fiducials), np.ascontiguousarray(image)


def values_of(column: Column) -> list[Any]:
    """One value per event: plain numbers and texts for scalars, views for arrays and ragged fields."""
    if column.lengths is not None:
        stops = np.cumsum(column.lengths).tolist()
        return [column.values[stop - n : stop] for stop, n in zip(stops, column.lengths.tolist(), strict=True)]
    if column.values.ndim > 1:
        return list(column.values)
    listed: list[Any] = column.values.tolist()
    return [text.decode(errors="replace") for text in listed] if column.values.dtype.kind == "S" else listed
