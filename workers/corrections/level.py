"""Raw pixels to signal in one pass: pedestal off, common mode off, gain on, bad pixels to NaN.

The kernel reads the raw pixels where they lie in the mapped bytes and touches each panel while it is in the processor's cache.
"""

import numpy as np
from numpy.typing import NDArray

from workers.corrections.common_mode import CommonMode, subtract_common_mode_plain
from workers.kernel import kernel, summing_kernel


def level(
    buffer: NDArray[np.uint8],
    offsets: NDArray[np.int64],
    like: NDArray[np.generic],
    pedestal: NDArray[np.float32],
    factor: NDArray[np.float32],
    common_mode: CommonMode,
    out: NDArray[np.float32],
) -> None:
    """Corrected panels of many events.

    Parameters
    ----------
    buffer
        Bytes that hold the raw panels, shape (bytes,).
    offsets
        First byte of each panel in ``buffer``, shape (events, panels); -1 = absent. A panel that would reach outside is absent.
    like
        An empty array of the dtype of the raw pixels.
    pedestal
        Dark level, shape (panels, pixels), ADU.
    factor
        Gain to multiply by, shape (panels, pixels); NaN = bad pixel.
    common_mode
        Correction between pedestal and gain.
    out
        Result, shape (events, panels, pixels); NaN = bad or absent.
    """
    _level(readonly(buffer), offsets, like, pedestal, factor, common_mode.threshold, common_mode.largest, common_mode.length, out)


def readonly(buffer: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A read-only view, so that kernels are compiled once for mapped files and for memory."""
    view = buffer.view()
    view.flags.writeable = False
    return view


@summing_kernel
def block_mean(values: NDArray[np.float32], factor: NDArray[np.float32], threshold: float) -> float:
    """Mean of the good pixels below the threshold in one block; NaN if there are none.

    Good means that ``factor`` is not NaN; a value that is NaN is below nothing.
    """
    total, count, limit = 0.0, np.int64(0), np.float32(threshold)
    for i in range(len(values)):
        v = values[i]
        if v < limit and factor[i] == factor[i]:
            total += v
            count += 1
    return total / count if count else np.nan


@kernel
def subtract_common_mode(
    values: NDArray[np.float32], factor: NDArray[np.float32], threshold: float, largest: float, length: int
) -> None:
    """Take the mean of each block off all its pixels, in place.

    Parameters
    ----------
    values
        Pixels in memory order, shape (pixels,), ADU; NaN = absent.
    factor
        Shape (pixels,); NaN = bad, does not count towards the mean.
    threshold, largest, length
        As in ``CommonMode``.
    """
    for start in range(0, len(values), length):
        block = values[start : start + length]
        mean = block_mean(block, factor[start : start + length], threshold)
        if abs(mean) <= largest:
            shift = np.float32(mean)
            for i in range(len(block)):
                block[i] -= shift


@kernel
def _level(
    buffer: NDArray[np.uint8],
    offsets: NDArray[np.int64],
    like: NDArray[np.generic],
    pedestal: NDArray[np.float32],
    factor: NDArray[np.float32],
    threshold: float,
    largest: float,
    length: int,
    out: NDArray[np.float32],
) -> None:
    events, panels, pixels = out.shape
    size = pixels * like.itemsize
    by_panel = length > 0 and pixels % length == 0
    for panel in range(panels):
        for event in range(events):
            at = offsets[event, panel]
            values = out[event, panel]
            if at < 0 or at > len(buffer) - size:
                values[:] = np.nan
                continue
            raw = buffer[at : at + size].view(like.dtype)
            dark, gain = pedestal[panel], factor[panel]
            for i in range(pixels):
                values[i] = np.float32(raw[i]) - dark[i]
            if by_panel:
                subtract_common_mode(values, gain, threshold, largest, length)
            if by_panel or length == 0:
                for i in range(pixels):
                    values[i] *= gain[i]
    if length > 0 and not by_panel:
        gains = factor.reshape(panels * pixels)
        for event in range(events):
            frame = out[event].reshape(panels * pixels)
            subtract_common_mode(frame, gains, threshold, largest, length)
            for i in range(panels * pixels):
                frame[i] *= gains[i]


def level_plain(
    buffer: NDArray[np.uint8],
    offsets: NDArray[np.int64],
    like: NDArray[np.generic],
    pedestal: NDArray[np.float32],
    factor: NDArray[np.float32],
    common_mode: CommonMode,
    out: NDArray[np.float32],
) -> None:
    """Plain twin of ``level``."""
    raw_panels(buffer, offsets, like, out)
    out -= pedestal
    if common_mode.length:
        for frame in out:
            subtract_common_mode_plain(
                frame.reshape(-1), factor.reshape(-1), common_mode.threshold, common_mode.largest, common_mode.length
            )
    out *= factor


def raw_panels(
    buffer: NDArray[np.uint8], offsets: NDArray[np.int64], like: NDArray[np.generic], out: NDArray[np.float32]
) -> None:
    """Panels as recorded, as float32 in ``out`` of shape (events, panels, pixels); NaN = absent. Other arguments as ``level``."""
    size = out.shape[2] * like.itemsize
    for event, panel in np.ndindex(offsets.shape):
        at = offsets[event, panel]
        inside = 0 <= at <= len(buffer) - size
        out[event, panel] = buffer[at : at + size].view(like.dtype) if inside else np.nan
