"""What a dataset runs along: events, the rows of a group of its own rate, or the elements of a ragged group."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from monitor.model.field import Field, group_in

EVENTS = ""
"""The axis of ordinary columns: one row per event."""

TIMES = ("event_time", "timestamp", "fiducials")
"""Columns of events that a group of its own rate has of its own."""

TIMESTAMP = "timestamp"
"""Column that rows of LCLS-II have: seconds since 1990 << 32 | nanoseconds."""
STOOD_FOR = ("event_time", "fiducials")
"""Columns in whose place ``timestamp`` stands in a file (small-data convention of LCLS-II)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lengths(Field):
    """Elements per row of a ragged group; a row that has none, or was before the first element, says 0."""

    @property
    def missing(self) -> int:
        """0."""
        return 0


def axis_of(path: str, field: Field) -> str:
    """Name of the axis of a dataset: the path of its ragged group, its group of its own rate, or ``EVENTS``."""
    if field.ragged:
        return group_in(path)
    return path.split("/")[0] if field.aligned else EVENTS


def axes_of(columns: Mapping[str, Field]) -> tuple[str, ...]:
    """Every axis of these columns but that of the events, sorted: the order of the commit record."""
    return tuple(sorted({axis_of(path, field) for path, field in columns.items()} - {EVENTS}))


def lengths_path(group: str) -> str:
    """Where the lengths of a ragged group are (small-data convention)."""
    return f"{group}_len"


def lengths_field(path: str, field: Field) -> Lengths:
    """The lengths of the group of a ragged field, which is at ``path``."""
    name = lengths_path(group_in(path))
    name = name.split("/", 1)[1] if field.aligned else name
    return Lengths(name=name, dtype=np.dtype("<i8"), unit="1", description="elements of each event", aligned=field.aligned)
