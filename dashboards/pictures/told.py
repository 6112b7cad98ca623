"""What detectors' common mode tells with each event, as the parts of pictures; made anew a few times a second at most."""

import time
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dashboards.pictures.details import Details
from dashboards.reduce.common_mode import fields_of, taken_off
from dashboards.snapshot import Curves, Picture, Snapshot

PAUSE_S = 0.5
MOST_KEPT = 16


class CommonModes:
    """Used in the thread of the sessions alone.

    Parameters
    ----------
    clock
        Monotonic seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._made: dict[tuple[str, bool], tuple[float, Details, Picture | None]] = {}

    def picture(self, snapshot: Snapshot, details: Details, *, mean: bool) -> Picture | None:
        """The map of the newest event, or the mean over those of this run that are kept; ``None`` if nothing is told.

        The same object until there is another one.
        """
        key, now = (details.detector, mean), self._clock()
        known = self._made.get(key)
        if known is not None and known[1] is details and now - known[0] < PAUSE_S:
            return known[2]
        made = map_of(snapshot, details, mean=mean)
        before = known[2] if known is not None and known[1] is details else None
        if made is not None and before is not None and made.header == before.header and made.count == before.count:
            made = before
        if len(self._made) >= MOST_KEPT and key not in self._made:
            self._made.clear()
        self._made[key] = (now, details, made)
        return made


def map_of(snapshot: Snapshot, details: Details, *, mean: bool) -> Picture | None:
    """See ``CommonModes``."""
    kept = {
        name: curves for name, field in fields_of(details.detector).items() if (curves := _of_run(snapshot, field)) is not None
    }
    if not kept:
        return None
    newest = max(int(curves.seq[-1]) for curves in kept.values())
    count = max(map(len, kept.values())) if mean else 1
    told = {name: _mean(curves.values) if mean else curves.values[-1] for name, curves in kept.items()}
    values = taken_off(told, details.shape)
    if values is None:
        return None
    flat = values.reshape(-1)
    image = np.where(details.index >= 0, flat[np.maximum(details.index, 0)], np.float32("nan"))
    header: dict[str, Any] = {"last": newest} if mean else {"seq": newest}
    header |= asdict(snapshot.since) if mean and snapshot.since is not None else {}
    return Picture(image, "ADU", count, {**header, "run": snapshot.run.get("run")}, snapshot.rows_at or 0.0)


def _of_run(snapshot: Snapshot, field: str) -> Curves | None:
    """Events of this run that have the field, from where means have begun; ``None`` if there are none."""
    curves = snapshot.curves.get(field)
    first = snapshot.run.get("first")
    begin = max(first if isinstance(first, int) else 0, snapshot.counted_from)
    curves = None if curves is None else curves.since(begin)
    return curves if curves is not None and len(curves) else None


def _mean(values: NDArray[Any]) -> NDArray[Any]:
    """Mean over events; NaN where no event has a value."""
    there = np.isfinite(values)
    total, count = np.where(there, values, 0).sum(axis=0, dtype=np.float64), there.sum(axis=0)
    mean: NDArray[Any] = np.divide(total, count, out=np.full(total.shape, np.nan), where=count > 0)
    return mean
