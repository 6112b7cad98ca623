"""One alarm's way between quiet and raised. Pure: values and time come in as arguments."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from monitor.settings import Alarm


@dataclass(slots=True)
class Level:
    """Judges values in turn; the same patience holds on the way up and on the way back.

    Attributes
    ----------
    alarm
        Its settings.
    raised
        Whether it is bad now.
    value
        The newest value that was judged, NaN before the first.
    """

    alarm: Alarm
    raised: bool = False
    value: float = float("nan")
    _count: int = 0
    _since: float | None = None
    _rest: NDArray[np.float64] | None = None

    def take(self, values: NDArray[np.float64], now: float) -> list[bool]:
        """Judge values, shape (values,), oldest first; NaN (no value) are left out.

        Returns
        -------
        list of bool
            The new states if it changed, in order: True = raised, False = over.
        """
        changes = []
        means = self._means(values)
        if len(means):
            self.value = float(means[-1])
        while len(means):
            used = self._until_change(means, now)
            if used is None:
                break
            means = means[used:]
            self.raised = not self.raised
            self._count, self._since = 0, None
            changes.append(self.raised)
        return changes

    def _until_change(self, means: NDArray[np.float64], now: float) -> int | None:
        """How many values it takes until the state changes; ``None`` if they do not change it."""
        pushing = ~self._bad(means) if self.raised else self._bad(means)
        against = np.flatnonzero(~pushing)
        start = 0
        if self.alarm.seconds > 0:
            # Values that come together have no times of their own: the newest opposing one begins the wait anew.
            start = int(against[-1]) + 1 if len(against) else 0
            against = against[:0]
        if len(against) == 0:
            return self._run_ends(start, len(means), now, anew=start > 0)
        return self._first_run(pushing, now)

    def _first_run(self, pushing: NDArray[np.bool_], now: float) -> int | None:
        """Where the first unbroken run that is long enough is complete."""
        stops = np.flatnonzero(np.diff(np.concatenate(([False], pushing, [False])).astype(np.int8)))
        for first, stop in zip(stops[::2], stops[1::2], strict=True):
            found = self._run_ends(int(first), int(stop), now, anew=first > 0)
            if found is not None:
                return found
        if not pushing[-1]:
            self._count, self._since = 0, None
        return None

    def _run_ends(self, first: int, stop: int, now: float, *, anew: bool) -> int | None:
        """Whether values ``first`` to ``stop``, all pushing the same way, complete the run; where."""
        if anew:
            self._count, self._since = 0, None
        if first == stop:
            return None
        self._since = now if self._since is None else self._since
        lacking = max(1, self.alarm.events - self._count)
        if stop - first >= lacking and now - self._since >= self.alarm.seconds:
            return first + lacking if self.alarm.seconds == 0 else stop
        self._count += stop - first
        return None

    def _bad(self, means: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Which values are beyond the limit that holds in the present state."""
        alarm = self.alarm
        if alarm.above is not None:
            return means > (alarm.back if self.raised and alarm.back is not None else alarm.above)
        if alarm.below is not None:
            return means < (alarm.back if self.raised and alarm.back is not None else alarm.below)
        return means > 0.5

    def _means(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Means of so many values in turn; what is left over waits."""
        known = values[~np.isnan(values)]
        size = self.alarm.average
        if size == 1:
            return known
        known = known if self._rest is None else np.concatenate((self._rest, known))
        whole = len(known) // size * size
        self._rest = known[whole:].copy()
        means: NDArray[np.float64] = known[:whole].reshape(-1, size).mean(axis=1)
        return means
