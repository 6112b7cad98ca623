"""The array fields of one recorded run, each read in the background when a page asks for it."""

import threading
import time
from collections import OrderedDict
from collections.abc import ItemsView, Iterator, Mapping
from functools import partial
from typing import Generic, TypeVar, cast

import numpy as np

from dashboards.snapshot import Curves, FieldInfo, Lists
from dashboards.stored_arrays import curves_of, is_curve, is_list, lists_of
from dashboards.table import Table
from monitor.errors import XtcmonError
from monitor.store.run_file import RunFile

BUDGET_BYTES = 256 << 20
"""Beyond this, fields that nobody has asked for lately are forgotten; those that open pages show stay."""

LATELY_S = 30.0

T = TypeVar("T", Curves, Lists)


class _Left(Exception):
    """Nobody waits for what is being read."""


class StoredShelf:
    """Fields by path; what was asked for is read in a thread of its own, one after the other.

    Parameters
    ----------
    run
        An open run, used by no other thread.
    rows
        Its newest rows.
    """

    def __init__(self, run: RunFile, rows: Table) -> None:
        self._run, self._rows = run, rows
        self._held: OrderedDict[str, Curves | Lists] = OrderedDict()
        self._asked: dict[str, float] = {}
        self._waiting: OrderedDict[str, float] = OrderedDict()
        self._trouble: dict[str, str] = {}
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._leave = threading.Event()
        self.curves = [path for path, field in run.columns.items() if is_curve(field)]
        self.lists = [path for path, field in run.columns.items() if is_list(field)]
        self.progress = 0
        """Rises whenever more is read."""

    @property
    def reading(self) -> dict[str, str]:
        """What is being read and how far, and what cannot be read and why."""
        with self._lock:
            return {**self._trouble, **{path: f"{100 * share:.0f} % read" for path, share in self._waiting.items()}}

    def get(self, path: str) -> Curves | Lists:
        """A field; without events as long as it is not read, which begins now."""
        with self._lock:
            self._asked[path] = time.monotonic()
            found = self._held.get(path)
            if found is None and path not in self._trouble and not self._leave.is_set():
                self._waiting.setdefault(path, 0.0)
                if self._thread is None:
                    self._thread = threading.Thread(target=self._work, name="dashboard-recorded", daemon=True)
                    self._thread.start()
        return self.nothing(path) if found is None else found

    def peek(self, path: str) -> Curves | Lists:
        """A field if it is here, else as if it had no events; nothing is read for it."""
        return self._held.get(path) or self.nothing(path)

    def nothing(self, path: str) -> Curves | Lists:
        """A field without events."""
        field, none = self._run.columns[path], np.empty(0, np.int64)
        info = FieldInfo(field.unit, field.description)
        if field.ragged:
            return Lists(none, none, none, np.empty(0, field.dtype), info)
        return Curves(none, np.empty((0, *field.shape), field.dtype), info)

    def close(self) -> None:
        """Read no more."""
        self._leave.set()
        if (thread := self._thread) is not None:
            thread.join()

    def _work(self) -> None:
        """Read what is asked for until nothing is."""
        while (path := self._next()) is not None:
            try:
                make = lists_of if self._run.columns[path].ragged else curves_of
                self._put(path, make(self._run, path, self._rows, partial(self._tell, path)))
            except _Left:
                return
            except (XtcmonError, OSError, KeyError, ValueError) as error:
                # A file that is damaged there, or has gone away; the page says so and the others go on.
                with self._lock:
                    self._trouble[path] = f"cannot be read: {error}"
                    self._waiting.pop(path, None)
            self.progress += 1

    def _next(self) -> str | None:
        with self._lock:
            path = None if self._leave.is_set() else next(iter(self._waiting), None)
            if path is None:
                self._thread = None
            return path

    def _tell(self, path: str, share: float) -> None:
        if self._leave.is_set():
            raise _Left
        with self._lock:
            self._waiting[path] = share
        self.progress += 1

    def _put(self, path: str, found: Curves | Lists) -> None:
        """Keep a field, and forget what nobody looks at any more."""
        now = time.monotonic()
        with self._lock:
            self._waiting.pop(path, None)
            self._held[path] = found
            idle = sorted((when, name) for name, when in self._asked.items() if name in self._held and now - when > LATELY_S)
            for _, name in idle:
                if sum(size_of(each) for each in self._held.values()) <= BUDGET_BYTES:
                    break
                del self._held[name]


class StoredFields(Mapping[str, T], Generic[T]):
    """Array fields as a snapshot has them; reading one begins when it is asked for by its name.

    Parameters
    ----------
    shelf
        Has them.
    names
        Which.
    until
        Events up to this sequence number are shown; ``None`` = all.
    """

    def __init__(self, shelf: StoredShelf, names: list[str], until: int | None = None) -> None:
        self._shelf, self._names, self._until = shelf, names, until

    def __getitem__(self, name: str) -> T:
        if name not in self._names:
            raise KeyError(name)
        found = cast(T, self._shelf.get(name))
        return found if self._until is None else found.until(self._until)

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def items(self) -> ItemsView[str, T]:
        """All of them as far as they are here; nothing is read for this."""
        return {name: cast(T, self._shelf.peek(name)) for name in self._names}.items()


def size_of(each: Curves | Lists) -> int:
    """Bytes of a field."""
    return each.values.nbytes if isinstance(each, Curves) else each.elements.nbytes
