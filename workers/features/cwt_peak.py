"""Peaks of a given width in a trace, by a wavelet: what ``scipy.signal.find_peaks_cwt`` finds with the single width 3.

Source: Du, Kibbe, Lin (2006); with one width a ridge is a local maximum of the transform, kept where the transform is above the
noise around it (its 10th percentile in a window of a twentieth of the trace).
"""

import numpy as np
from numpy.typing import NDArray

from workers.features.trace import Floats
from workers.kernel import kernel

WIDTH = 3.0
TAPS = 30
LOW_PERCENT = 10.0


def wavelet(samples: int) -> Floats:
    """Mexican hat of unit energy, centred, of 30 taps, or as many as the trace has samples."""
    taps = min(TAPS, samples)
    square = ((np.arange(taps) - (taps - 1.0) / 2) / WIDTH) ** 2
    hat: Floats = 2 / (np.sqrt(3 * WIDTH) * np.pi**0.25) * (1 - square) * np.exp(-square / 2)
    return hat


def peaks_in(values: Floats) -> NDArray[np.bool_]:
    """Where the peaks of each trace are.

    Parameters
    ----------
    values
        Traces without NaN, float64, shape (events, samples).

    Returns
    -------
    numpy.ndarray
        True at a peak, bool, the shape of ``values``.
    """
    found = np.zeros(values.shape, np.bool_)
    mark_peaks(np.ascontiguousarray(values), wavelet(values.shape[1]), found)
    return found


@kernel
def mark_peaks(values: Floats, hat: Floats, found: NDArray[np.bool_]) -> None:
    """Mark the local maxima of each trace's transform that stand above the noise around them."""
    samples, taps = values.shape[1], len(hat)
    size = -(-samples // 20)
    half, odd = size // 2, size % 2
    row = np.empty(samples)
    for event in range(len(values)):
        for i in range(samples):
            first = i + (taps - 1) // 2
            total = 0.0
            for k in range(max(0, first - samples + 1), min(taps, first + 1)):
                total += hat[k] * values[event, first - k]
            row[i] = total
        for i in range(1, samples - 1):
            if not (row[i] > row[i - 1] and row[i] > row[i + 1]):
                continue
            around = np.sort(row[max(i - half, 0) : min(i + half + odd, samples)])
            place = (len(around) - 1) * LOW_PERCENT / 100
            low = int(place)
            high = min(low + 1, len(around) - 1)
            noise = around[low] + (around[high] - around[low]) * (place - low)
            if abs(row[i]) >= abs(noise):
                found[event, i] = True
