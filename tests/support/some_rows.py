"""Small row tables whose every value tells which event it belongs to."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from monitor.model.column import Column
from monitor.model.field import Field
from monitor.model.rows import Rows
from monitor.wire.rows import Reduced


def column(name: str, values: Any, *, dtype: str = "<f8", unit: str = "", present: Any = None) -> Column:
    array = np.asarray(values, dtype)
    mask = None if present is None else np.asarray(present, bool)
    return Column(Field(name=name, dtype=array.dtype, shape=array.shape[1:], unit=unit), array, mask)


def ragged(name: str, events: Sequence[Sequence[Any] | None], *, dtype: str = "<f8", shape: tuple[int, ...] = ()) -> Column:
    """A ragged column of these elements per event; ``None`` = the event has no value."""
    pieces = [np.zeros((0, *shape), dtype) if event is None else np.asarray(event, dtype).reshape(-1, *shape) for event in events]
    values = np.concatenate([np.zeros((0, *shape), dtype), *pieces])
    mask = None if all(event is not None for event in events) else np.array([event is not None for event in events])
    field = Field(name=name, dtype=values.dtype, shape=shape, ragged=True)
    return Column(field, values, mask, np.array([len(piece) for piece in pieces], np.int64))


def some_rows(first: int, stop: int, more: Mapping[str, Column] | None = None) -> Rows:
    """Rows whose ``seq`` is their sequence number and whose event time is a second per event."""
    seq = np.arange(first, stop)
    columns = {
        "event_time": column("event_time", seq << 32, dtype="<i8"),
        "fiducials": column("fiducials", seq * 3, dtype="<i8"),
        "pipeline_version": column("pipeline_version", np.ones(len(seq)), dtype="<i8"),
        "seq": column("seq", seq, dtype="<i8"),
    }
    return Rows(first, stop - first, {**columns, **(more or {})})


def some_reduced(first: int, stop: int, **changes: Any) -> Reduced:
    """What a worker would make of these events."""
    given: dict[str, Any] = {
        "rows": some_rows(first, stop),
        "experiment": "e81",
        "run": 98,
        "step": 0,
        "epoch": 0,
        "lease": 1,
        "worker": "w0",
        "created": 100.0,
        "received": 100.1,
        "finished": 100.3,
    }
    return Reduced(**{**given, **changes})
