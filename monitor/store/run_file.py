"""Reading a run: finished or still being written, one file or many parts, by the same few words."""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from numpy.typing import NDArray

from monitor.errors import DamagedData, Unusable
from monitor.model.column import Column
from monitor.model.field import Field
from monitor.model.sums import Sums
from monitor.store import layout
from monitor.store.axis import axis_of, lengths_path
from monitor.store.joined import Joined
from monitor.store.journal import FinishEntry, LostEntry, SettingsEntry, configs_of, decode, finish_of, lost_of, settings_of
from monitor.store.names import names_of, part_number
from monitor.store.part_reader import PartReader
from monitor.store.summary import summary_of, total_sums

_TRIES = 20
_PAUSE_S = 0.05


def open_run(path: Path | str, live: bool = False) -> "RunFile":
    """Open a small-data file, during its run or after it.

    Parameters
    ----------
    path
        ``<experiment>_Run<nnnn>.h5`` (which need not exist yet while the first part is being written), or one part.
    live
        Whether ``refresh`` and ``wait`` shall see what is written from now on. Without it the run stays as it is now.

    Raises
    ------
    Unusable
        If there is no such run.
    DamagedData
        If a file is not ours, or is damaged.
    """
    return RunFile(Path(path), live=live)


class RunFile:
    """Columns by path, as far as they are committed; see ``open_run``."""

    def __init__(self, path: Path, *, live: bool = False) -> None:
        self.path = path
        self._live = live
        self._files = _settled(path, {})
        self._tell()

    def __len__(self) -> int:
        """Durable rows."""
        return self._summary.rows

    def __getitem__(self, path: str) -> NDArray[Any]:
        """All values of a column, shape (rows, ...); NaN, -99999 or 0 (unsigned) where an event has none.

        Of a ragged field the elements of all events one behind the other (``ragged`` takes them apart); of a field of a group of
        its own rate the rows of that group.
        """
        return self.read(path, 0, self.extent(path))

    def __contains__(self, path: object) -> bool:
        return path in self._summary.columns

    def __iter__(self) -> Iterator[str]:
        return iter(self._summary.columns)

    @property
    def columns(self) -> Mapping[str, Field]:
        """Path to field (dtype, shape, unit, description)."""
        return self._summary.columns

    @property
    def experiment(self) -> str:
        """Name of the experiment."""
        return self._summary.experiment

    @property
    def run(self) -> int:
        """Run number."""
        return self._summary.run

    @property
    def committed(self) -> int:
        """Sequence number behind the last event accounted for."""
        return self._summary.stop

    @property
    def sums(self) -> Sums:
        """State of each sum over the run so far; ``monitor.running.value`` says what it means."""
        index, covered = self._files.index, self._files.covered
        newer = [reader.sums() for reader in self._files.readers if index is None or part_number(reader.path) > covered]
        return total_sums([*([index.sums()] if index else []), *newer])

    @property
    def settings(self) -> Mapping[int, SettingsEntry]:
        """Settings by pipeline version."""
        return settings_of(self._entries)

    @property
    def config(self) -> Mapping[str, NDArray[Any]]:
        """What the rows were made with (masks, constants, parameters), by path below ``UserDataCfg``; read at each call."""
        return summary_of(self._files.readers, {}).config

    @property
    def used(self) -> Mapping[int, Mapping[str, tuple[str, str]]]:
        """Of each pipeline version what it used: name to path in ``config`` and SHA-256 of the content."""
        return configs_of(self._entries)

    @property
    def lost(self) -> list[LostEntry]:
        """Stretches of events that have no rows, and why."""
        return lost_of(self._entries)

    @property
    def end(self) -> FinishEntry | None:
        """How the run ended; None while it goes on."""
        return finish_of(self._entries)

    def read(self, path: str, start: int, stop: int) -> NDArray[Any]:
        """Values of rows ``start`` to ``stop``, as ``[path]``.

        Raises
        ------
        KeyError
            If no event of the run so far has that column.
        """
        return self._joined.read(path, start, stop)

    def extent(self, path: str) -> int:
        """Durable rows of a column: events, for most."""
        return self._joined.extent(axis_of(path, self.columns[path]))

    def ragged(self, path: str, start: int = 0, stop: int | None = None) -> Column:
        """A ragged field with its lengths, of rows ``start`` to ``stop``; its ``of_event(i)`` gives the elements of one of them.

        Raises
        ------
        KeyError
            If no event of the run so far has that field, or it is not ragged.
        """
        field = self.columns[path]
        if not field.ragged:
            raise KeyError(f"{path} is not ragged")
        where = lengths_path(axis_of(path, field))
        rows = self.extent(where)
        start, stop = min(start, rows), rows if stop is None else min(stop, rows)
        before, lengths = self.read(where, 0, start), self.read(where, start, stop)
        first = int(before.sum())
        return Column(field, self.read(path, first, first + int(lengths.sum())), None, lengths)

    def refresh(self) -> int:
        """See what is committed by now (only of a run opened live); gives the number of rows."""
        if self._live:
            self._files = _settled(self.path, self._files.closed_parts())
            self._tell()
        return len(self)

    def wait(self, rows: int, timeout_s: float) -> bool:
        """Refresh until there are this many rows or the run has ended; False when the time is over before."""
        deadline = time.monotonic() + timeout_s
        while self.refresh() < rows and self.end is None:
            if time.monotonic() >= deadline:
                return False
            time.sleep(min(_PAUSE_S, timeout_s))
        return len(self) >= rows

    def close(self) -> None:
        """Close all files; arrays that were read stay."""
        self._files.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def _tell(self) -> None:
        self._summary = summary_of(self._files.readers, {}, config=False)
        self._entries = decode(self._summary.journal)
        self._joined = Joined(self._files.readers, self.columns)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Files:
    """Open files of a run: what holds rows, and the index, which here serves for the sums of the parts it covers.

    Rows are never read through the index: when the parts go away its virtual datasets would quietly give missing values,
    whereas a part that is open stays readable.
    """

    readers: Sequence[PartReader]
    index: PartReader | None = None

    @property
    def covered(self) -> int:
        """Number of the last part in the index."""
        return int(self.index.attribute("part", 0)) if self.index else 0

    def closed_parts(self) -> dict[Path, PartReader]:
        """Let go of what can change; give the parts that nobody writes any more."""
        kept = {reader.path: reader for reader in self.readers if not reader.live and reader.attribute(layout.KIND) == "part"}
        _close([reader for reader in self.readers if reader.path not in kept], self.index)
        return kept

    def close(self) -> None:
        """Close everything."""
        _close(self.readers, self.index)


def _settled(path: Path, known: Mapping[Path, PartReader]) -> _Files:
    """All files of the run; tried again while its writer is putting new files in place of old ones."""
    for attempt in range(_TRIES):
        try:
            return _files(path, known)
        except FileNotFoundError as error:
            if attempt == _TRIES - 1 or not (path.exists() or _parts(path)):
                raise Unusable(f"there is no run file {path}") from error
        except DamagedData:
            if attempt == _TRIES - 1:
                raise
        time.sleep(_PAUSE_S)
    raise Unusable(f"{path} does not come to rest")


def _files(path: Path, known: Mapping[Path, PartReader]) -> _Files:
    """The one file of a finished run, or its parts."""
    names = names_of(path)
    if names is None or path != names.whole:
        return _Files(readers=[PartReader(path)])
    whole = PartReader(path) if path.exists() else None
    if whole is not None and whole.attribute(layout.KIND) != "index":
        _close(list(known.values()), None)
        return _Files(readers=[whole])
    readers: list[PartReader] = []
    try:
        for part in names.parts():
            readers.append(known[part] if part in known else PartReader(part))
        if not readers:
            raise FileNotFoundError(path)
    except (FileNotFoundError, DamagedData):
        _close([reader for reader in readers if reader.path not in known], whole)
        raise
    return _Files(readers=readers, index=whole)


def _close(readers: Sequence[PartReader], index: PartReader | None) -> None:
    for reader in readers:
        reader.close()
    if index is not None:
        index.close()


def _parts(path: Path) -> list[Path]:
    names = names_of(path)
    return names.parts() if names else []
