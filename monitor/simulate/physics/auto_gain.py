"""A sensor with fixed and automatic gain modes: deposited energy -> pixel words with bit 14 for switched to low gain."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LEVELS = (2800, 2700, 2900, 2800, 2700, 3000, 3100)
GAINS = (16.4, 5.466, 0.164, 16.4, 5.466, 0.164, 0.164)
"""Pedestal (ADU) and gain (ADU/keV) of each mode: fixed high, medium, low; high and medium before, and after switching."""
SPREAD, NOISE = 40.0, 2.0
SWITCH_ADU = 11_000.0
"""Signal above which an automatic mode switches."""
ADC_MAX, SWITCHED = 16383, np.uint16(1 << 14)


@dataclass(frozen=True, slots=True)
class AutoGain:
    """What is fixed about a sensor.

    Attributes
    ----------
    pedestal
        Whole ADU by mode, float32, shape (7, panels, rows, columns).
    gain
        ADU/keV by mode, shape (7,).
    modes
        Mode of each panel before and after switching, shape (panels, 2).
    """

    pedestal: NDArray[np.float32]
    gain: NDArray[np.float64]
    modes: NDArray[np.int64]


def auto_gain(shape: tuple[int, int, int], modes: NDArray[np.int64], random: np.random.Generator) -> AutoGain:
    """A sensor of panels in these modes, with the nominal gains of an Epix10ka."""
    pedestal = random.standard_normal((len(LEVELS), *shape), np.float32)
    pedestal *= np.float32(SPREAD)
    pedestal += np.array(LEVELS, np.float32)[:, None, None, None]
    return AutoGain(np.rint(pedestal, out=pedestal), np.array(GAINS), modes)


def measurable(device: AutoGain, panel: int, energy_keV: NDArray[np.float64]) -> NDArray[np.float64]:
    """Energy of each pixel of a panel as far as its words can tell: a fixed gain ends at the full scale of the converter."""
    before, after = device.modes[panel]
    if before != after:
        return energy_keV
    full_scale: NDArray[np.float64] = (ADC_MAX - device.pedestal[before, panel]) / device.gain[before]
    return np.minimum(energy_keV, full_scale)


def digitize_panel(
    device: AutoGain, panel: int, energy_keV: NDArray[np.float64], random: np.random.Generator
) -> NDArray[np.uint16]:
    """Words of one panel for deposited energies, both of shape (rows, columns)."""
    before, after = device.modes[panel]
    signal = device.gain[before] * energy_keV
    switched = (signal > SWITCH_ADU) & (before != after)
    signal[switched] = device.gain[after] * energy_keV[switched]
    dark = np.where(switched, device.pedestal[after, panel], device.pedestal[before, panel])
    noise = random.standard_normal(energy_keV.shape, np.float32) * np.float32(NOISE)
    words: NDArray[np.uint16] = np.clip(np.rint(dark + signal + noise), 0, ADC_MAX).astype(np.uint16)
    words[switched] |= SWITCHED
    return words
