"""Payloads in memory with their bytes put in another order, for detectors whose pixels cannot be read as they lie."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from workers.detectors.environment import values_at
from workers.payloads import Payloads


def rewritten(payloads: Payloads, size: int, change: Callable[[NDArray[np.uint8]], NDArray[np.uint8]]) -> Payloads:
    """The first bytes of each payload, changed; a payload that is shorter becomes an empty one.

    Parameters
    ----------
    size
        Bytes of a payload.
    change
        Makes new bytes out of a copy of the old ones, both of shape (events, size).
    """
    rows, _ = values_at(payloads, payloads.entries["offset"], np.dtype(("u1", (size,))))
    entries = payloads.entries.copy()
    entries["place"], entries["offset"] = 0, entries["event"] * size
    entries["size"] = np.where(payloads.entries["size"] >= size, size, 0)
    return Payloads(entries, [np.ascontiguousarray(change(rows)).reshape(-1)], payloads.count)
