"""How old is what a panel shows: the newest row, the service's last word, or one event."""

import math

import numpy as np

from dashboards.snapshot import Snapshot


def row_age(snapshot: Snapshot) -> float | None:
    """Seconds since rows last came; ``None`` before the first, and for a recorded run."""
    return _known(snapshot.data_age())


def word_age(snapshot: Snapshot) -> float | None:
    """Seconds since the service last said how it is; ``None`` before the first time, and for a recorded run."""
    return _known(snapshot.status_age())


def _known(age: float) -> float | None:
    return age if math.isfinite(age) else None


def age_of(snapshot: Snapshot, seq: int | None, now: float | None = None) -> float | None:
    """Seconds since an event was taken, by its distance to the newest row and that row's arrival; ``None`` if it is not known."""
    rows = snapshot.rows
    if seq is None or not len(rows) or snapshot.rows_at is None:
        return None
    at = int(np.searchsorted(rows.seq, seq))
    if at >= len(rows):
        return snapshot.data_age(now)
    behind = float(rows.time[-1] - rows.time[at])
    return snapshot.data_age(now) + (behind if np.isfinite(behind) else 0.0)
