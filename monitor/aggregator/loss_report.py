"""Says now and then, in one line, how many events were lost since the last time and why."""

import logging
from collections.abc import Mapping

log = logging.getLogger(__name__)

PAUSE_S = 5.0


class LossReport:
    """Compares the losses of now with those of the last report."""

    def __init__(self) -> None:
        self._next = float("-inf")
        self._known: Mapping[str, int] = {}

    def tell(self, losses: Mapping[str, int], now: float) -> None:
        """Log new losses by reason, unless the last report is not long ago."""
        if now < self._next or losses == self._known:
            return
        new = {why: count - self._known.get(why, 0) for why, count in losses.items() if count > self._known.get(why, 0)}
        self._next, self._known = now + PAUSE_S, dict(losses)
        log.warning("events_lost", extra={"causes": new, "count": sum(new.values())})
