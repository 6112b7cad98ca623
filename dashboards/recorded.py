"""A run in a file as a snapshot, so that the pages of the present show the past as well."""

import json
import logging
import threading
import tomllib
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dashboards.intake import settings_version
from dashboards.reduce.assemble import assemble
from dashboards.rows import HIDDEN, element_names
from dashboards.snapshot import FieldInfo, Picture, SettingsVersion, Snapshot
from dashboards.table import Table
from monitor.errors import ProtocolError, Unusable
from monitor.running.merging import value
from monitor.store.run_file import RunFile, open_run
from monitor.wire.message import Message

log = logging.getLogger(__name__)

READ_ONLY = "this is a recorded run; its settings cannot be changed"
MOST_ROWS = 500_000
"""Newest rows of a file that are shown: with 100 fields 400 MB."""

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
        with open_run(path) as run:
            self._whole = snapshot_of(run)

    @property
    def snapshot(self) -> Snapshot:
        """The whole run."""
        return self._whole

    def at(self, event: int | None) -> Snapshot:
        """The run as it was after this event; ``None`` = at its end. Pictures are those of the whole run."""
        rows = self._whole.rows
        if event is None or not len(rows):
            return self._whole
        stop = int(np.searchsorted(rows.seq, event, side="right"))
        changes = tuple(change for change in self._whole.changes if change.first <= event)
        return replace(self._whole, version=stop, rows=rows.part(0, stop), changes=changes)


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
                    self._open.popitem(last=False)
            self._open.move_to_end(key)
            return self._open[key]


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
        self.seek(at)

    @property
    def snapshot(self) -> Snapshot:
        """The run up to the chosen event."""
        return self._snapshot

    @property
    def whole(self) -> Snapshot:
        """The whole run."""
        return self._run.snapshot

    def seek(self, event: int | None) -> None:
        """Show the run as it was after this event."""
        self.position = event
        self._snapshot = self._run.at(event)

    def watch(self, topic: str) -> None:
        """Everything is there already."""

    def unwatch(self, topic: str) -> None:
        """Nothing is let go."""

    def acknowledge(self, name: str, person: str) -> None:
        """Alarms of the past concern nobody."""

    def detector(self, name: str) -> Future[Message]:
        """Nobody is there to be asked about a detector."""
        return _refused()

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
    def whole(self) -> Snapshot:
        """Nothing."""
        return self._snapshot

    def seek(self, event: int | None) -> None:
        """There is no other place."""


def past(feed: RecordedFeed) -> dict[str, Any]:
    """Where in its run a feed stands, for the slider."""
    seq = feed.whole.rows.seq
    if not len(seq):
        return {"first": 0, "last": 0, "at": 0}
    last = int(seq[-1])
    return {"first": int(seq[0]), "last": last, "at": last if feed.position is None else feed.position}


def snapshot_of(run: RunFile) -> Snapshot:
    """The rows, pictures and settings of a run.

    Parameters
    ----------
    run
        An open run; everything is copied.
    """
    rows, fields = _rows(run)
    versions = _versions(run)
    reader = {"state": "ended", "run": run.run, "total": run.committed}
    end = run.end
    ledger = dict(end.ledger) if end else {}
    lost = sum(each.stop - each.first for each in run.lost)
    status = {
        "reader": reader,
        "processed": len(run),
        "written": len(run),
        "lost": lost,
        "balance": ledger,
        "file": str(run.path),
    }
    return Snapshot(
        version=1,
        rows=rows,
        fields=fields,
        pictures=_pictures(run),
        run={"run": run.run, "experiment": run.experiment, "first": 0},
        step={"step": int(rows.step[-1])} if len(rows) else {},
        status=status,
        pipeline={"version": versions[-1].version, "settings": versions[-1].settings} if versions else {},
        changes=versions,
        recorded=run.path.name,
        ended=True,
    )


def _rows(run: RunFile) -> tuple[Table, dict[str, FieldInfo]]:
    """The newest rows, and what is known of their fields."""
    stop = len(run)
    start = max(0, stop - MOST_ROWS)
    columns: dict[str, NDArray[np.float64]] = {}
    fields: dict[str, FieldInfo] = {}
    for path, field in run.columns.items():
        names = [] if field.ragged or field.aligned else element_names(path, field.shape)
        if not names or field.dtype.kind not in "iufb" or HIDDEN.intersection(names):
            continue
        values = np.asarray(run.read(path, start, stop), np.float64).reshape(stop - start, len(names))
        values = np.where(values == MISSING, np.nan, values) if field.dtype.kind == "i" else values
        for i, name in enumerate(names):
            columns[name] = values[:, i]
            fields[name] = FieldInfo(field.unit, field.description)
    seq = _whole(run, "seq", start, stop, np.arange(start, stop))
    step = _whole(run, "scan/varStep", start, stop, np.zeros(stop - start, np.int64))
    times = _whole(run, "event_time", start, stop, np.full(stop - start, -1, np.int64))
    seconds = np.where(times > 0, (times >> 32) + (times & 0xFFFFFFFF) * 1e-9, np.nan)
    return Table(seq, np.full(stop - start, run.run, np.int64), step, seconds, columns), fields


MISSING = -99999.0
"""What stands in the file where an event has no whole number."""


def _whole(run: RunFile, path: str, start: int, stop: int, otherwise: NDArray[np.int64]) -> NDArray[np.int64]:
    """A column of whole numbers, if the run has it."""
    if path not in run.columns or run.columns[path].shape or run.columns[path].dtype.kind not in "iu":
        return otherwise
    return run.read(path, start, stop).astype(np.int64)


def _pictures(run: RunFile) -> dict[str, Picture]:
    """Means over the run, as the service would publish them."""
    found: dict[str, Picture] = {}
    config = run.config
    for name, state in run.sums.items():
        detector, _, algorithm = name.rpartition("_calib")
        x, y = config.get(f"{detector}/x"), config.get(f"{detector}/y")
        if not detector or not state.count:
            continue
        panels = value(state)
        image = assemble(panels, x, y) if x is not None and y is not None else panels if panels.ndim == 2 else None
        if image is not None:
            found[f"sum/{detector}/calib{algorithm}"] = Picture(image, "", state.count, {"count": state.count}, 0.0)
    return found


def _versions(run: RunFile) -> tuple[SettingsVersion, ...]:
    """Versions of the settings, oldest first; one that cannot be read is told by its number alone."""
    found: list[SettingsVersion] = []
    for number, entry in sorted(run.settings.items()):
        header = {"version": number, "first": entry.first, "author": entry.author, "time": entry.time}
        try:
            found.append(settings_version({**header, "settings": _parsed(entry.text)}, found[-1] if found else None))
        except ProtocolError:
            log.warning("settings_unreadable", extra={"version": number})
    return tuple(found)


def _parsed(text: str) -> Mapping[str, Any]:
    """Settings as TOML or JSON."""
    try:
        parsed = json.loads(text)
    except ValueError:
        try:
            parsed = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise ProtocolError("settings that are neither JSON nor TOML") from error
    if not isinstance(parsed, Mapping):
        raise ProtocolError("settings that are no map")
    return parsed


def _refused() -> Future[Message]:
    answer: Future[Message] = Future()
    answer.set_exception(Unusable(READ_ONLY))
    return answer
