"""Where the files of runs are: small-data files in a folder, or nowhere."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from numpy.typing import NDArray

from monitor.errors import Unusable
from monitor.model.rows import Rows
from monitor.model.sums import Sums
from monitor.settings import Settings, bytes_in
from monitor.store.face import RunStore
from monitor.store.journal import LostEntry
from monitor.store.smalldata import SmallDataFile


class Stores(Protocol):
    """Opens the file of each run."""

    @property
    def file(self) -> str:
        """Path of the file that was opened last; empty if there is none."""

    def open(self, experiment: str, run: int, first: int, *, resume: bool) -> RunStore:
        """The file of a run, whose first event has the sequence number ``first``.

        Parameters
        ----------
        resume
            An earlier process of this service had begun it: go on behind its last commit.

        Raises
        ------
        Unusable
            If it cannot be written, or exists and is not ours.
        """


class SmallDataStores:
    """Small-data files in the folder the settings name.

    Parameters
    ----------
    settings
        Folder, size and kind of the files, and what to do about one that is there already.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings.store
        self._roll_bytes = bytes_in(settings.store.roll_size, key="store.roll_size")
        self.file = ""

    def open(self, experiment: str, run: int, first: int, *, resume: bool) -> RunStore:
        """The file of a run; see ``Stores.open``."""
        store = SmallDataFile(
            Path(self._settings.directory),
            experiment,
            run,
            first=first,
            existing="resume" if resume else self._settings.existing,
            roll_bytes=self._roll_bytes,
            compacted=self._settings.compact,
        )
        self.file = str(store.path)
        return store


class NoStores:
    """Nothing is kept but how far the service got.

    Parameters
    ----------
    folder
        Runtime folder of the service.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.file = ""

    def open(self, experiment: str, run: int, first: int, *, resume: bool) -> RunStore:
        """A store that drops everything; see ``Stores.open``."""
        return Unkept(self._folder / "unkept.txt", first, resume=resume)


class Unkept:
    """A run that nobody wants to keep: has the face of ``RunStore``; only its progress outlives the process."""

    def __init__(self, path: Path, first: int, *, resume: bool) -> None:
        self._path = path
        self.committed = first
        self.rows = 0
        self.sums: Sums = {}
        self.gaps: Sequence[LostEntry] = ()
        self.finished = False
        if resume and path.exists():
            committed, self.rows = (int(word) for word in path.read_text().split())
            self.committed = max(first, committed)

    def settings(self, version: int, text: str, *, first: int, author: str = "", time: float = 0.0) -> None:
        """Not kept."""

    def config(self, version: int, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Not kept."""

    def lost(self, first: int, stop: int, why: str) -> None:
        """Not kept."""

    def commit(self, rows: Sequence[Rows], sums: Sums, *, stop: int) -> None:
        """Note how far it got."""
        self.rows += sum(table.count for table in rows)
        self.committed = stop
        fresh = self._path.with_name(f".{self._path.name}.{os.getpid()}")
        try:
            fresh.write_text(f"{stop} {self.rows}")
            fresh.replace(self._path)
        except OSError as error:
            raise Unusable(f"{self._path} cannot be written: {error.strerror}") from error

    def finish(self, *, complete: bool = True, ledger: Mapping[str, int] | None = None) -> None:
        """The run is over."""
        self.finished = True

    def close(self) -> None:
        """Nothing is open."""


def stores_for(settings: Settings, folder: Path) -> Stores:
    """Small-data files where the settings name a folder for them, else nothing."""
    return SmallDataStores(settings) if settings.store.directory else NoStores(folder)
