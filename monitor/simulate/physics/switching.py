"""A sensor whose pixels choose between three gain ranges: deposited energy -> pixel words."""

from dataclasses import dataclass
from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

from monitor.simulate.physics.sensor import NOISE_TABLE

GAIN_BITS = np.array([0, 1, 3], np.uint16) << np.uint16(14)
FULL_SCALE_keV = np.array([260.0, 9000.0, np.inf])
"""Energy up to which a pixel stays in a range."""


@dataclass(frozen=True, slots=True)
class Switching:
    """What is fixed about a sensor; arrays of shape (3, panels, rows, columns), range first.

    Attributes
    ----------
    pedestal
        Value without light, ADU, float32.
    gain
        ADU per keV, float32; negative in the lower ranges.
    rms
        Noise in each range, ADU, shape (3,).
    noise
        Table of standard normal numbers, float32.
    """

    pedestal: NDArray[np.float32]
    gain: NDArray[np.float32]
    rms: NDArray[np.float32]
    noise: NDArray[np.float32]


def switching(shape: tuple[int, int, int], random: np.random.Generator) -> Switching:
    """A sensor with the nominal values of a Jungfrau: 41.5, -1.39 and -0.11 ADU/keV."""
    like = (3, *shape)
    pedestal = random.normal(0, 1, like).astype(np.float32)
    gain = random.normal(1, 0.01, like).astype(np.float32)
    for i, (level, spread, nominal) in enumerate(((2400.0, 80.0, 41.5), (14600.0, 60.0, -1.39), (14700.0, 60.0, -0.11))):
        pedestal[i] = pedestal[i] * np.float32(spread) + np.float32(level)
        gain[i] *= np.float32(nominal)
    noise = random.standard_normal(NOISE_TABLE + int(np.prod(shape)), np.float32)
    return Switching(pedestal, gain, np.array([3.0, 2.0, 2.0], np.float32), noise)


def digitize(
    out: NDArray[np.uint16], device: Switching, energy_keV: NDArray[np.float32], random: np.random.Generator, *, least: int = 0
) -> NDArray[np.int64]:
    """Fill a frame with the pixel words of deposited energies.

    Parameters
    ----------
    out
        Pixel words of the shape of the sensor; filled in place.
    device
        The sensor.
    energy_keV
        Deposited energy, same shape.
    random
        Source of chance.
    least
        Range in which pixels begin: above 0 for a sensor that is held in a range.

    Returns
    -------
    numpy.ndarray
        Pixels in each range, shape (3,).
    """
    start = int(random.integers(0, NOISE_TABLE))
    pedestal, gain = device.pedestal.reshape(3, -1), device.gain.reshape(3, -1)
    used: NDArray[np.int64] = _digitize(
        out.reshape(-1),
        pedestal,
        gain,
        device.rms,
        device.noise[start:],
        energy_keV.reshape(-1),
        least,
        GAIN_BITS,
        FULL_SCALE_keV,
    )
    return used


@numba.njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]  # numba has no types
def _digitize(
    out: NDArray[np.uint16],
    pedestal: NDArray[np.float32],
    gain: NDArray[np.float32],
    rms: NDArray[np.float32],
    noise: NDArray[np.float32],
    energy: NDArray[np.float32],
    least: int,
    bits: NDArray[np.uint16],
    full: NDArray[np.float64],
) -> Any:
    used = np.zeros(3, np.int64)
    for i in range(len(out)):
        stage = least
        while energy[i] > full[stage]:
            stage += 1
        used[stage] += 1
        value = pedestal[stage, i] + gain[stage, i] * energy[i] + rms[stage] * noise[i] + np.float32(0.5)
        value = min(max(value, np.float32(0.0)), np.float32(16383.0))
        out[i] = np.uint16(value) | bits[stage]
    return used
