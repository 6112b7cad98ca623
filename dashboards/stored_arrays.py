"""Array fields and ragged fields of a recorded run, read piece by piece into bounded memory."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from dashboards.snapshot import Curves, FieldInfo, Lists
from dashboards.spread import is_among
from dashboards.table import Table
from monitor.model.field import Field
from monitor.store.axis import TIMESTAMP, axis_of, lengths_path
from monitor.store.run_file import RunFile

BUDGET_BYTES = 48 << 20
"""Most bytes of one field that are kept: 30 000 events of 200 points. Of larger ones only every second, fourth ... event is."""

PIECE_BYTES = 4 << 20
"""Read at once; a progress can be told, and other threads come to their turn, after each."""

Told = Callable[[float], None]
"""Takes the share that is read."""


def is_curve(field: Field) -> bool:
    """Whether a field has a fixed shape and numbers."""
    return bool(field.shape) and not field.ragged and field.dtype.kind in "iufb"


def is_list(field: Field) -> bool:
    """Whether a field has any number of plain numbers per event."""
    return field.ragged and not field.shape and field.dtype.kind in "iufb"


def curves_of(run: RunFile, path: str, rows: Table, told: Told, budget: int = BUDGET_BYTES) -> Curves:
    """A field of fixed shape.

    Parameters
    ----------
    run
        An open run.
    path
        Of the field.
    rows
        The newest rows of the run, which are those of the snapshot.
    told
        Is told how far it is.
    budget
        Most bytes of values that are kept; one event is kept whatever its size.

    Returns
    -------
    Curves
        One of so many events that have the field (``every``, a power of two), so that they fit. An event has it if its
        values are not all the missing value; of unsigned fields, whose missing value is 0, also if its source was present.
    """
    field = run.columns[path]
    seq, first = sequence_along(run, path, rows)
    size = int(np.prod(field.shape)) * field.dtype.itemsize
    most, step = max(1, budget // size), max(1, PIECE_BYTES // size)
    present = presence(rows, path, seq) if field.dtype.kind in "ub" else np.zeros(len(seq), bool)
    kept: list[NDArray[np.generic]] = []
    places: list[NDArray[np.int64]] = []
    order: list[NDArray[np.int64]] = []
    every, found, held = 1, 0, 0
    for start in range(0, len(seq), step):
        stop = min(len(seq), start + step)
        values = run.read(path, first + start, first + stop)
        there = _there(values, field) | present[start:stop]
        at = np.flatnonzero(there & (seq[start:stop] >= 0))
        counted = found + np.arange(len(at))
        some = is_among(counted, every)
        found, held = found + len(at), held + int(some.sum())
        kept.append(values[at[some]])
        places.append(start + at[some])
        order.append(counted[some])
        while held > most:
            every *= 2
            fewer = is_among(np.concatenate(order), every)
            kept, places, order = ([np.concatenate(each)[fewer]] for each in (kept, places, order))
            held = int(fewer.sum())
        told(stop / len(seq))
    nothing: NDArray[np.generic] = np.empty((0, *field.shape), field.dtype)
    at = np.concatenate([np.empty(0, np.int64), *places])
    return Curves(seq[at], np.concatenate([nothing, *kept]), FieldInfo(field.unit, field.description), every)


def lists_of(run: RunFile, path: str, rows: Table, told: Told, budget: int = BUDGET_BYTES) -> Lists:
    """A ragged field, as ``curves_of``; all fields of a ragged group have the same events.

    An event without elements has the field if its source was present, as far as the file tells that.
    """
    field = run.columns[path]
    group = axis_of(path, field)
    where = lengths_path(group)
    seq, first = sequence_along(run, where, rows)
    lengths = run.read(where, 0, first + len(seq)).astype(np.int64)
    ends = np.cumsum(lengths)[first:]
    lengths = lengths[first:]
    there = (seq >= 0) & ((lengths > 0) | presence(rows, path, seq, otherwise=True))
    at = np.flatnonzero(there)
    # By what every field of the group would take, whatever the size of its own elements.
    every, all_of_them = 1, at
    while len(at) > 1 and int(lengths[at].sum()) * 8 > budget:
        every *= 2
        at = all_of_them[is_among(np.arange(len(all_of_them)), every)]
    kept = lengths[at]
    elements = np.empty(int(kept.sum()), field.dtype)
    starts = np.cumsum(kept) - kept
    done = 0
    while done < len(at):
        stop = _piece(at, ends, lengths, done)
        low, high = int((ends - lengths)[at[done]]), int(ends[at[stop - 1]])
        shift = ends[at[done:stop]] - kept[done:stop] - low - starts[done:stop]
        here = np.arange(starts[done], starts[stop - 1] + kept[stop - 1])
        elements[here] = run.read(path, low, high)[here + np.repeat(shift, kept[done:stop])]
        done = stop
        told(done / len(at))
    return Lists(seq[at], starts, kept, elements, FieldInfo(field.unit, field.description), every)


def sequence_along(run: RunFile, path: str, rows: Table) -> tuple[NDArray[np.int64], int]:
    """Sequence numbers along the axis of a field, -1 = no row, and the place of the first in the file.

    Ordinary fields have a place for every row. Those of a group of its own rate say when their events were; a row of that time
    is theirs.
    """
    field = run.columns[path]
    first = len(run) - len(rows)
    if not field.aligned:
        return rows.seq, first
    clock = next((name for name in ("event_time", TIMESTAMP) if f"{field.aligned}/{name}" in run.columns), "")
    if not clock or clock not in run.columns or not len(rows):
        return np.full(run.extent(path), -1, np.int64), 0
    times, own = run.read(clock, first, len(run)), run[f"{field.aligned}/{clock}"]
    order = np.argsort(times, kind="stable")
    at = order[np.minimum(np.searchsorted(times[order], own), len(times) - 1)]
    return np.where(times[at] == own, rows.seq[at], -1), 0


def presence(rows: Table, path: str, seq: NDArray[np.int64], *, otherwise: bool = False) -> NDArray[np.bool_]:
    """Whether the source of a field was there in these events; ``otherwise`` where the rows do not tell."""
    told = rows.columns.get("damage/" + path.partition("/")[0])
    if told is None or not len(rows):
        return np.full(len(seq), otherwise)
    at = np.minimum(np.searchsorted(rows.seq, seq), len(rows) - 1)
    return np.where(rows.seq[at] == seq, told[at] == 1, otherwise)


def _there(values: NDArray[np.generic], field: Field) -> NDArray[np.bool_]:
    """Which events have any value that is not the missing one."""
    flat = values.reshape(len(values), -1)
    known: NDArray[np.bool_] = ~np.isnan(flat) if field.dtype.kind == "f" else flat != np.array(field.missing, field.dtype)
    return np.asarray(known.any(axis=1))


def _piece(at: NDArray[np.int64], ends: NDArray[np.int64], lengths: NDArray[np.int64], done: int) -> int:
    """Up to which of the chosen events one reading goes: so many bytes, one event at least."""
    begin = int(ends[at[done]] - lengths[at[done]])
    return max(done + 1, int(np.searchsorted(ends[at], begin + PIECE_BYTES // 8, side="right")))
