"""Columns that grow at their right end: only what is new of them travels to the browser."""

from collections.abc import Mapping

import numpy as np
from bokeh.models import ColumnDataSource
from numpy.typing import NDArray

Columns = Mapping[str, NDArray[np.float64]]

LEAST = 8
"""Fewer points are sent whole."""

MOST_CHANGED = 4
"""If more than one in so many points changed, all are sent."""


class Growing:
    """Follows a curve whose points are added on the right, dropped on the left, and change at both ends.

    Parameters
    ----------
    source
        What is drawn; nobody else writes to it. Its column ``x`` rises.
    """

    def __init__(self, source: ColumnDataSource) -> None:
        self._source = source
        self._sent: dict[str, NDArray[np.float64]] = {}

    def show(self, data: Columns) -> None:
        """Have exactly these points shown, all columns of one length, float64; the arrays are not kept."""
        now = {name: np.array(values, np.float64) for name, values in data.items()}
        added = self._added(now)
        moved = {} if added is None else self._after(now, added)
        changed = np.unique(np.concatenate([_different(moved[name], now[name]) for name in now])) if moved else None
        self._sent = now
        if added is None or changed is None or len(changed) * MOST_CHANGED > len(now["x"]):
            # Bokeh writes patches into the arrays that it was given.
            self._source.data = {name: values.copy() for name, values in now.items()}
            return
        if added:
            # Few numbers are quicker as text than as arrays, each of which would be two further frames.
            self._source.stream({name: values[-added:].tolist() for name, values in now.items()}, rollover=len(now["x"]))
        if len(changed):
            patches = {name: [(int(i), float(values[i])) for i in changed] for name, values in now.items()}
            self._source.patch(patches)

    def _added(self, now: Columns) -> int | None:
        """Points on the right that were not there; ``None`` if these are other points altogether."""
        if now.keys() != self._sent.keys() or len(now["x"]) < LEAST:
            return None
        # The first and the last may have moved, because they gain and lose events.
        place = int(np.searchsorted(self._sent["x"], now["x"][1]))
        if not 0 < place < len(self._sent["x"]) or self._sent["x"][place] != now["x"][1]:
            return None
        added = len(now["x"]) - (len(self._sent["x"]) - (place - 1))
        # Points are dropped on the left only when new ones push them out.
        usable = 0 < added < len(now["x"]) or len(now["x"]) == len(self._sent["x"])
        return added if usable and added >= 0 else None

    def _after(self, now: Columns, added: int) -> dict[str, NDArray[np.float64]]:
        """What the browser has when the new points stand behind the old ones and the surplus has left on the left."""
        joined = {name: np.concatenate([self._sent[name], values[len(values) - added :]]) for name, values in now.items()}
        return {name: values[len(values) - len(now["x"]) :] for name, values in joined.items()}


def _different(one: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.int64]:
    """Where two arrays differ; no value is the same as no value."""
    return np.flatnonzero((one != other) & ~(np.isnan(one) & np.isnan(other)))
