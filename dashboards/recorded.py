"""A run in a file as a snapshot, so that the pages of the present show the past as well."""

import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from dashboards.place import Place, marks_of
from dashboards.recorded_run import details_message, snapshot_of
from dashboards.snapshot import Curves, Lists, Snapshot
from dashboards.stored_shelf import StoredFields, StoredShelf
from monitor.errors import DamagedData, Unusable, XtcmonError
from monitor.store.run_file import open_run
from monitor.wire.message import Message

READ_ONLY = "this is a recorded run; its settings cannot be changed"
KEPT_OPEN = 3


class Recorded:
    """One recorded run with the face of a feed; the sessions that look at it share it.

    Parameters
    ----------
    path
        The run's file.

    Raises
    ------
    Unusable, DamagedData
        If it cannot be read.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        # Open as long as somebody looks at it: array fields are read when they are asked for.
        self._run = open_run(path)
        self._shelf: StoredShelf | None = None
        self._known: dict[str, Future[Message]] = {}
        try:
            whole = snapshot_of(self._run)
        except (XtcmonError, OSError):
            self._run.close()
            raise
        self._shelf = StoredShelf(self._run, whole.rows)
        self._whole = replace(whole, curves=self._curves(None), lists=self._lists(None))

    @property
    def snapshot(self) -> Snapshot:
        """The whole run."""
        return self._whole

    @property
    def shelf(self) -> StoredShelf:
        """Its array fields."""
        assert self._shelf is not None
        return self._shelf

    def at(self, event: int | None) -> Snapshot:
        """The run as it was after this event; ``None`` = at its end. Pictures are those of the whole run."""
        rows = self._whole.rows
        if event is None or not len(rows):
            return self._whole
        stop = int(np.searchsorted(rows.seq, event, side="right"))
        changes = tuple(change for change in self._whole.changes if change.first <= event)
        arrays: dict[str, Any] = {"curves": self._curves(event), "lists": self._lists(event)}
        return replace(self._whole, version=stop, rows=rows.part(0, stop), changes=changes, **arrays)

    def detector(self, name: str) -> Future[Message]:
        """Where the pixels of a detector are, out of the file; read beside the pages, once."""
        if name not in self._known:
            answer = self._known[name] = Future()
            threading.Thread(target=self._tell, args=(name, answer), name="dashboard-detector", daemon=True).start()
        return self._known[name]

    def close(self) -> None:
        """Read no more of it."""
        self.shelf.close()
        self._run.close()

    def _curves(self, until: int | None) -> Mapping[str, Curves]:
        return StoredFields(self.shelf, self.shelf.curves, until)

    def _lists(self, until: int | None) -> Mapping[str, Lists]:
        return StoredFields(self.shelf, self.shelf.lists, until)

    def _tell(self, name: str, answer: Future[Message]) -> None:
        """In a thread of its own, with the file opened anew."""
        try:
            with open_run(self._path) as run:
                answer.set_result(details_message(run, name))
        except (Unusable, DamagedData) as error:
            answer.set_exception(error)
        self.shelf.progress += 1


class Recordings:
    """Recorded runs that somebody looks at; the few last ones are kept, read anew when their file has grown."""

    def __init__(self) -> None:
        self._open: OrderedDict[tuple[Path, float], Recorded] = OrderedDict()
        self._lock = threading.Lock()

    def open(self, path: Path) -> Recorded:
        """A run.

        Raises
        ------
        Unusable, DamagedData
            If it cannot be read.
        """
        try:
            key = (path, path.stat().st_mtime if path.exists() else 0.0)
        except OSError as error:
            raise Unusable(f"{path} cannot be read: {error.strerror}") from error
        with self._lock:
            if key not in self._open:
                self._open[key] = Recorded(path)
                while len(self._open) > KEPT_OPEN:
                    # Whoever still looks at it goes on with what is read; the file is closed with the last of them.
                    self._open.popitem(last=False)
            self._open.move_to_end(key)
            return self._open[key]

    def close(self) -> None:
        """Read no more."""
        with self._lock:
            for run in self._open.values():
                run.close()
            self._open.clear()


class RecordedFeed:
    """What one session sees of a recorded run: a feed that stands still, and can be moved along the run.

    Parameters
    ----------
    run
        The run.
    at
        Event up to which it is shown; ``None`` = all.
    """

    def __init__(self, run: Recorded, at: int | None = None) -> None:
        self._run = run
        self._version, self._progress = 0, -1
        self._snapshot = Snapshot()
        self.position = at
        self._show()

    @property
    def snapshot(self) -> Snapshot:
        """The run up to the chosen event; another one when more of its array fields is read."""
        if self._progress != self._run.shelf.progress:
            self._show()
        return self._snapshot

    @property
    def whole(self) -> Snapshot:
        """The whole run."""
        return self._run.snapshot

    @property
    def place(self) -> Place:
        """Where in its run this is."""
        seq = self.whole.rows.seq
        first, last = (int(seq[0]), int(seq[-1])) if len(seq) else (0, 0)
        at = last if self.position is None else self.position
        return Place("recorded", first, last, at, marks_of(self.whole.changes, first, last))

    def seek(self, to: str) -> None:
        """Show the run as it was after an event; anything else than a number shows all of it."""
        self.position = int(to) if to.isdecimal() else None
        self._show()

    def _show(self) -> None:
        self._version += 1
        self._progress = self._run.shelf.progress
        self._snapshot = replace(self._run.at(self.position), version=self._version, reading=self._run.shelf.reading)

    def watch(self, topic: str) -> None:
        """Everything is there already."""

    def unwatch(self, topic: str) -> None:
        """Nothing is let go."""

    def acknowledge(self, name: str, person: str) -> None:
        """Alarms of the past concern nobody."""

    def change_alarm(self, name: str, fields: Mapping[str, Any], person: str) -> str:
        """The past cannot be changed."""
        return f"Refused: {READ_ONLY}"

    def undo_alarm(self, person: str) -> str:
        """The past cannot be changed."""
        return f"Refused: {READ_ONLY}"

    def detector(self, name: str) -> Future[Message]:
        """What the file tells of a detector."""
        return self._run.detector(name) if name else _refused()

    def control(self, changes: Sequence[Mapping[str, Any]], author: str) -> Future[Message]:
        """The past cannot be changed."""
        return _refused()

    def undo(self, author: str) -> Future[Message]:
        """The past cannot be changed."""
        return _refused()


class Nothing(RecordedFeed):
    """A run that cannot be shown.

    Parameters
    ----------
    why
        In words.
    """

    def __init__(self, why: str) -> None:
        self.position = None
        self._snapshot = Snapshot(recorded=why, ended=True)

    @property
    def snapshot(self) -> Snapshot:
        """Nothing but why."""
        return self._snapshot

    @property
    def whole(self) -> Snapshot:
        """Nothing."""
        return self._snapshot

    def seek(self, to: str) -> None:
        """There is no other place."""

    def detector(self, name: str) -> Future[Message]:
        """Nothing is known."""
        return _refused()


def _refused() -> Future[Message]:
    answer: Future[Message] = Future()
    answer.set_exception(Unusable(READ_ONLY))
    return answer
