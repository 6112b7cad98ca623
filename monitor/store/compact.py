"""Many parts into one plain file: time-sorted, compressed, complete by itself; every HDF5 program reads it."""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from monitor.model.field import MISSING_INTEGER, Field
from monitor.model.sums import Sums
from monitor.store import layout
from monitor.store.chunks import FILTERS, write_rows
from monitor.store.names import hidden
from monitor.store.part_reader import PartReader
from monitor.store.present import present
from monitor.store.summary import Summary, summary_of

ROWS_PER_TURN = 16 * layout.ROWS_PER_CHUNK
BYTES_PER_READ = 16 << 20
THREADS = 2
"""Of those that compress; the machine has other work at the end of a run."""

EVENT_TIME = "event_time"


def compact(
    parts: Sequence[Path], target: Path, *, kind: str = "run", sort: bool = True, sums: Sums | None = None, sync: bool = True
) -> None:
    """Write what the parts have committed into one file, which then takes the place of ``target`` at once.

    Parameters
    ----------
    parts
        Parts of one run in order.
    target
        May be one of the parts: that is how a torn part is made whole.
    kind
        What the new file calls itself.
    sort
        Order rows by ``event_time`` (rows of equal time keep their order).
    sums
        Sums over all parts, if they are known; else they are read.
    sync
        Wait for the disk before the file takes its name.

    Raises
    ------
    DamagedData
        If a part cannot be read; nothing is changed then.
    """
    new = hidden(target)
    try:
        with ExitStack() as stack:
            readers = [stack.enter_context(PartReader(path)) for path in parts]
            summary = summary_of(readers, sums)
            order = _time_order(readers) if sort else None
            with h5py.File(new, "w", libver=layout.LIVE, locking="best-effort") as file:
                _write_columns(file, readers, summary, order)
                present(file, summary, kind)
            if sync:
                _sync(new)
        os.replace(new, target)
    finally:
        new.unlink(missing_ok=True)


def _time_order(readers: Sequence[PartReader]) -> NDArray[np.int64] | None:
    """Row numbers in order of time; None if they are in order already (the usual case), or some have no time."""
    times = [reader.read(EVENT_TIME, 0, reader.rows) for reader in readers if EVENT_TIME in reader.columns and reader.rows]
    if sum(len(part) for part in times) != sum(reader.rows for reader in readers) or not times:
        return None
    time = np.concatenate(times)
    if (time == MISSING_INTEGER).any() or (time[1:] >= time[:-1]).all():
        return None
    return np.argsort(time, kind="stable").astype(np.int64)


def _write_columns(file: h5py.File, readers: Sequence[PartReader], summary: Summary, order: NDArray[np.int64] | None) -> None:
    """All columns, some thousand rows at a time, so that each chunk is compressed once and memory stays bounded."""
    starts = np.concatenate([[0], np.cumsum([reader.rows for reader in readers])]).astype(np.int64)
    total = int(starts[-1])
    datasets = {path: layout.create_column(file, path, field, **FILTERS) for path, field in summary.columns.items()}
    for path, dataset in datasets.items():
        dataset.resize((total, *summary.columns[path].shape))
    with ThreadPoolExecutor(THREADS, thread_name_prefix="compact") as pool:
        for turn in range(0, total, ROWS_PER_TURN):
            for path, field in summary.columns.items():
                if 0 in field.shape:
                    continue
                step = _rows_per_read(field)
                for first in range(turn, min(turn + ROWS_PER_TURN, total), step):
                    stop = min(first + step, turn + ROWS_PER_TURN, total)
                    write_rows(datasets[path], first, _rows(readers, starts, path, field, first, stop, order), pool)


def _rows_per_read(field: Field) -> int:
    """Whole chunks, some MiB of them."""
    chunk = layout.rows_per_chunk(field.dtype, field.shape)
    row_bytes = max(1, field.dtype.itemsize * int(np.prod(field.shape, dtype=np.int64)))
    return min(ROWS_PER_TURN, chunk * max(1, BYTES_PER_READ // (chunk * row_bytes)))


def _rows(
    readers: Sequence[PartReader],
    starts: NDArray[np.int64],
    path: str,
    field: Field,
    first: int,
    stop: int,
    order: NDArray[np.int64] | None,
) -> NDArray[Any]:
    """Rows ``first`` to ``stop`` of the new file, shape (rows, ...)."""
    if order is None:
        return _span(readers, starts, path, field, first, stop)
    wanted = order[first:stop]
    low, high = int(wanted.min()), int(wanted.max()) + 1
    if high - low <= 4 * len(wanted):
        return _span(readers, starts, path, field, low, high)[wanted - low]
    # Far from sorted: stretches that lie side by side are read together.
    cuts = np.flatnonzero(np.diff(wanted) != 1) + 1
    return np.concatenate([_span(readers, starts, path, field, int(run[0]), int(run[-1]) + 1) for run in np.split(wanted, cuts)])


def _span(
    readers: Sequence[PartReader], starts: NDArray[np.int64], path: str, field: Field, first: int, stop: int
) -> NDArray[Any]:
    """Rows ``first`` to ``stop`` of the parts one behind the other; the missing value where a part lacks the column."""
    pieces = []
    for number in range(int(np.searchsorted(starts, first, "right")) - 1, len(readers)):
        low, high = max(first, int(starts[number])), min(stop, int(starts[number + 1]))
        if low >= stop:
            break
        if low >= high:
            continue
        if path in readers[number].columns:
            pieces.append(readers[number].read(path, low - int(starts[number]), high - int(starts[number])))
        else:
            pieces.append(np.full((high - low, *field.shape), field.missing, field.dtype))
    return pieces[0] if len(pieces) == 1 else np.concatenate(pieces)


def _sync(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())
