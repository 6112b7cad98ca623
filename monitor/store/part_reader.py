"""Reads one file of a run (part or whole) as it stood at its last commit, whether it is being written, closed or was torn."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import h5py
import numpy as np
from numpy.typing import NDArray

from monitor.errors import DamagedData, Unusable
from monitor.model.field import Field
from monitor.model.sums import Sums, SumState
from monitor.store import layout
from monitor.store.axis import EVENTS, axes_of, axis_of
from monitor.store.commit_log import Commit, last_valid
from monitor.store.journal import Entry, decode

_TRIES = 50


class PartReader:
    """A file of a run, limited to what its last commit covers.

    Parameters
    ----------
    path
        Part or whole file.

    Raises
    ------
    FileNotFoundError
        If it does not exist (any more).
    DamagedData
        If it is not one of our files, or has been damaged.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file, self.live = _open(path)
        try:
            self._sums = _sum_groups(self._file)
            # The records first: columns opened later are at least as long as the records say.
            records = self._file[layout.COMMITS][()]
            self.columns: Mapping[str, Field] = dict(_columns(self._file))
            self._axes = axes_of(self.columns)
            lengths = self._lengths()
            self.commit = last_valid(
                records,
                len(self._sums),
                rows=lengths.get(EVENTS, 0),
                journal=int(self._file[layout.JOURNAL].shape[0]),
                extents=tuple(lengths[axis] for axis in self._axes),
            )
        except (KeyError, OSError, RuntimeError, ValueError) as error:
            self._file.close()
            raise DamagedData(f"is not a small-data file of this program, or is damaged ({error})", source=str(path)) from error

    @property
    def rows(self) -> int:
        """Durable rows."""
        return self.commit.rows if self.commit else 0

    def extent(self, axis: str) -> int:
        """Durable rows along an axis; 0 if nothing in this file runs along it."""
        if axis == EVENTS:
            return self.rows
        return self.commit.extents[self._axes.index(axis)] if self.commit and axis in self._axes else 0

    def attribute(self, name: str, default: Any = None) -> Any:
        """An attribute of the file."""
        return self._file.attrs.get(name, default)

    def read(self, path: str, start: int, stop: int) -> NDArray[Any]:
        """Values of rows ``start`` to ``stop`` of a column, shape (rows, ...); a copy."""
        return np.asarray(self._file[path][start : min(stop, self.extent(axis_of(path, self.columns[path])))])

    def stored_rows(self, path: str) -> int:
        """Length of a column as it lies in the file, durable or not."""
        return int(self._file[path].shape[0])

    def config(self) -> dict[str, NDArray[Any]]:
        """What the rows were made with, by path below ``UserDataCfg``; copies."""
        found: dict[str, NDArray[Any]] = {}

        def visit(path: str, node: object) -> None:
            if isinstance(node, h5py.Dataset) and not path.startswith(f"{layout.PIPELINE}/"):
                found[path] = np.asarray(node[()])

        if layout.CONFIG in self._file:
            self._file[layout.CONFIG].visititems(visit)
        return found

    def journal(self) -> bytes:
        """Durable lines of the journal."""
        length = self.commit.journal if self.commit else 0
        return bytes(self._file[layout.JOURNAL][:length].tobytes())

    def entries(self) -> list[Entry]:
        """What the journal says."""
        try:
            return decode(self.journal())
        except ValueError as error:
            raise DamagedData(f"has an unreadable journal ({error})", source=str(self.path)) from error

    def sums(self) -> Sums:
        """State of each sum over the rows; copies. Of a file that is being written, possibly a few commits newer, but whole.

        Raises
        ------
        Unusable
            If the writer commits faster than the sums can be read.
        """
        commit = self.commit
        for _ in range(_TRIES):
            try:
                states, newer = self._states(commit), self._newest()
            except (KeyError, OSError, RuntimeError) as error:
                if self.live:
                    continue
                raise DamagedData(f"has sums that cannot be read ({error})", source=str(self.path)) from error
            # A slot is written again after the next commit; what was read then may be of two commits.
            if newer == commit:
                return states
            commit = newer
        raise Unusable(f"the sums in {self.path} change faster than they can be read; try again when the run is slower")

    def _states(self, commit: Commit | None) -> dict[str, SumState]:
        if commit is None:
            return {}
        states = {}
        for group, slot, count in zip(self._sums, commit.slots, commit.counts, strict=True):
            if count:
                arrays = {key: group[f"{slot}/{key}"][()] for key in group[str(slot)]}
                states[str(group.attrs["name"])] = SumState(str(group.attrs["kind"]), count, arrays)
        return states

    def _newest(self) -> Commit | None:
        """The last commit by now; that of the beginning for a file that nobody writes."""
        if not self.live or self.commit is None:
            return self.commit
        records = self._file[layout.COMMITS]
        records.id.refresh()
        everything = np.iinfo(np.int64).max
        extents = (everything,) * len(self._axes)
        return last_valid(records[()], len(self._sums), rows=everything, journal=everything, extents=extents)

    def _lengths(self) -> dict[str, int]:
        """Length of the shortest column along each axis, durable or not."""
        found: dict[str, int] = {}
        for path, field in self.columns.items():
            axis, length = axis_of(path, field), int(self._file[path].shape[0])
            found[axis] = min(found.get(axis, length), length)
        return found

    def close(self) -> None:
        """Close the file; arrays that were read stay."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()


def kind_of(path: Path) -> str:
    """What a file says it is: ``part``, ``index``, ``run``; empty for a file of other origin.

    Raises
    ------
    FileNotFoundError
        If it does not exist.
    DamagedData
        If it is not an HDF5 file, or cannot be opened.
    """
    file, _ = _open(path)
    with file:
        return str(file.attrs.get(layout.KIND, ""))


def _open(path: Path) -> tuple[h5py.File, bool]:
    """The file, and whether it is marked as being written (or was when its writer died)."""
    try:
        return h5py.File(path, "r", locking="best-effort"), False
    except FileNotFoundError:
        raise
    except OSError as error:
        if "already open for write" not in str(error):
            raise DamagedData(f"cannot be opened as HDF5 ({error})", source=str(path)) from error
    try:
        return h5py.File(path, "r", libver="latest", swmr=True, locking="best-effort"), True
    except OSError as error:
        raise DamagedData(f"cannot be opened as HDF5 ({error})", source=str(path)) from error


def _sum_groups(file: h5py.File) -> list[h5py.Group]:
    """Groups of the sums, in the order of the commit record."""
    groups = file.get(layout.SUM_STATES, {})
    return [groups[number] for number in sorted(groups, key=int)]


def _columns(node: h5py.Group, above: str = "") -> Iterator[tuple[str, Field]]:
    """Path and field of every column, depth first."""
    for name in node:
        child = node[name]
        if not above and name in (layout.PRIVATE, layout.SUMS, layout.CONFIG):
            continue
        if isinstance(child, h5py.Group):
            yield from _columns(child, f"{above}{name}/")
        else:
            yield f"{above}{name}", layout.field_of(child, f"{above}{name}")
