"""What all sessions see: one immutable picture of the service at one version."""

import time as clock
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dashboards.alarms.history import Told
from dashboards.array_fields import Curves as Curves
from dashboards.array_fields import FieldInfo as FieldInfo
from dashboards.array_fields import Lists as Lists
from dashboards.table import Table, empty
from monitor.client import Plot


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Picture:
    """An area detector's image as the service sent it; the same only as itself.

    Attributes
    ----------
    image
        Shape (rows, columns); NaN = masked or no event yet.
    unit
        Unit of a pixel.
    count
        Events it stands for: 1 for a live frame, the number in the mean for a sum.
    header
        Further fields of the message (``seq``, ``rough``, ``events`` ...).
    arrived
        Monotonic time of arrival in seconds.
    """

    image: NDArray[Any]
    unit: str
    count: int
    header: Mapping[str, Any]
    arrived: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsVersion:
    """One version of the settings.

    Attributes
    ----------
    version
        Its number.
    first
        Sequence number of the first event that has it.
    time
        Unix time in seconds at which it was accepted; NaN if that is not known.
    author
        Who asked for it, as they named themselves.
    what
        Texts ``path: old → new`` for what differs from the version before; empty for the first that was heard of.
    settings
        The whole settings.
    """

    version: int
    first: int
    time: float
    author: str
    what: tuple[str, ...]
    settings: Mapping[str, Any]

    def text(self, most: int = 3) -> str:
        """What differs, in one line of at most so many changes."""
        more = f" and {len(self.what) - most} more" if len(self.what) > most else ""
        return "; ".join(self.what[:most]) + more


@dataclass(frozen=True, slots=True, eq=False)
class Published:
    """A plot that a script has published, and the monotonic time at which it arrived."""

    plot: Plot
    arrived: float


@dataclass(frozen=True, slots=True)
class StatusHistory:
    """One entry per status message, oldest first, float64; NaN where the status did not say."""

    time: NDArray[np.float64]
    rate: NDArray[np.float64]
    latency_median: NDArray[np.float64]
    latency_99: NDArray[np.float64]
    lost: NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Since:
    """Somebody had the means begin anew.

    Attributes
    ----------
    first
        Sequence number of the first event that counts.
    time
        Unix time in seconds.
    author
        Who it was.
    """

    first: int
    time: float
    author: str

    def is_same(self, other: "Since | None") -> bool:
        """Whether both are the same press of the button; the first event moves on to the next commit group."""
        return other is not None and (self.time, self.author) == (other.time, other.author)


def no_history() -> StatusHistory:
    """A history without entries."""
    nothing = np.empty(0)
    return StatusHistory(nothing, nothing, nothing, nothing, nothing)


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """The state of the service as far as it was heard.

    Attributes
    ----------
    version
        Rises with every change.
    rows
        Newest rows, bounded by ``pages.history``.
    fields
        Scalar columns in the order of the schema.
    curves, lists
        Array fields and ragged fields: the newest events of each, as many as ``dashboards.shelf`` has room for.
    axes
        What elements of arrays stand for, by path as below ``UserDataCfg`` in the file (``cspad/azav__azav_q``).
    pictures
        Topic (``frame/<det>``, ``sum/<det>/<algo>``) to the newest image.
    plots
        Topic that a script has given to its newest plot.
    run, step, status, pipeline
        Headers of the last messages of these topics; empty before the first.
    changes
        The versions of the settings that were heard of, oldest first; the last is the newest.
    log
        Headers of the newest log messages, oldest first.
    missed
        Messages per topic that this subscriber did not get.
    rows_at, status_at
        Monotonic time at which rows and status last arrived; ``None`` before the first.
    alarms
        What must be shown of the alarms, and what happened to them.
    since
        From where on means count, if somebody had them begin anew; ``None`` = the whole run.
    recorded
        Name of the file that these rows were read from; empty = they came from a running service.
    reading
        Array fields of the file that are being read and how far, or cannot be read and why, in words.
    held
        Which earlier moment of the run this is, in words; empty = the present.
    restarts
        How often the service was seen to start anew.
    ended
        The service said that no more events will come.
    """

    version: int = 0
    rows: Table = field(default_factory=empty)
    fields: Mapping[str, FieldInfo] = field(default_factory=dict)
    curves: Mapping[str, Curves] = field(default_factory=dict)
    lists: Mapping[str, Lists] = field(default_factory=dict)
    axes: Mapping[str, NDArray[Any]] = field(default_factory=dict)
    pictures: Mapping[str, Picture] = field(default_factory=dict)
    plots: Mapping[str, Published] = field(default_factory=dict)
    run: Mapping[str, Any] = field(default_factory=dict)
    step: Mapping[str, Any] = field(default_factory=dict)
    status: Mapping[str, Any] = field(default_factory=dict)
    status_history: StatusHistory = field(default_factory=no_history)
    pipeline: Mapping[str, Any] = field(default_factory=dict)
    changes: tuple[SettingsVersion, ...] = ()
    log: tuple[Mapping[str, Any], ...] = ()
    missed: Mapping[str, int] = field(default_factory=dict)
    rows_at: float | None = None
    status_at: float | None = None
    alarms: Told = field(default_factory=Told)
    since: Since | None = None
    recorded: str = ""
    reading: Mapping[str, str] = field(default_factory=dict)
    held: str = ""
    restarts: int = 0
    ended: bool = False

    def unit(self, name: str) -> str:
        """Unit of a column, empty if not known or a pure number."""
        unit = self.fields[name].unit if name in self.fields else ""
        return "" if unit == "1" else unit

    def label(self, name: str) -> str:
        """Name of a column with its unit, for an axis."""
        unit = self.unit(name)
        return f"{name} ({unit})" if unit else name

    def data_age(self, now: float | None = None) -> float:
        """Seconds since rows last arrived; infinite before the first."""
        return _since(self.rows_at, now)

    def status_age(self, now: float | None = None) -> float:
        """Seconds since the service last said how it is; infinite before the first."""
        return _since(self.status_at, now)

    def run_rows(self) -> Table:
        """Rows of the newest run only."""
        if not len(self.rows):
            return self.rows
        other = np.flatnonzero(self.rows.run != self.rows.run[-1])
        return self.rows.part(int(other[-1]) + 1 if len(other) else 0)

    @property
    def counted_from(self) -> int:
        """First event that counts in means, if somebody had them begin anew, else 0."""
        return self.since.first if self.since is not None else 0

    def begun_in(self, rows: Table) -> int:
        """Place in these rows of the first one that counts in means, 0 = all count; their number if none counts yet."""
        return int(np.searchsorted(rows.seq, self.counted_from))

    def counted(self, rows: Table) -> Table:
        """Those of these rows that count in means, as views."""
        return rows.part(self.begun_in(rows))

    def counted_rows(self) -> Table:
        """Rows of the newest run that count in its means, as views."""
        return self.counted(self.run_rows())


def _since(moment: float | None, now: float | None) -> float:
    return float("inf") if moment is None else max(0.0, (clock.monotonic() if now is None else now) - moment)
