"""Scattering of a liquid in rings, at rest and excited by the laser.

The curves are invented but shaped like water's: a falling form factor and a double first peak; excitation moves the peaks to
smaller q.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.special import erf

HC_KEV_ANGSTROM = 12.398419843


def momentum_transfer(radius_mm: NDArray[np.float64], distance_mm: float, energy_keV: float) -> NDArray[np.float64]:
    """q in 1/angstrom at a distance from the beam on a flat detector."""
    half_angle = 0.5 * np.arctan2(radius_mm, distance_mm)
    q: NDArray[np.float64] = 4 * np.pi * energy_keV / HC_KEV_ANGSTROM * np.sin(half_angle)
    return q


def liquid(q: NDArray[np.float64], shift: float = 0.0) -> NDArray[np.float64]:
    """Scattering per solid angle, arbitrary unit; ``shift`` moves the peaks down by so many 1/angstrom."""
    first = np.exp(-0.5 * ((q - 2.0 + shift) / 0.25) ** 2)
    second = 0.7 * np.exp(-0.5 * ((q - 2.9 + shift) / 0.35) ** 2)
    falling = 0.25 * np.exp(-((q / 3.0) ** 2))
    curve: NDArray[np.float64] = first + second + falling
    return curve


def response(delay_fs: NDArray[np.float64], rise_fs: float, decay_fs: float) -> NDArray[np.float64]:
    """Excited fraction after a pulse: an instant rise to 1 and an exponential decay, blurred by a Gaussian of ``rise_fs``."""
    late = (delay_fs - rise_fs**2 / decay_fs) / (np.sqrt(2.0) * rise_fs)
    fade = np.exp(np.minimum(rise_fs**2 / (2 * decay_fs**2) - delay_fs / decay_fs, 50.0))
    fraction: NDArray[np.float64] = 0.5 * fade * (1 + erf(late))
    return fraction
