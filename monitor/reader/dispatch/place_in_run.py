"""Where in the run the stream of events is, and what the aggregator must be told about it."""

from collections.abc import Callable, Mapping
from typing import Any

from monitor.model.run_state import RunState
from monitor.reader.block import TransitionBlock
from monitor.wire.aggregator_note import EndRun, Run, Step
from monitor.wire.note import Note
from monitor.xtc.header import Transition


class PlaceInRun:
    """Run and step in force.

    A file may lack the transition that opens a run or a step, so events announce what their state says as well.

    Parameters
    ----------
    controls
        Names and values of the scanned variables in a run state.
    """

    def __init__(self, controls: Callable[[RunState], Mapping[str, Any]]) -> None:
        self._controls = controls
        self._open = False
        self.run = -1
        self.step = -1

    def transition(self, block: TransitionBlock, seq: int) -> list[Note]:
        """What a transition before event ``seq`` changes."""
        if block.service is Transition.END_RUN:
            return self._close(seq, complete=True)
        time = (block.seconds, block.nanoseconds)
        if block.service is Transition.BEGIN_RUN:
            # A run may have the number of the one before it: a camera-only run has 0.
            return self._close(seq, complete=False) + self._enter(block.state, block.run, -1, time, seq)
        if block.service is Transition.BEGIN_CALIB_CYCLE:
            return self._enter(block.state, block.run, block.step, time, seq)
        return []

    def events(self, state: RunState, event: Any, seq: int) -> list[Note]:
        """What the first of some events, a record of dtype ``EVENT_ID``, tells that no transition told."""
        if self._open and (state.run, state.step) == (self.run, self.step):
            return []
        return self._enter(state, state.run, state.step, (int(event["seconds"]), int(event["nanoseconds"])), seq)

    def leave(self, seq: int) -> list[Note]:
        """The source ends before event ``seq``."""
        return self._close(seq, complete=False)

    def _enter(self, state: RunState, run: int, step: int, time: tuple[int, int], seq: int) -> list[Note]:
        """Be in this run and step."""
        notes: list[Note] = []
        seconds, nanoseconds = time
        if self._open and run != self.run:
            notes += self._close(seq, complete=False)
        if not self._open:
            notes.append(Run(run=run, experiment=state.experiment, first=seq, seconds=seconds, nanoseconds=nanoseconds))
            self._open, self.run, self.step = True, run, -1
        if step != self.step:
            controls = self._controls(state)
            notes.append(Step(run=run, step=step, first=seq, seconds=seconds, nanoseconds=nanoseconds, controls=controls))
            self.step = step
        return notes

    def _close(self, seq: int, *, complete: bool) -> list[Note]:
        """Leave the run."""
        if not self._open:
            return []
        self._open = False
        return [EndRun(run=self.run, stop=seq, complete=complete)]
