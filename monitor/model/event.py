"""What identifies an event, and where its bytes lie."""

import numpy as np

EVENT_ID = np.dtype(
    [
        ("seconds", "<u4"),
        ("nanoseconds", "<u4"),
        ("fiducials", "<u4"),
        ("ticks", "<u4"),
        ("vector", "<u4"),
        ("control", "<u4"),
        ("streams", "<u8"),
    ]
)
"""One event: identity from its lowest stream, and a bit mask of its streams (bit 63: any stream above 62)."""

PIECE = np.dtype([("event", "<u4"), ("place", "<u4"), ("stream", "<u4"), ("length", "<u4"), ("offset", "<u8")])
"""One datagram of a batch: which event (index in the batch), which place, stream number, bytes, offset in that place."""

EPICS_CHANGE = np.dtype([("event", "<u4"), ("pv", "<u4"), ("value", "<f8")])
"""One EPICS update: holds from this event of the batch on; index of the PV in the run state's list; new value."""


def event_time(ids: np.ndarray) -> np.ndarray:
    """Event times of the small-data convention, int64: Unix seconds << 32 | nanoseconds.

    Parameters
    ----------
    ids
        Structured array of dtype ``EVENT_ID``, shape (events,).
    """
    return (ids["seconds"].astype(np.int64) << 32) | ids["nanoseconds"].astype(np.int64)
