"""The first batches of a replay: one for each worker, before its schedule begins."""

from monitor.reader.dispatch.machine import Dispatch
from monitor.reader.pace import Pace


class HeadStart:
    """Releases recorded events by a schedule that begins when every worker has worked off a batch.

    Constants, geometry and tables of a run are made with its first events, which takes seconds for a large detector. A detector
    that is read out live waits for nobody; a replay that did not wait would begin with a queue that no run has.

    Parameters
    ----------
    pace
        The schedule; without a rate nothing waits.
    dispatch
        Knows the workers, and what they have in hand.
    """

    def __init__(self, pace: Pace, dispatch: Dispatch) -> None:
        self._pace, self._dispatch = pace, dispatch
        self._batches = 0

    def due(self, now: float) -> int | None:
        """Events that are due and not released; None: as many as wanted."""
        if self._pace.begun or not self._pace.rate:
            return self._pace.due(now)
        lending, intake = self._dispatch.lending, self._dispatch.intake
        if len(lending.queue) or intake.waits_since(now):
            return 0
        if self._batches < len(lending.pool):
            source = intake.settings.source
            return max(1, min(source.max_events, round(self._pace.rate * source.max_wait)))
        return 0 if lending.leased else self._pace.due(now)

    def release(self, count: int) -> None:
        """So many events left; those before the schedule are no part of it."""
        if self._pace.begun or not self._pace.rate:
            self._pace.release(count)
        else:
            self._batches += count > 0
