"""Jungfrau pixels: each word tells its own gain range, which chooses pedestal and gain.

Word: bits 0-13 ADC, bits 14-15 range code; 00 high, 01 medium, 11 low gain, 10 invalid. Facility's Jungfrau calibration: an
invalid range is passed through unchanged.
"""

import numpy as np
from numpy.typing import NDArray

from workers.corrections.level import readonly
from workers.kernel import kernel

RANGES = 3
ADC_BITS = 0x3FFF
RANGE_SHIFT = 14
INVALID = -1
RANGE_OF_CODE = np.array([0, 1, INVALID, 2], np.int64)


def switch_gain(
    buffer: NDArray[np.uint8],
    offsets: NDArray[np.int64],
    pedestal: NDArray[np.float32],
    factor: NDArray[np.float32],
    out: NDArray[np.float32],
) -> None:
    """Corrected panels of many events.

    Parameters
    ----------
    buffer
        Bytes that hold the raw panels (uint16), shape (bytes,).
    offsets
        First byte of each panel in ``buffer``, shape (events, panels); -1 = absent. A panel that would reach outside is absent.
    pedestal
        Dark level of each range, shape (3, panels, pixels), ADU.
    factor
        1 / gain of each range, shape (3, panels, pixels), keV/ADU; 0 where the gain is 0; NaN = bad pixel.
    out
        Result, shape (events, panels, pixels), keV; NaN = bad or absent. A word with the invalid range code gives its ADC value.
    """
    _switch_gain(readonly(buffer), offsets, pedestal, factor, RANGE_OF_CODE, out)


@kernel
def _switch_gain(
    buffer: NDArray[np.uint8],
    offsets: NDArray[np.int64],
    pedestal: NDArray[np.float32],
    factor: NDArray[np.float32],
    range_of_code: NDArray[np.int64],
    out: NDArray[np.float32],
) -> None:
    events, panels, pixels = out.shape
    size = pixels * 2
    for panel in range(panels):
        for event in range(events):
            at = offsets[event, panel]
            values = out[event, panel]
            if at < 0 or at > len(buffer) - size:
                values[:] = np.nan
                continue
            raw = buffer[at : at + size].view(np.uint16)
            for i in range(pixels):
                word = raw[i]
                code = range_of_code[word >> RANGE_SHIFT]
                if code == 0:
                    dark, gain = pedestal[0, panel, i], factor[0, panel, i]
                elif code > 0:
                    dark, gain = pedestal[code, panel, i], factor[code, panel, i]
                else:
                    # 0 * factor + 1 is 1 for a good pixel and stays NaN for a bad one
                    dark, gain = np.float32(0), np.float32(0) * factor[0, panel, i] + np.float32(1)
                values[i] = (np.float32(word & ADC_BITS) - dark) * gain


def switch_gain_plain(
    buffer: NDArray[np.uint8],
    offsets: NDArray[np.int64],
    pedestal: NDArray[np.float32],
    factor: NDArray[np.float32],
    out: NDArray[np.float32],
) -> None:
    """Plain twin of ``switch_gain``."""
    size = out.shape[2] * 2
    for event, panel in np.ndindex(offsets.shape):
        at = offsets[event, panel]
        if not 0 <= at <= len(buffer) - size:
            out[event, panel] = np.nan
            continue
        raw = buffer[at : at + size].view(np.uint16)
        adc, code = (raw & ADC_BITS).astype(np.float32), RANGE_OF_CODE[raw >> RANGE_SHIFT]
        ranges = [(adc - pedestal[g, panel]) * factor[g, panel] for g in range(RANGES)]
        through = np.where(np.isnan(factor[0, panel]), np.float32(np.nan), adc)
        out[event, panel] = np.select([code == g for g in range(RANGES)], ranges, through)
