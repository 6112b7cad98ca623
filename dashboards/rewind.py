"""Back through the present run: what one session sees of a running service, now or held at an earlier event."""

import math
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import replace
from typing import Any

import numpy as np

from dashboards.heard import Heard, Live
from dashboards.pages.page import no_means
from dashboards.place import Place, marks_of
from dashboards.snapshot import Snapshot, no_history
from dashboards.texts import clock, count
from monitor.wire.message import Message

RENEW_S = 30.0
"""A held session cuts its view anew so often; it holds no rows for longer that everybody else has forgotten."""

LATEST = "now"
HOLD = "hold"


class Rewind:
    """A feed that can be held at one event; each session has its own, so that browsers do not move each other.

    Parameters
    ----------
    feed
        Of the running service.
    at
        Event at which it is held; ``None`` = the present.
    now
        Monotonic seconds.
    stays
        Why this page shows the present wherever others are held; empty: it is held itself.
    """

    def __init__(self, feed: Heard, at: int | None = None, now: Callable[[], float] = time.monotonic, *, stays: str = "") -> None:
        self._feed, self._now, self._stays = feed, now, stays
        self.position = at
        self._cut: tuple[float, Snapshot] | None = None

    @property
    def snapshot(self) -> Snapshot:
        """The present, or the run as it was; alarms are always those of the present."""
        newest = self._feed.snapshot
        if self.position is None or self._stays:
            return newest
        # Nothing has been heard yet: a link to an earlier moment waits for the rows.
        if self._cut is None or self._now() - self._cut[0] >= RENEW_S or not len(self._cut[1].rows):
            self._cut = self._now(), as_of(newest, self.position)
        return replace(self._cut[1], alarms=newest.alarms)

    @property
    def place(self) -> Place:
        """Where in the run this is, and what of the run is kept."""
        if self._stays:
            return Place("present", 0, 0, self.position or 0, why=self._stays if self.position is not None else "")
        if self.position is None:
            # Said with every update of every page: nothing is looked up for it.
            return Place("live", 0, 0, 0)
        rows = self._feed.snapshot.run_rows()
        first, last = (int(rows.seq[0]), int(rows.seq[-1])) if len(rows) else (0, 0)
        return Place("held", first, last, self.position, marks_of(self._feed.snapshot.changes, first, last))

    def seek(self, to: str) -> None:
        """Hold at an event; ``hold`` = the newest there is, ``now`` = go on with the present."""
        rows = self._feed.snapshot.rows
        if to == LATEST:
            self.position = None
        elif to.isdecimal():
            self.position = int(to)
        elif to == HOLD and len(rows):
            self.position = int(rows.seq[-1])
        self._cut = None

    def watch(self, topic: str) -> None:
        """As the feed."""
        self._feed.watch(topic)

    def unwatch(self, topic: str) -> None:
        """As the feed."""
        self._feed.unwatch(topic)

    def acknowledge(self, name: str, person: str) -> None:
        """As the feed."""
        self._feed.acknowledge(name, person)

    def change_alarm(self, name: str, fields: Mapping[str, Any], person: str) -> str:
        """As the feed."""
        return self._feed.change_alarm(name, fields, person)

    def undo_alarm(self, person: str) -> str:
        """As the feed."""
        return self._feed.undo_alarm(person)

    def detector(self, name: str) -> Future[Message]:
        """As the feed."""
        return self._feed.detector(name)

    def control(self, changes: Sequence[Mapping[str, Any]], author: str) -> Future[Message]:
        """As the feed: what is changed is the present."""
        return self._feed.control(changes, author)

    def undo(self, author: str) -> Future[Message]:
        """As the feed."""
        return self._feed.undo(author)

    def means(self, begin: str, author: str) -> Future[Message]:
        """As the feed: it is the means of the present that begin anew."""
        return self._feed.means(begin, author) if isinstance(self._feed, Live) else no_means(begin)


def as_of(newest: Snapshot, event: int) -> Snapshot:
    """The run as it was after an event, as far as it is kept: rows, curves, lists and settings.

    What the service said of itself then is not kept, and pictures are not either; they are left out rather than shown as of now.
    """
    stop = int(np.searchsorted(newest.rows.seq, event, side="right"))
    rows = newest.rows.part(0, stop)
    changes = tuple(change for change in newest.changes if change.first <= event)
    behind = float(newest.rows.time[-1] - rows.time[-1]) if len(rows) else math.nan
    behind = behind if math.isfinite(behind) else 0.0
    return replace(
        newest,
        # Differs from every version of the present, and is the same whenever it is cut anew.
        version=-2 - event if len(rows) else -1,
        rows=rows,
        curves={name: curves.until(event) for name, curves in newest.curves.items()},
        lists={name: lists.until(event) for name, lists in newest.lists.items()},
        pictures={},
        plots={},
        run={**newest.run, "run": int(rows.run[-1])} if len(rows) else newest.run,
        step={"step": int(rows.step[-1])} if len(rows) else {},
        status={},
        status_history=no_history(),
        pipeline={"version": changes[-1].version, "settings": changes[-1].settings} if changes else {},
        changes=changes,
        since=newest.since if newest.since is not None and newest.since.first <= event else None,
        log=(),
        rows_at=None if newest.rows_at is None else newest.rows_at - behind,
        status_at=None,
        held=_moment(newest, event, float(rows.time[-1]) if len(rows) else math.nan),
    )


def _moment(newest: Snapshot, event: int, moment: float) -> str:
    """Which moment is shown, or that it is not there."""
    rows = newest.rows
    if len(rows) and event < rows.seq[0]:
        oldest = count(int(rows.seq[0]))
        return f"event {count(event)}, which is no longer kept here (from {oldest} on): open the run's file from the Run page"
    return f"event {count(event)}, {clock(moment)} UTC"
