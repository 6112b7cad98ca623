"""Counts events per calib cycle from datagram heads, without building events."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.xtc.header import FIDUCIAL_LIMIT, Transition

SAME_PULSE_SECONDS = 85
"""Fiducials are compared between clocks closer than this only: they repeat after 364 s; cameras' clocks are off by seconds."""
TABLE = np.dtype([("cycle", "<i8"), ("fiducial", "<i8"), ("seconds", "<i8")])


class EventCount:
    """Events per calib cycle of one run; a camera's event with the fiducial of another stream's is not one more."""

    def __init__(self) -> None:
        self.camera = False
        self._cycle = -1
        self._clocks: list[int] = []
        self._events: list[NDArray[Any]] = []
        self._camera_events: list[NDArray[Any]] = []

    def begin_stream(self, camera: bool) -> None:
        """What follows is of the next stream."""
        self.camera = camera
        self._cycle = -1

    def add(self, heads: NDArray[Any], service: NDArray[Any]) -> None:
        """Take the next datagrams of the stream; cycles are told by the clock of their BeginCalibCycle, -1 = before."""
        clock = heads["seconds"].astype(np.int64) << 32 | heads["nanoseconds"]
        begins = np.flatnonzero(service == Transition.BEGIN_CALIB_CYCLE)
        cycles = np.concatenate([[self._cycle], clock[begins]])
        cycle = cycles[np.searchsorted(begins, np.arange(len(heads)))]
        self._cycle = int(cycles[-1])
        self._clocks += clock[begins].tolist()
        event = (service == Transition.L1ACCEPT) & (~np.bool_(self.camera) | (heads["fiducials"] < FIDUCIAL_LIMIT))
        table = np.empty(np.count_nonzero(event), TABLE)
        table["cycle"], table["fiducial"] = cycle[event], heads["fiducials"][event]
        table["seconds"] = heads["seconds"][event]
        (self._camera_events if self.camera else self._events).append(table)

    def counts(self) -> tuple[int, list[int]]:
        """Events before the first cycle, and in each cycle."""
        table = np.concatenate([np.empty(0, TABLE), *self._events])
        for cameras in self._camera_events:
            table = np.concatenate([table, cameras[~_have_partner(cameras, table)]])
        clocks = np.unique(np.array(self._clocks, np.int64))
        per_cycle = np.bincount(np.searchsorted(clocks, table["cycle"], side="right"), minlength=len(clocks) + 1)
        return int(per_cycle[0]), per_cycle[1:].tolist()


def _have_partner(events: NDArray[Any], others: NDArray[Any]) -> NDArray[np.bool_]:
    """Whether each event is of the same pulse as one of the others, shape (events,)."""
    if len(events) == 0 or len(others) == 0:
        return np.zeros(len(events), np.bool_)
    both = np.concatenate([others, events])
    cycle = np.unique(both["cycle"], return_inverse=True)[1]
    # Fits 64 bits: 21 for the cycle, 17 for the fiducial, 25 for half a year of seconds with a gap wider than a pulse.
    key = (cycle << 17 | both["fiducial"]) << 25 | (both["seconds"] - both["seconds"].min()) & 0xFFFFFF
    there, here = np.sort(key[: len(others)]), key[len(others) :]
    after = np.searchsorted(there, here)
    left = np.abs(here - there[np.maximum(after - 1, 0)])
    right = np.abs(there[np.minimum(after, len(there) - 1)] - here)
    near: NDArray[np.bool_] = np.minimum(left, right) < SAME_PULSE_SECONDS
    return near
