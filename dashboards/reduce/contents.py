"""What is in a run: sources and their presence, steps, slow variables with their ages."""

from dataclasses import dataclass

import numpy as np

from dashboards.snapshot import Snapshot
from dashboards.table import Table

SLOW = ("epics/", "epicsAll/", "epicsUser/", "epicsOnce/")


@dataclass(frozen=True, slots=True)
class SourceContents:
    """One source.

    Attributes
    ----------
    name
        First step of the names of its fields.
    fields
        How many scalar columns it has.
    events
        Events that have a value in at least one of them.
    share
        The same as a share of all events.
    """

    name: str
    fields: int
    events: int
    share: float


@dataclass(frozen=True, slots=True)
class SlowVariable:
    """One slow variable.

    Attributes
    ----------
    name
        Its column without the group.
    value
        The newest one, NaN if there is none.
    unit
        Its unit.
    age
        Seconds, by the clock of the events, since it was last seen to change; NaN if it did not change in the rows kept.
    """

    name: str
    value: float
    unit: str
    age: float


def contents(rows: Table) -> list[SourceContents]:
    """The sources of these rows by alphabet; slow variables are told elsewhere."""
    groups: dict[str, list[str]] = {}
    for name in rows.columns:
        if "/" in name and not name.startswith(SLOW):
            groups.setdefault(name.split("/")[0], []).append(name)
    found = []
    for group, names in sorted(groups.items()):
        there = np.zeros(len(rows), bool)
        for name in names:
            there |= np.isfinite(rows.columns[name])
        events = int(there.sum())
        found.append(SourceContents(group, len(names), events, events / len(rows) if len(rows) else 0.0))
    return found


def slow_variables(snapshot: Snapshot, rows: Table, search: str) -> list[SlowVariable]:
    """Slow variables whose name has all words of the search, upper and lower case alike, by alphabet."""
    words = search.casefold().split()
    found = []
    for column, values in rows.columns.items():
        group = next((each for each in SLOW if column.startswith(each)), None)
        name = column.removeprefix(group or "")
        if group is None or not all(word in name.casefold() for word in words):
            continue
        known = np.flatnonzero(np.isfinite(values))
        newest = float(values[known[-1]]) if len(known) else float("nan")
        changes = known[1:][np.diff(values[known]) != 0]
        age = float(rows.time[-1] - rows.time[changes[-1]]) if len(changes) else float("nan")
        found.append(SlowVariable(name, newest, snapshot.unit(column), age))
    return sorted(found, key=lambda each: each.name.casefold())
