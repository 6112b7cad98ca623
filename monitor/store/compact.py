"""New files out of what parts have committed: one plain file of a whole run, or a whole copy of a torn part."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from monitor.model.field import Field
from monitor.model.sums import Sums
from monitor.store import layout
from monitor.store.axis import axis_of
from monitor.store.chunks import FILTERS, write_rows
from monitor.store.joined import Joined
from monitor.store.new_file import Check, new_file
from monitor.store.part_reader import PartReader
from monitor.store.present import present
from monitor.store.summary import summary_of

ROWS_PER_TURN = 16 * layout.ROWS_PER_CHUNK
BYTES_PER_READ = 16 << 20

THREADS = 2
"""Of those that compress; the machine has other work at the end of a run."""

Put = Callable[[h5py.Dataset, int, NDArray[Any]], None]


def compact(parts: Sequence[Path], target: Path, *, sums: Sums | None = None, sync: bool = True) -> None:
    """Make one file of a run: time-sorted, compressed, complete by itself; it takes the place of ``target`` at once.

    Parameters
    ----------
    parts
        Closed parts in order.
    target
        Where the file goes.
    sums
        Sums over all parts, if they are known; else they are read.
    sync
        Wait for the disk before the file takes its name.

    Raises
    ------
    DamagedData
        If a part cannot be read; nothing is changed then.
    """
    with ExitStack() as stack:
        readers = [stack.enter_context(PartReader(path)) for path in parts]
        summary = summary_of(readers, sums)
        file, check = stack.enter_context(new_file(target, sync=sync))
        pool = stack.enter_context(ThreadPoolExecutor(THREADS, thread_name_prefix="compact"))
        rows = Joined(readers, summary.columns, by_time=True)
        datasets = {path: layout.create_column(file, path, field, **FILTERS) for path, field in summary.columns.items()}
        _copy(rows, datasets, lambda dataset, first, block: write_rows(dataset, first, block, pool), check)
        present(file, summary, "run")


def make_whole(part: Path, *, sync: bool = True) -> None:
    """Put a copy that ends at the last commit in the place of a torn part: every program opens it, nothing in it is doubtful.

    Not compressed, so that the service is back soon.

    Raises
    ------
    DamagedData
        If the part cannot be read; it is left as it is then.
    """
    with PartReader(part) as reader, new_file(part, sync=sync) as (file, check):
        summary = summary_of([reader])
        datasets = {path: layout.create_column(file, path, field) for path, field in summary.columns.items()}
        _copy(Joined([reader], summary.columns), datasets, _write, check)
        present(file, summary, "part")


def _copy(rows: Joined, datasets: dict[str, h5py.Dataset], put: Put, check: Check) -> None:
    """All columns, axis by axis."""
    axes: dict[str, dict[str, h5py.Dataset]] = {}
    for path, dataset in datasets.items():
        axes.setdefault(axis_of(path, layout.field_of(dataset, path)), {})[path] = dataset
    for axis, members in axes.items():
        _copy_axis(rows, rows.extent(axis), members, put, check)


def _copy_axis(rows: Joined, extent: int, datasets: dict[str, h5py.Dataset], put: Put, check: Check) -> None:
    """Columns of one axis, some thousand rows at a time and in whole chunks, so that memory stays bounded."""
    for dataset in datasets.values():
        dataset.resize(extent, axis=0)
    for turn in range(0, extent, ROWS_PER_TURN):
        end = min(turn + ROWS_PER_TURN, extent)
        for path, dataset in datasets.items():
            if 0 in dataset.shape[1:]:
                continue
            step = _rows_per_read(layout.field_of(dataset, path))
            for first in range(turn, end, step):
                put(dataset, first, rows.read(path, first, min(first + step, end)))
                check()


def _rows_per_read(field: Field) -> int:
    """Whole chunks, some MiB of them."""
    chunk = layout.rows_per_chunk(field.dtype, field.shape)
    row_bytes = field.dtype.itemsize * int(np.prod(field.shape, dtype=np.int64))
    return min(ROWS_PER_TURN, chunk * max(1, BYTES_PER_READ // (chunk * row_bytes)))


def _write(dataset: h5py.Dataset, first: int, block: NDArray[Any]) -> None:
    dataset[first : first + len(block)] = block
