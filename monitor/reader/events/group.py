"""Merges streams into events: which datagram comes next, and which belong together.

Rules as psana's: the events of a run are the union of its DAQ streams; a camera stream's event belongs to the DAQ event with the
same fiducial; fiducials wrap at 131040; transitions come once, in all streams.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.kernel import kernel
from monitor.reader.events.item import DATA, EPICS, HALF, TRIMMED
from monitor.xtc.event_count import SAME_PULSE_SECONDS
from monitor.xtc.header import FIDUCIAL_LIMIT, Transition

L1ACCEPT, END_CYCLE = int(Transition.L1ACCEPT), int(Transition.END_CALIB_CYCLE)
HALF_CIRCLE = FIDUCIAL_LIMIT // 2

LANE = np.dtype(
    [
        ("at", "<i8"),
        ("stop", "<i8"),
        ("ended", "?"),
        ("camera", "?"),
        ("anchored", "?"),
        ("late", "?"),
        ("run", "<i8"),
        ("block", "<i8"),
        ("dropped", "<i8"),
    ]
)
"""A stream as the merge sees it: its ready items ``at`` to ``stop`` in the list of all, whether more may come, what is to be
added to its own run and block numbers, whether it may hold what the others are past already, and how many of those it held."""

HERE = np.dtype([("run", "<i8"), ("block", "<i8"), ("passed", "?")])
"""How far the merge is: numbers of the newest group, and whether there was one."""


@dataclass(frozen=True, slots=True, eq=False)
class Groups:
    """Datagrams in the order of the run.

    Attributes
    ----------
    item
        Index of each datagram in the list of items, shape (pieces,).
    lane
        Its stream's position, shape (pieces,); lowest first within a group.
    first
        Index of the first piece of each group, shape (groups + 1,).
    delivered
        Whether the group is an event to be handed on, shape (groups,); false for transitions too.
    """

    item: NDArray[np.int64]
    lane: NDArray[np.int64]
    first: NDArray[np.int64]
    delivered: NDArray[np.bool_]


def group(items: NDArray[Any], lanes: NDArray[Any], here: NDArray[Any], last: NDArray[Any]) -> Groups:
    """Order and group what can be, moving the lanes on.

    Parameters
    ----------
    items
        Structured array of dtype ``ITEM``: ready datagrams of all streams, stream by stream.
    lanes
        Structured array of dtype ``LANE``, by ascending stream number; changed.
    here
        One element of dtype ``HERE``; changed.
    last
        One element of dtype ``ITEM``: the first datagram of the newest group; changed.
    """
    order, lane = np.empty(len(items), np.int64), np.empty(len(items), np.int64)
    first, delivered = np.empty(len(items) + 1, np.int64), np.empty(len(items), np.bool_)
    pieces, groups = _group(items, lanes, here, last, order, lane, first, delivered)
    return Groups(order[:pieces], lane[:pieces], first[: groups + 1], delivered[:groups])


@kernel
def _group(
    items: NDArray[Any],
    lanes: NDArray[Any],
    here: NDArray[Any],
    last: NDArray[Any],
    order: NDArray[Any],
    lane: NDArray[Any],
    first: NDArray[Any],
    delivered: NDArray[Any],
) -> tuple[int, int]:
    pieces, groups = 0, 0
    first[0] = 0
    while True:
        _drop_late(items, lanes, here, last)
        best = -1
        for s in range(len(lanes)):
            if lanes[s].at == lanes[s].stop:
                if not lanes[s].ended:
                    return pieces, groups
            elif best < 0 or _before(items[lanes[s].at], lanes[s], items[lanes[best].at], lanes[best]):
                best = s
        if best < 0:
            return pieces, groups
        start = pieces
        pieces = _collect(items, lanes, best, order, lane, pieces)
        groups += 1
        first[groups] = pieces
        delivered[groups - 1] = _is_delivered(items, lanes, order, lane, start, pieces)
        _advance(items, lanes, here, order, lane, start, pieces)
        last[0] = items[order[start]]


@kernel
def _collect(items: NDArray[Any], lanes: NDArray[Any], best: int, order: NDArray[Any], lane: NDArray[Any], pieces: int) -> int:
    """Take the head of lane ``best`` and all heads that belong to it, lowest lane first."""
    chosen = lanes[best].at
    has_daq = not lanes[best].camera
    for s in range(len(lanes)):
        at = lanes[s].at
        if at == lanes[s].stop:
            continue
        if s != best:
            if not _together(items[chosen], lanes[best], items[at], lanes[s], has_daq):
                continue
            has_daq = has_daq or not lanes[s].camera
        order[pieces], lane[pieces] = at, s
        pieces += 1
        at += 1
        while at < lanes[s].stop and items[at].flags & HALF:
            order[pieces], lane[pieces] = at, s
            pieces += 1
            at += 1
        lanes[s].at = at
    return pieces


@kernel
def _together(a: Any, lane_a: Any, b: Any, lane_b: Any, has_daq: bool) -> Any:
    """Whether ``b`` of another stream belongs to the group of ``a``."""
    if a.control & 15 != b.control & 15:
        return False
    if a.control & 15 != L1ACCEPT:
        return a.seconds == b.seconds and a.nanoseconds == b.nanoseconds
    if has_daq and not lane_b.camera:
        return False
    if a.fiducials != b.fiducials or abs(np.int64(a.seconds) - np.int64(b.seconds)) >= SAME_PULSE_SECONDS:
        return False
    if not (lane_a.anchored and lane_b.anchored):
        return True
    return a.run + lane_a.run == b.run + lane_b.run and a.block + lane_a.block == b.block + lane_b.block


@kernel
def _before(a: Any, lane_a: Any, b: Any, lane_b: Any) -> Any:
    """Whether ``a`` comes strictly before ``b``, which is of another stream."""
    event_a, event_b = a.control & 15 == L1ACCEPT, b.control & 15 == L1ACCEPT
    if lane_a.anchored and lane_b.anchored:
        run_a, run_b = a.run + lane_a.run, b.run + lane_b.run
        if run_a != run_b:
            return run_a < run_b
        block_a, block_b = a.block + lane_a.block, b.block + lane_b.block
        if block_a != block_b:
            return block_a < block_b
        if event_a != event_b:
            return event_b
    seconds = np.int64(a.seconds) - np.int64(b.seconds)
    if event_a and event_b and abs(seconds) < SAME_PULSE_SECONDS:
        way = (np.int64(b.fiducials) - np.int64(a.fiducials)) % FIDUCIAL_LIMIT
        return 0 < way < HALF_CIRCLE
    return seconds < 0 or (seconds == 0 and a.nanoseconds < b.nanoseconds)


@kernel
def _is_delivered(
    items: NDArray[Any], lanes: NDArray[Any], order: NDArray[Any], lane: NDArray[Any], start: int, stop: int
) -> Any:
    """An event that was neither trimmed in all its DAQ parts nor consists of EPICS alone."""
    if items[order[start]].control & 15 != L1ACCEPT:
        return False
    daq, trimmed, flags = 0, 0, 0
    for i in range(start, stop):
        flags |= items[order[i]].flags
        if not lanes[lane[i]].camera:
            daq += 1
            trimmed += (items[order[i]].flags & TRIMMED) != 0
    if daq and trimmed == daq:
        return False
    return flags & DATA != 0 or flags & EPICS == 0


@kernel
def _advance(
    items: NDArray[Any], lanes: NDArray[Any], here: NDArray[Any], order: NDArray[Any], lane: NDArray[Any], start: int, stop: int
) -> None:
    """Note how far the run is; at a transition, all streams that have it agree on its numbers from there on."""
    now = here[0]
    known = -1
    for i in range(start, stop):
        if lanes[lane[i]].anchored:
            known = i
            break
    service = items[order[start]].control & 15
    if known >= 0:
        now.run = items[order[known]].run + lanes[lane[known]].run
        now.block = items[order[known]].block + lanes[lane[known]].block
    elif service == END_CYCLE:
        now.block += 1
    now.passed = True
    if service == L1ACCEPT:
        return
    for i in range(start, stop):
        mine = lanes[lane[i]]
        mine.run = now.run - np.int64(items[order[i]].run)
        mine.block = now.block - np.int64(items[order[i]].block)
        mine.anchored = True


@kernel
def _drop_late(items: NDArray[Any], lanes: NDArray[Any], here: NDArray[Any], last: NDArray[Any]) -> None:
    """Leave out what a stream that was not waited for brings after its time."""
    if not here[0].passed:
        return
    for s in range(len(lanes)):
        while lanes[s].late and lanes[s].at < lanes[s].stop:
            item = items[lanes[s].at]
            if _after(item, lanes[s], last[0], here[0]):
                lanes[s].late = False
            else:
                lanes[s].at += 1
                lanes[s].dropped += 1


@kernel
def _after(item: Any, mine: Any, last: Any, now: Any) -> Any:
    """Whether an item comes strictly after the newest group."""
    event, event_last = item.control & 15 == L1ACCEPT, last.control & 15 == L1ACCEPT
    if mine.anchored:
        run, block = item.run + mine.run, item.block + mine.block
        if run != now.run:
            return run > now.run
        if block != now.block:
            return block > now.block
        if event != event_last:
            return event
    seconds = np.int64(item.seconds) - np.int64(last.seconds)
    if event and event_last and abs(seconds) < SAME_PULSE_SECONDS:
        way = (np.int64(item.fiducials) - np.int64(last.fiducials)) % FIDUCIAL_LIMIT
        return 0 < way < HALF_CIRCLE
    return seconds > 0 or (seconds == 0 and item.nanoseconds > last.nanoseconds)
