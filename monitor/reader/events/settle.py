"""Puts the datagrams of one stream in order and numbers them, before streams are merged.

Rules as psana's (facility's PSXtcInput): events are sorted by clock inside a look-ahead window, never across a transition;
Enable and Disable are dropped; so are events without a valid fiducial. The result does not depend on how the stream was cut.
"""

from collections import deque
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.kernel import Number, kernel
from monitor.model.damage import Damage
from monitor.reader.events.item import HALF, ITEM, joined
from monitor.xtc.header import FIDUCIAL_LIMIT, Transition

PROGRESS = np.dtype(
    [
        ("started", "?"),
        ("anchored", "?"),
        ("in_run", "?"),
        ("in_cycle", "?"),
        ("has_last", "?"),
        ("run", "<u4"),
        ("block", "<u4"),
        ("service", "<u4"),
        ("seconds", "<u4"),
        ("nanoseconds", "<u4"),
        ("last_seconds", "<u4"),
        ("last_nanoseconds", "<u4"),
        ("no_fiducial", "<u8"),
        ("duplicate", "<u8"),
        ("unknown", "<u8"),
    ]
)
"""What a stream remembers: counters of runs and blocks, its last transition, its last settled event, and what it dropped."""

CONFIGURE, BEGIN_RUN, END_RUN = int(Transition.CONFIGURE), int(Transition.BEGIN_RUN), int(Transition.END_RUN)
BEGIN_CYCLE, END_CYCLE = int(Transition.BEGIN_CALIB_CYCLE), int(Transition.END_CALIB_CYCLE)
L1ACCEPT, UNKNOWN = int(Transition.L1ACCEPT), int(Transition.UNKNOWN)
DROPPED = int(Damage.DROPPED_CONTRIBUTION)


@dataclass(slots=True, eq=False)
class Stream:
    """The queue of one stream.

    Attributes
    ----------
    number
        Stream number.
    camera
        Whether it is a camera recorder's, with a clock of its own.
    window
        How many events may wait for an earlier one.
    items
        Structured array of dtype ``ITEM``; the first ``ready`` have their final place.
    ended
        Nothing more will come.
    """

    number: int
    camera: bool
    window: int
    items: NDArray[Any] = field(default_factory=lambda: np.empty(0, ITEM))
    ready: int = 0
    ended: bool = False
    progress: NDArray[Any] = field(default_factory=lambda: np.zeros(1, PROGRESS))
    _arrivals: deque[tuple[float, int]] = field(default_factory=deque)

    def feed(self, items: NDArray[Any], now: float = 0.0) -> NDArray[Any]:
        """Take the next datagrams of the stream, that came now; return the chunk number of each one that was dropped."""
        queue = joined([self.items, items])
        dropped = np.empty(len(items), np.uint32)
        self.ready, kept, lost = _settle(queue, self.ready, len(self.items), self.progress, self.window, self.camera, dropped)
        if kept > len(self.items):
            self._arrivals.append((now, kept - len(self.items)))
        self.items = queue[:kept]
        return dropped[:lost]

    def end(self) -> None:
        """Nothing more will come: what waits for an earlier event has waited long enough."""
        self.ended = True
        self.ready = len(self.items)

    def take(self, count: int) -> None:
        """Forget the first ``count`` datagrams, which are ready."""
        self.items = self.items[count:]
        self.ready -= count
        while count > 0:
            at, number = self._arrivals.popleft()
            if number > count:
                self._arrivals.appendleft((at, number - count))
            count -= number

    @property
    def oldest(self) -> float:
        """When the first datagram that is here came; infinite if there is none."""
        return self._arrivals[0][0] if self._arrivals else float("inf")

    def came_before(self, moment: float) -> int:
        """How many of the first datagrams came until some moment, ready or not."""
        count = 0
        for at, number in self._arrivals:
            if at > moment:
                break
            count += number
        return count

    def release(self, count: int) -> None:
        """Let the first so many datagrams go on, whatever may still come."""
        if count <= self.ready:
            return
        last, progress = self.items[count - 1], self.progress[0]
        self.ready = count
        progress["has_last"] = True
        progress["last_seconds"], progress["last_nanoseconds"] = last["seconds"], last["nanoseconds"]


@kernel
def _settle(
    queue: NDArray[Any], ready: int, kept: int, progress: NDArray[Any], window: int, camera: bool, dropped: NDArray[Any]
) -> tuple[int, int, int]:
    """Sort and number ``queue[kept:]`` in place; returns how many are ready, kept, and dropped."""
    p = progress[0]
    lost = 0
    for i in range(kept, len(queue)):
        service = queue[i].control & 15
        if service == L1ACCEPT:
            place = _event_place(queue, i, ready, kept, p, camera)
            if place < 0:
                dropped[lost] = queue[i].chunk
                lost += 1
                continue
            _insert(queue, i, place, kept)
            kept += 1
            while kept - ready > max(window, _may_have_other_half(queue[kept - 1], camera)):
                p.has_last = True
                p.last_seconds, p.last_nanoseconds = queue[ready].seconds, queue[ready].nanoseconds
                ready += 1
                while ready < kept and queue[ready].flags & HALF:
                    ready += 1
            continue
        ready = kept
        if _keeps_transition(queue[i], service, p):
            _number(queue[i], service, p)
            queue[kept] = queue[i]
            kept += 1
            ready = kept
        else:
            dropped[lost] = queue[i].chunk
            lost += 1
    return ready, kept, lost


@kernel
def _event_place(queue: NDArray[Any], i: int, ready: int, kept: int, p: Any, camera: bool) -> int:
    """Index at which event ``i`` belongs among those that are not ready; -1 if it must go."""
    item = queue[i]
    if not p.started:
        _start(p, False)
    if item.fiducials >= FIDUCIAL_LIMIT:
        p.no_fiducial += 1
        return -1
    item.run, item.block = p.run, p.block
    place = kept
    while place > ready and _later(queue[place - 1], item):
        place -= 1
    if place > ready:
        before = queue[place - 1]
        if before.seconds == item.seconds and before.nanoseconds == item.nanoseconds:
            # Two halves of one event carry the bit that says what the other one has.
            if camera or not (before.damage | item.damage) & DROPPED:
                p.duplicate += 1
                return -1
            item.flags |= HALF
    elif p.has_last and p.last_seconds == item.seconds and p.last_nanoseconds == item.nanoseconds:
        p.duplicate += 1
        return -1
    return place


@kernel
def _may_have_other_half(item: Any, camera: bool) -> int:
    """1 if an event has lost a part that may come as the next datagram, else 0."""
    return 1 if not camera and item.damage & DROPPED else 0


@kernel
def _insert(queue: NDArray[Any], i: int, place: int, kept: int) -> None:
    """Move item ``i`` to ``place``; those from there to ``kept`` go one up."""
    if i == place:
        return
    item = queue[i : i + 1].copy()
    for j in range(kept, place, -1):
        queue[j] = queue[j - 1]
    queue[place] = item[0]


@kernel
def _later(a: Any, b: Any) -> Any:
    """Whether the clock of ``a`` is behind that of ``b``."""
    return a.seconds > b.seconds or (a.seconds == b.seconds and a.nanoseconds > b.nanoseconds)


@kernel
def _start(p: Any, from_the_beginning: bool) -> None:
    """First datagram of the stream. One that starts in the middle cannot count blocks before it has met the others."""
    p.started = True
    p.anchored = from_the_beginning
    p.in_run = not from_the_beginning
    p.in_cycle = not from_the_beginning


@kernel
def _keeps_transition(item: Any, service: Number, p: Any) -> bool:
    """Whether a transition orders the run and is not the same once more."""
    if not p.started:
        _start(p, service in (CONFIGURE, BEGIN_RUN))
    if service == UNKNOWN or service > L1ACCEPT:
        p.unknown += 1
        return False
    if not (service == CONFIGURE or BEGIN_RUN <= service <= END_CYCLE):
        return False
    if p.service == service and p.seconds == item.seconds and p.nanoseconds == item.nanoseconds:
        p.duplicate += 1
        return False
    p.service, p.seconds, p.nanoseconds = service, item.seconds, item.nanoseconds
    return True


@kernel
def _number(item: Any, service: Number, p: Any) -> None:
    """Count runs and blocks; a closing transition that is missing is taken as read when its successor comes."""
    if (service in (CONFIGURE, BEGIN_RUN)) and p.in_run:
        p.run, p.block, p.in_run, p.in_cycle = p.run + 1, 0, False, False
    if service == BEGIN_RUN:
        p.in_run = True
    elif service == BEGIN_CYCLE:
        p.block += p.in_cycle
        p.in_cycle = True
    elif service == END_CYCLE:
        p.block += p.in_cycle
        p.in_cycle = False
    item.run, item.block = p.run, p.block
    if service == END_RUN and p.in_run:
        p.run, p.block, p.in_run, p.in_cycle = p.run + 1, 0, False, False
