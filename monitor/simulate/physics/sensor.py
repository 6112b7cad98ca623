"""An integrating sensor: pedestals, noise, common mode, photons, dead and hot pixels, made fast enough for 120 frames a second.

Electronic noise comes from a table that is entered at another place for each panel; photons are drawn one by one.
"""

from dataclasses import dataclass
from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

NOISE_TABLE = 1 << 20
ADC_MAX = 16383

DEAD, HOT = 8, 1
"""Status words of the facility's dark tools: bit 8 always low, bit 1 noise above the limit."""


@dataclass(frozen=True, slots=True)
class Sensor:
    """What is fixed about a sensor; all arrays have the shape of its panels.

    Attributes
    ----------
    pedestal
        Mean without light, ADU, float32.
    rms
        Standard deviation of the noise, ADU, float32.
    status
        0 = good, ``DEAD`` or ``HOT``, uint16.
    noise
        Table of standard normal numbers, float32, shape (``NOISE_TABLE`` + pixels of a panel,).
    """

    pedestal: NDArray[np.float32]
    rms: NDArray[np.float32]
    status: NDArray[np.uint16]
    noise: NDArray[np.float32]


def sensor(
    shape: tuple[int, int, int], random: np.random.Generator, *, pedestal: float, spread: float, rms: float, bad: float
) -> Sensor:
    """A sensor of panels with these properties.

    Parameters
    ----------
    shape
        (panels, rows, columns).
    random
        Source of chance.
    pedestal, spread
        Mean and standard deviation of the pedestals over pixels, ADU.
    rms
        Noise of a good pixel, ADU.
    bad
        Fraction of dead pixels, and of hot ones.
    """
    level = random.normal(pedestal, spread, shape).astype(np.float32)
    noise = random.normal(rms, 0.1 * rms, shape).astype(np.float32)
    status = np.zeros(shape, np.uint16)
    chance = random.random(shape, np.float32)
    dead, hot = chance < bad, chance > 1 - bad
    status[dead], status[hot] = DEAD, HOT
    level[dead], noise[dead] = 12.0, 0.3
    noise[hot] = 25 * rms
    table = random.standard_normal(NOISE_TABLE + shape[1] * shape[2], np.float32)
    return Sensor(level, noise, status, table)


def dark_frame(out: NDArray[Any], device: Sensor, common: NDArray[np.float32], random: np.random.Generator) -> None:
    """Fill a frame without light.

    Parameters
    ----------
    out
        Integers of the shape of the sensor; filled in place.
    device
        The sensor.
    common
        Common mode of each panel, ADU, shape (panels,); every pixel feels it.
    random
        Source of chance.
    """
    starts = random.integers(0, NOISE_TABLE, len(common))
    panels = out.reshape(len(common), -1)
    like = (len(common), panels.shape[1])
    _dark(panels, device.pedestal.reshape(like), device.rms.reshape(like), device.noise, common, starts)


@numba.njit(cache=True, nogil=True, fastmath=True)  # type: ignore[untyped-decorator]  # numba has no types
def _dark(
    out: NDArray[Any],
    pedestal: NDArray[np.float32],
    rms: NDArray[np.float32],
    noise: NDArray[np.float32],
    common: NDArray[np.float32],
    starts: NDArray[np.int64],
) -> None:
    panels, pixels = out.shape
    for panel in range(panels):
        table = noise[starts[panel] : starts[panel] + pixels]
        shift = common[panel] + np.float32(0.5)
        for i in range(pixels):
            value = pedestal[panel, i] + rms[panel, i] * table[i] + shift
            value = min(max(value, np.float32(0.0)), np.float32(ADC_MAX))
            out[panel, i] = np.int16(value)


@numba.njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]  # numba has no types
def add_photons(out: NDArray[Any], table: NDArray[np.uint64], count: int, height: int, seed: int) -> None:
    """Add ``count`` photons of ``height`` ADU to a flat frame in place, each at a pixel drawn from a table of ``draw_from``.

    Random numbers: SplitMix64 (Steele et al. 2014), started at ``seed``.
    """
    pixels = np.uint64(len(table))
    state = np.uint64(seed)
    for _ in range(count):
        state += np.uint64(0x9E3779B97F4A7C15)
        z = state
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z = z ^ (z >> np.uint64(31))
        at = np.int64(((z >> np.uint64(32)) * pixels) >> np.uint64(32))
        if (z & np.uint64(0xFFFFFFFF)) >= (table[at] & np.uint64(0xFFFFFFFF)):
            at = np.int64(table[at] >> np.uint64(32))
        out[at] = min(np.int64(out[at]) + height, ADC_MAX)


def scatter(frame: NDArray[Any], table: NDArray[np.uint64], count: int, height: int, random: np.random.Generator) -> None:
    """Add photons to a frame in place, drawn from a table over its pixels."""
    add_photons(frame.reshape(-1), table, count, height, int(random.integers(1 << 62)))
