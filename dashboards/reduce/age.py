"""How old is what a panel shows: the age of one event."""

import numpy as np

from dashboards.snapshot import Snapshot


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
