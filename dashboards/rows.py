"""Row messages to tables: presence becomes NaN, short vectors become one column per element."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dashboards.table import Table
from monitor.errors import ProtocolError
from monitor.wire.message import Message

MAX_ELEMENTS = 16
"""Vectors up to this length (channels, peaks) are shown as scalars ``name[0]`` ...; longer ones are no scalars."""

HIDDEN = frozenset({"event_time", "seq"})


def table_of(message: Message) -> Table:
    """Rows of a ``rows`` or ``history`` message.

    Raises
    ------
    ProtocolError
        If its numbers do not fit each other.
    """
    first, count = message.header.get("first"), message.header.get("count")
    if not isinstance(first, int) or not isinstance(count, int) or count < 0:
        raise ProtocolError("rows without first or count")
    columns: dict[str, NDArray[np.float64]] = {}
    for name, values, present in _fields(message, count):
        columns.update(_columns(name, values, present))
    return Table(
        sequence_of(message.arrays.get("c/seq"), first, count),
        np.full(count, _number(message.header, "run"), np.int64),
        np.full(count, _number(message.header, "step"), np.int64),
        _time(message.arrays.get("c/event_time"), count),
        {name: values for name, values in columns.items() if name not in HIDDEN},
    )


def element_names(name: str, shape: tuple[int, ...]) -> list[str]:
    """Names of the columns a field of this shape becomes; none if it is no scalar and no short vector."""
    if not shape:
        return [name]
    return [f"{name}[{i}]" for i in range(shape[0])] if len(shape) == 1 and 0 < shape[0] <= MAX_ELEMENTS else []


def _fields(message: Message, count: int) -> Iterator[tuple[str, NDArray[Any], NDArray[Any] | None]]:
    """Numeric arrays of the message by field name, each with its presence."""
    for key, values in message.arrays.items():
        if not key.startswith("c/") or values.dtype.kind not in "iufb":
            continue
        name = key[2:]
        if f"n/{name}" in message.arrays:
            # Any number of elements per event: nothing that a curve or a histogram of events could show.
            continue
        present = message.arrays.get("p/" + name)
        if values.ndim < 1 or len(values) != count or (present is not None and present.shape != (count,)):
            raise ProtocolError(f"field {name!r} does not have one value per row")
        yield name, values, present


def _columns(name: str, values: NDArray[Any], present: NDArray[Any] | None) -> dict[str, NDArray[np.float64]]:
    """A field as float columns, NaN where absent."""
    names = element_names(name, values.shape[1:])
    if not names:
        return {}
    wide = values.reshape(len(values), len(names)).astype(np.float64)
    if present is not None:
        wide[~present.astype(bool)] = np.nan
    return {each: wide[:, i] for i, each in enumerate(names)}


def sequence_of(values: NDArray[Any] | None, first: int, count: int) -> NDArray[np.int64]:
    """Sequence numbers: history says them per row, because there may be gaps; live rows follow each other."""
    if values is None:
        return np.arange(first, first + count)
    if values.shape != (count,) or values.dtype.kind not in "iu" or (np.diff(values.astype(np.int64)) <= 0).any():
        raise ProtocolError("the sequence numbers of the rows do not rise")
    return values.astype(np.int64)


def _number(header: Mapping[str, Any], key: str) -> int:
    value = header.get(key)
    return value if isinstance(value, int) else -1


def _time(event_time: NDArray[Any] | None, count: int) -> NDArray[np.float64]:
    """Unix seconds of the small-data time words (seconds << 32 | nanoseconds); NaN if they are not there."""
    if event_time is None or event_time.shape != (count,) or event_time.dtype.kind not in "iu":
        return np.full(count, np.nan)
    words = event_time.astype(np.int64)
    seconds: NDArray[np.float64] = (words >> 32) + (words & 0xFFFFFFFF) * 1e-9
    return seconds
