"""The way from the source to the dispatch: what is wanted, what is due, and room for it."""

import logging
from collections.abc import Callable, Mapping
from typing import Protocol

from monitor.errors import DamagedData, Unusable
from monitor.reader.block import Block, EventBlock, GapBlock, TransitionBlock
from monitor.reader.calibration import Calibration
from monitor.reader.dispatch.cut import Stretch, split, stretch_of
from monitor.reader.dispatch.instruction import Instruction
from monitor.reader.dispatch.machine import Dispatch
from monitor.reader.head_start import HeadStart
from monitor.reader.hold import Hold
from monitor.reader.pace import Pace
from monitor.reader.sources.source import Source

CarryOut = Callable[[list[Instruction]], None]

log = logging.getLogger(__name__)


class Clock(Protocol):
    """Time, so that tests can make their own."""

    def now(self) -> float:
        """Monotonic seconds."""

    def unix(self) -> float:
        """Unix seconds."""


class Feed:
    """Reads the source as far as it is wanted and due, and finds room for the bytes.

    Parameters
    ----------
    source, dispatch, hold, pace, clock
        What is joined.
    calibration
        Tells which constants the events need; None: nobody looks.
    """

    def __init__(
        self,
        source: Source,
        dispatch: Dispatch,
        hold: Hold,
        pace: Pace,
        clock: Clock,
        calibration: Calibration | None = None,
    ) -> None:
        self._calibration = calibration
        self.source = source
        self.pace, self._head = pace, HeadStart(pace, dispatch)
        self._dispatch, self._hold, self._clock = dispatch, hold, clock
        self._pending: list[Stretch | TransitionBlock | GapBlock] = []

    def turn(self, now: float, carry_out: CarryOut, *, stopping: bool) -> bool:
        """Give the dispatch what the source has, and carry out what follows; whether there was anything."""
        dispatch = self._dispatch
        if self._calibration is not None:
            self._note(self._calibration.changed(now), now, carry_out)
        if not self._pending and not dispatch.ended:
            if stopping or self.source.finished:
                carry_out(dispatch.end(now))
                return True
            self._read(now)
        took = False
        while self._pending and self._take(self._pending[0], now, carry_out):
            self._pending.pop(0)
            took = True
        return took

    def _read(self, now: float) -> None:
        """Read what is wanted and due; what is durable already is gone through without waiting for its time."""
        dispatch = self._dispatch
        wanted = dispatch.wants
        missing = (dispatch.resume or 0) - dispatch.intake.seq
        if missing > 0:
            blocks = self.source.read(min(wanted, missing)) if wanted else []
            created = self._clock.unix()
        elif wanted:
            due = self._head.due(now)
            wanted = wanted if due is None else min(wanted, due)
            blocks = self.source.read(wanted) if wanted else []
            created = self._clock.unix() - self.pace.lag(now)
            self._head.release(sum(block.count for block in blocks if not isinstance(block, TransitionBlock)))
        else:
            return
        for block in blocks:
            self._pending += self._portions(block, created)

    def _portions(self, block: Block, created: float) -> list[Stretch | TransitionBlock | GapBlock]:
        """A block in sizes for which room is found easily."""
        if not isinstance(block, EventBlock):
            return [block]
        return [*split(stretch_of(block, created), self._hold.portion)]

    def _take(self, item: Stretch | TransitionBlock | GapBlock, now: float, carry_out: CarryOut) -> bool:
        """Give something to the dispatch; False if it has to wait for memory."""
        if isinstance(item, TransitionBlock):
            carry_out(self._dispatch.transition(item, now))
            return True
        if isinstance(item, GapBlock):
            carry_out(self._dispatch.miss(item.state, item.count, "source", now))
            return True
        if self._calibration is not None:
            self._note(self._calibration.entered(self._dispatch.intake.settings, item.state, item.places), now, carry_out)
        try:
            stowed = self._hold.stow(item)
            while stowed is None and self._dispatch.live and (room := self._dispatch.make_room(now)) is not None:
                carry_out(room)
                stowed = self._hold.stow(item)
        except DamagedData as error:
            log.error("bytes_unreadable", extra={"why": str(error)})
            carry_out(self._dispatch.miss(item.state, len(item.events), "source", now))
            return True
        if stowed is None:
            return self._without_room(item, now, carry_out)
        carry_out(self._dispatch.stretch(stowed, now))
        return True

    def _note(self, constants: Mapping[str, str] | None, now: float, carry_out: CarryOut) -> None:
        """Tell the dispatch of the constants in use, if there are new ones."""
        if constants is not None:
            carry_out(self._dispatch.calibrated(constants, now, self._clock.unix()))

    def _without_room(self, item: Stretch, now: float, carry_out: CarryOut) -> bool:
        """Memory is full of what is handed out: live events are lost, recorded ones wait until something is durable.

        Raises
        ------
        Unusable
            If a recorded event is larger than all memory.
        """
        if self._dispatch.live:
            carry_out(self._dispatch.miss(item.state, len(item.events), "no credit", now))
            return True
        if not self._hold.fits(item):
            raise Unusable(f"an event of {item.pieces['length'].sum() >> 20} MiB does not fit; set pool.ring_size higher")
        carry_out(self._dispatch.relieve(now))
        return False
