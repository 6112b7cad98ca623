"""One part of a run while it is written: rows, sums and journal become durable together, and others may read meanwhile."""

import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from monitor.model.field import Field
from monitor.model.sums import Sums, SumState
from monitor.running import merge
from monitor.store import layout
from monitor.store.axis import EVENTS, axes_of, axis_of
from monitor.store.chunks import append_rows
from monitor.store.commit_log import Commit, record, record_type
from monitor.store.gather import Gathered
from monitor.store.journal import Entry
from monitor.store.names import hidden
from monitor.store.new_file import filled, let_go, sync_directory
from monitor.store.present import put_settings
from monitor.store.sum_slots import SumSlots, create_slots, fits


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What a part says about itself.

    Attributes
    ----------
    experiment, run
        Whose rows these are.
    number
        Counts from 1 within the run.
    first
        Sequence number from which this part accounts for events.
    service
        Name of the service that writes, so that it finds its files again after a restart.
    """

    experiment: str
    run: int
    number: int
    first: int
    service: str = ""


class PartWriter:
    """Appends to one HDF5 file in single-writer/multiple-readers mode.

    Everything the file will ever hold is created here, because nothing may be created in that mode: what does not fit
    (``takes``) needs the next part. Unfiltered, so that a chunk that is not full yet is completed in place.

    Parameters
    ----------
    path
        Final name; the file appears under it with its first commit, so that what others have seen never goes away again.
    head
        What it says about itself.
    columns
        Path to field.
    sums
        Sums it must be able to hold; their arrays give shapes.
    journal
        Lines said before; they become durable with the first commit.
    shown
        What was said so far, to be shown under ``UserDataCfg`` from the beginning.
    config
        What rows were made with so far, by path below ``UserDataCfg``.
    sync
        Also wait for the disk at each commit, so that a commit survives the machine.
    """

    def __init__(
        self,
        path: Path,
        head: Head,
        columns: Mapping[str, Field],
        sums: Sums,
        journal: bytes,
        *,
        shown: Sequence[Entry] = (),
        config: Mapping[str, NDArray[Any]] | None = None,
        sync: bool = True,
    ) -> None:
        self.path = path
        self.head = head
        self.columns = dict(columns)
        self.extents = dict.fromkeys((EVENTS, *axes_of(columns)), 0)
        self.started = time.monotonic()
        self._sync = sync
        self._states: dict[str, SumState] = {}
        self._stop = -1
        self._new: Path | None = (new := hidden(path))
        with filled(new, sync=sync) as (file, _):
            _create(file, head, self.columns, sums)
            put_settings(file, shown, config or {})
            layout.mark_groups(file)
        self._file = h5py.File(new, "r+", libver=layout.LIVE, locking="best-effort")
        self._made = os.fstat(self._descriptor)
        self._datasets = {name: (self._file[name], axis_of(name, field), field.shape) for name, field in self.columns.items()}
        self._journal, self._records = self._file[layout.JOURNAL], self._file[layout.COMMITS]
        self._slots = SumSlots(self._file)
        self._begin(np.frombuffer(journal, "u1"))

    @property
    def rows(self) -> int:
        """Rows written: events."""
        return self.extents[EVENTS]

    @property
    def nbytes(self) -> int:
        """Size of the file so far."""
        return int(self._file.id.get_filesize())

    @property
    def in_place(self) -> bool:
        """Whether the file still has its name: one that was removed takes all that is written and keeps nothing."""
        try:
            return os.path.samestat(os.stat(self._new or self.path), self._made)
        except FileNotFoundError:
            return False

    @property
    def sums(self) -> Sums:
        """State of each sum over the rows of this part."""
        return self._states

    def takes(self, columns: Mapping[str, Field], sums: Sums) -> bool:
        """Whether these fit what was created."""
        known = all(name in self.columns for name in columns)
        return known and all(
            self._slots.takes(name, state) and fits(self._states.get(name, state), state) for name, state in sums.items()
        )

    def commit(self, rows: Gathered, sums: Sums, lines: bytes, *, stop: int) -> None:
        """Make rows, sums and lines durable together.

        Parameters
        ----------
        rows
            New rows along each axis and their values; columns that have none get the missing value.
        sums
            Sums over the events of this commit; merged into what the part has.
        lines
            Journal lines.
        stop
            Sequence number behind the last event accounted for.
        """
        self._append_rows(rows)
        self._append(self._journal, np.frombuffer(lines, "u1"))
        changed = {name: merge(self._states[name], state) if name in self._states else state for name, state in sums.items()}
        self._slots.write(changed)
        self._states.update(changed)
        self._stop = stop
        self._seal()
        if self._new is not None:
            self._appear(self._new)

    def close(self) -> None:
        """End the part; its sums then stand in the first slots, where ``Sums/`` shows them. One without a commit goes away."""
        if self._stop >= 0:
            self._slots.settle(self._states)
            self._seal()
        self._file.close()
        self._unmake()

    def abandon(self) -> None:
        """Let go of a file that could not be written; what was committed can be recovered from it."""
        let_go(self._file)
        self._unmake()

    @property
    def _descriptor(self) -> int:
        return int(self._file.id.get_vfd_handle())

    def _begin(self, journal: NDArray[np.uint8]) -> None:
        """Let others read from the moment the file has its name."""
        try:
            self._file.swmr_mode = True
            self._append(self._journal, journal)
            self._flush()
        except BaseException:
            self.abandon()
            raise

    def _appear(self, new: Path) -> None:
        """Give the file its name."""
        new.replace(self.path)
        self._new = None
        if self._sync:
            sync_directory(self.path.parent)

    def _unmake(self) -> None:
        if self._new is not None:
            self._new.unlink(missing_ok=True)

    def _append_rows(self, rows: Gathered) -> None:
        """Extend every column; write those that have values."""
        before = dict(self.extents)
        for axis, count in rows.counts.items():
            self.extents[axis] += count
        for name, (dataset, axis, shape) in self._datasets.items():
            first, stop = before[axis], self.extents[axis]
            if first == stop:
                continue
            dataset.id.set_extent((stop, *shape))
            values = rows.values(name)
            if values is not None and values.size:
                append_rows(dataset, first, np.ascontiguousarray(values, dataset.dtype))

    def _append(self, dataset: h5py.Dataset, values: NDArray[Any]) -> None:
        if len(values):
            end = dataset.shape[0]
            dataset.resize((end + len(values),))
            dataset[end:] = values

    def _seal(self) -> None:
        """Write the commit record, after everything it speaks of is on its way to the disk."""
        self._flush()
        self._append(
            self._records,
            record(
                Commit(
                    stop=self._stop,
                    rows=self.rows,
                    journal=int(self._journal.shape[0]),
                    time=time.time(),
                    slots=self._slots.current,
                    counts=tuple(self._states[name].count if name in self._states else 0 for name in self._slots.names),
                    extents=tuple(self.extents[axis] for axis in axes_of(self.columns)),
                )
            ),
        )
        self._flush()

    def _flush(self) -> None:
        self._file.flush()
        if self._sync:
            os.fsync(self._descriptor)


def _create(file: h5py.File, head: Head, columns: Mapping[str, Field], sums: Sums) -> None:
    """Everything the file will ever hold."""
    file.attrs[layout.KIND] = "part"
    file.attrs["experiment"] = head.experiment
    file.attrs["run"] = head.run
    file.attrs["part"] = head.number
    file.attrs["first"] = head.first
    file.attrs["service"] = head.service
    for name, field in columns.items():
        layout.create_column(file, name, field)
    file.create_dataset(layout.JOURNAL, (0,), "u1", maxshape=(None,), chunks=(1 << 14,))
    records = record_type(len(sums), len(axes_of(columns)))
    file.create_dataset(layout.COMMITS, (0,), records, maxshape=(None,), chunks=(max(1, 8192 // records.itemsize),))
    create_slots(file, sums)
