"""When everything of a run happens: pulses, clocks, fiducials, vectors, and which recorder gets which event."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.simulate.options import PULSE_RATE, Setup
from monitor.xtc.header import FIDUCIAL_LIMIT

START = 1_288_000_000
"""Unix seconds of BeginRun, October 2010."""

FIRST_FIDUCIAL = 120_000
"""Chosen so that the count wraps 31 s into the run."""

GAP = 180
"""Pulses between the last event of a step and the first of the next: half a second."""

CONFIGURE_LEAD = 75 * PULSE_RATE
"""Pulses from Configure to BeginRun: recorders write Configure when the run begins, with its old time."""

NS_PER_SECOND = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Shots:
    """Consecutive events of one step; all arrays have shape (events,)."""

    step: int
    numbers: NDArray[np.int64]
    """Index in the run, from 0."""
    pulses: NDArray[np.int64]
    """360 Hz pulses since BeginRun."""
    time_ns: NDArray[np.int64]
    """Unix time in nanoseconds."""
    fiducials: NDArray[np.int64]
    vector: NDArray[np.int64]
    streams: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.numbers)

    @property
    def run_slice(self) -> slice:
        """Where these events lie in arrays over the whole run."""
        return slice(int(self.numbers[0]), int(self.numbers[-1]) + 1) if len(self) else slice(0, 0)


class Timeline:
    """The clock of one run.

    Parameters
    ----------
    setup
        Steps, events per step, spacing and streams.
    """

    def __init__(self, setup: Setup) -> None:
        self._setup = setup
        self._step_pulses = setup.events * setup.spacing + GAP

    def shots(self, step: int, start: int, stop: int) -> Shots:
        """Events ``start`` to ``stop`` of a step."""
        setup = self._setup
        numbers = step * setup.events + np.arange(start, stop, dtype=np.int64)
        pulses = self.first_pulse(step) + setup.spacing * np.arange(start, stop, dtype=np.int64)
        return Shots(
            step=step,
            numbers=numbers,
            pulses=pulses,
            time_ns=time_of(pulses),
            fiducials=(FIRST_FIDUCIAL + pulses) % FIDUCIAL_LIMIT,
            vector=numbers & 0x7FFF,
            streams=numbers % setup.streams,
        )

    def first_pulse(self, step: int) -> int:
        """Pulse of the first event of a step."""
        return GAP + step * self._step_pulses

    def configure(self) -> int:
        """Time of Configure, ns."""
        return clock_of(-CONFIGURE_LEAD)

    def begin_run(self) -> int:
        """Time of BeginRun, ns."""
        return clock_of(0)

    def begin_step(self, step: int) -> int:
        """Time of BeginCalibCycle, ns."""
        return clock_of(self.first_pulse(step) - 2 * GAP // 3)

    def enable(self, step: int) -> int:
        """Time of the Enable that follows BeginCalibCycle, ns."""
        return clock_of(self.first_pulse(step) - GAP // 3)

    def disable(self, step: int) -> int:
        """Time of the last Disable of a step, ns."""
        return clock_of(self._last_pulse(step) + GAP // 9)

    def end_step(self, step: int) -> int:
        """Time of EndCalibCycle, ns."""
        return clock_of(self._last_pulse(step) + 2 * GAP // 9)

    def end_run(self) -> int:
        """Time of EndRun, ns."""
        return clock_of(self._last_pulse(self._setup.steps - 1) + GAP)

    def pause(self, shots: Shots) -> tuple[int, int]:
        """Times of a Disable and an Enable right behind these events, before the next pulse, ns."""
        last = int(shots.time_ns[-1])
        third = NS_PER_SECOND // PULSE_RATE // 3
        return last + third, last + 2 * third

    def _last_pulse(self, step: int) -> int:
        return self.first_pulse(step) + max(0, self._setup.events - 1) * self._setup.spacing


def time_of(pulses: NDArray[np.int64]) -> NDArray[np.int64]:
    """Unix nanoseconds of pulses counted from BeginRun."""
    times: NDArray[Any] = START * NS_PER_SECOND + pulses * NS_PER_SECOND // PULSE_RATE
    return times


def clock_of(pulse: int) -> int:
    """Unix nanoseconds of one pulse."""
    return START * NS_PER_SECOND + pulse * NS_PER_SECOND // PULSE_RATE
