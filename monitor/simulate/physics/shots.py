"""What is true of every pulse of a run before any detector sees it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LASER_PERIOD = 5
"""Every fifth shot is without laser."""

DROPPED_FRACTION = 0.02


@dataclass(frozen=True, slots=True)
class Pulses:
    """Per-event truth, all of shape (events of the run,)."""

    laser: NDArray[np.bool_]
    dropped: NDArray[np.bool_]
    intensity: NDArray[np.float64]
    """X-ray pulse energy relative to its mean; 0 where the bunch was dropped."""
    jitter_fs: NDArray[np.float64]
    """True delay minus nominal delay."""
    cavity_ps: NDArray[np.float64]
    """What both cavities read of the jitter, shape (events, 2)."""


def pulses(count: int, random: np.random.Generator, *, jitter_fs: float, cavity_noise_fs: float) -> Pulses:
    """Truth of ``count`` pulses.

    Parameters
    ----------
    count
        Events of the run.
    random
        Source of chance.
    jitter_fs
        Standard deviation of the arrival time, fs.
    cavity_noise_fs
        Standard deviation of one cavity's reading error, fs.
    """
    dropped = random.random(count) < DROPPED_FRACTION
    intensity = random.gamma(8.0, 1.0 / 8.0, count)
    jitter = random.normal(0.0, jitter_fs, count)
    read = jitter[:, None] + random.normal(0.0, cavity_noise_fs, (count, 2))
    return Pulses(
        laser=np.arange(count) % LASER_PERIOD != LASER_PERIOD - 1,
        dropped=dropped,
        intensity=np.where(dropped, 0.0, intensity),
        jitter_fs=jitter,
        cavity_ps=read / 1000.0,
    )
