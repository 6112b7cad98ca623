"""Thermistors of 10 kOhm at 25 degrees behind a divider of 100 kOhm at 2.5 V, read with 14 bits (smalldata_tools)."""

import numpy as np
from numpy.typing import NDArray

FULL_SCALE, VOLTS, OHMS, NOMINAL_OHMS = 16383, 2.5, 1e5, 1e4
COEFFICIENTS = (3.3538646e-3, 2.565409e-4, 1.9243889e-6, 1.0969244e-7)
ZERO_CELSIUS = 273.15


def thermistor_temperature(raw: NDArray[np.float64]) -> NDArray[np.float64]:
    """Temperature in degrees Celsius of each raw reading; 0 for a reading of 0, NaN for one that no thermistor gives."""
    volts = raw / FULL_SCALE * VOLTS
    with np.errstate(divide="ignore", invalid="ignore"):
        log = np.log((VOLTS - volts) / (volts / OHMS) / NOMINAL_OHMS)
        celsius = 1 / np.polynomial.polynomial.polyval(log, COEFFICIENTS) - ZERO_CELSIUS
    result: NDArray[np.float64] = np.where(raw == 0, 0.0, celsius)
    return result
