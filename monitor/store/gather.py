"""Rows of one commit as one block per dataset, missing values filled in."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.model.column import Column
from monitor.model.field import Field, group_in
from monitor.model.rows import Rows
from monitor.store.axis import EVENTS, STOOD_FOR, TIMES, TIMESTAMP, axis_of, lengths_field, lengths_path
from monitor.store.catalog import Catalog

Pieces = list[tuple[int, Column]]
"""Columns of one dataset, each with the number of its first event within the commit."""


@dataclass(slots=True)
class Gathered:
    """What a commit adds to a file.

    Attributes
    ----------
    counts
        Axis to number of new rows.
    columns
        Path to field, of every dataset with at least one value: what was never seen gets none.
    pieces
        Path to the columns of an ordinary dataset. They are put together only as ``values`` asks for them, so that hundreds of
        columns use the same memory one after the other.
    blocks
        Path to values of all others.
    events
        Of each group of its own rate the events that have a row there, as numbers within the commit.
    """

    counts: dict[str, int]
    columns: dict[str, Field] = field(default_factory=dict)
    pieces: dict[str, Pieces] = field(default_factory=dict)
    blocks: dict[str, NDArray[Any]] = field(default_factory=dict)
    events: dict[str, NDArray[np.int64]] = field(default_factory=dict)

    @property
    def nbytes(self) -> int:
        """Bytes of all values."""
        wide = sum(column.values.nbytes for pieces in self.pieces.values() for _, column in pieces)
        return wide + sum(block.nbytes for block in self.blocks.values())

    def values(self, path: str) -> NDArray[Any] | None:
        """New values of a dataset, shape (rows of its axis, *field.shape); the missing value where an event has none.

        A view of the rows where there is one table and nothing is missing; None if the commit has no value for it.
        """
        if path in self.pieces:
            return _block(self.columns[path], self.pieces[path], self.counts[EVENTS])
        return self.blocks.get(path)


def gather(rows: Sequence[Rows], catalog: Catalog) -> Gathered:
    """Columns and values of consecutive tables.

    ``timestamp`` stands in the place of ``event_time`` and ``fiducials`` where a table has it.

    Parameters
    ----------
    rows
        Tables in event order.
    catalog
        Gives paths; new fields are entered.

    Raises
    ------
    ValueError
        If the ragged fields of one group differ in the length of an event.
    """
    seen: dict[str, tuple[Field, Pieces]] = {}
    start = 0
    for table in rows:
        left_out = STOOD_FOR if TIMESTAMP in table.columns else ()
        for path, column in table.columns.items():
            if path in left_out:
                continue
            if table.count and (column.present is None or column.present.any()):
                seen.setdefault(catalog.path(column.field), (column.field, []))[1].append((start, column))
        start += table.count
    found = Gathered({EVENTS: start})
    for path, (one, pieces) in seen.items():
        if not one.ragged and not one.aligned:
            found.columns[path], found.pieces[path] = one, pieces
    special = {path: entry for path, entry in seen.items() if path not in found.columns}
    if special:
        _add_aligned(found, special)
        _add_ragged(found, special)
    return found


def _block(one: Field, pieces: Pieces, count: int) -> NDArray[Any]:
    """Values of all events, shape (count, *field.shape)."""
    if sum(len(column) for _, column in pieces) == count:
        blocks = [column.filled() for _, column in pieces]
        block = blocks[0] if len(blocks) == 1 else np.concatenate(blocks)
        return np.asarray(block, one.dtype).reshape(count, *one.shape)
    block = np.full((count, *one.shape), one.missing, one.dtype)
    for start, column in pieces:
        block[start : start + len(column)] = column.filled()
    return block


def _add_aligned(found: Gathered, special: Mapping[str, tuple[Field, Pieces]]) -> None:
    """Fields of groups of their own rate: a row where any field of the group has a value, with the times of its event."""
    count = found.counts[EVENTS]
    for path, (one, pieces) in special.items():
        if one.aligned:
            has = found.events.setdefault(path.split("/")[0], np.zeros(count, np.int64))
            for start, column in pieces:
                has[start : start + len(column)] |= column.mask
    for group, has in found.events.items():
        found.events[group] = events = np.flatnonzero(has)
        found.counts[group] = len(events)
        for name in TIMES:
            if name in found.columns:
                known = found.columns[name]
                found.columns[f"{group}/{name}"] = Field(
                    name=name, dtype=known.dtype, unit=known.unit, description=known.description, aligned=group
                )
                found.blocks[f"{group}/{name}"] = _block(known, found.pieces[name], count)[events]
    for path, (one, pieces) in special.items():
        if one.aligned and not one.ragged:
            found.columns[path] = one
            found.blocks[path] = _block(one, pieces, count)[found.events[path.split("/")[0]]]


def _add_ragged(found: Gathered, special: Mapping[str, tuple[Field, Pieces]]) -> None:
    """Ragged fields: the elements of all events, and their lengths once per group."""
    count = found.counts[EVENTS]
    groups: dict[str, dict[str, NDArray[np.int64]]] = {}
    for path, (one, pieces) in special.items():
        if one.ragged:
            groups.setdefault(axis_of(path, one), {})[path] = _lengths(pieces, count)
    for group, members in groups.items():
        together = np.maximum.reduce(list(members.values()))
        for path, own in members.items():
            one, pieces = special[path]
            found.columns[path] = one
            found.blocks[path] = _elements(path, one, pieces, own, together)
        one = special[next(iter(members))][0]
        events = found.events[group.split("/")[0]] if one.aligned else slice(None)
        found.columns[lengths_path(group)] = lengths_field(next(iter(members)), one)
        found.blocks[lengths_path(group)] = together[events]
        found.counts[group] = int(together.sum())


def _lengths(pieces: Pieces, count: int) -> NDArray[np.int64]:
    """Elements of each event, int64, shape (count,)."""
    lengths = np.zeros(count, np.int64)
    for start, column in pieces:
        lengths[start : start + len(column)] = 0 if column.lengths is None else column.lengths
    return lengths


def _elements(path: str, one: Field, pieces: Pieces, own: NDArray[np.int64], together: NDArray[np.int64]) -> NDArray[Any]:
    """Elements of all events; the missing value where only other fields of the group have some."""
    values = np.concatenate([np.empty((0, *one.shape), one.dtype), *(column.values for _, column in pieces)])
    short = own != together
    if not short.any():
        return values
    if own[short].any():
        raise ValueError(f"{path} has another number of elements than the other fields below {group_in(path)}")
    block = np.full((int(together.sum()), *one.shape), one.missing, one.dtype)
    block[np.repeat(~short, together)] = values
    return block


def total(counts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    """Rows by axis of several things together."""
    found: dict[str, int] = {}
    for each in counts:
        for axis, count in each.items():
            found[axis] = found.get(axis, 0) + count
    return found
