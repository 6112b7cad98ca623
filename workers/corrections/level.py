"""Raw pixels to signal: pedestal off, gain on, bad pixels to NaN; in one pass, or in two with something between them.

The kernels read the raw pixels where they lie in the mapped bytes and touch each panel while it is in the processor's cache.
"""

import numpy as np
from numpy.typing import NDArray

from workers.kernel import kernel

PIECE = 1 << 14
"""Pixels whose constants stay in the second-level cache while they are used for all events of a batch."""


def level(
    buffer: NDArray[np.uint8],
    offsets: NDArray[np.int64],
    like: NDArray[np.generic],
    pedestal: NDArray[np.float32],
    factor: NDArray[np.float32],
    out: NDArray[np.float32],
) -> None:
    """Corrected panels of many events, in one pass.

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
    out
        Result, shape (events, panels, pixels); NaN = bad or absent.
    """
    _level(readonly(buffer), offsets, like, pedestal, factor, out)


def subtract_pedestal(
    buffer: NDArray[np.uint8],
    offsets: NDArray[np.int64],
    like: NDArray[np.generic],
    pedestal: NDArray[np.float32],
    out: NDArray[np.float32],
) -> None:
    """First half of ``level``, arguments as there; bad pixels keep their value."""
    _subtract_pedestal(readonly(buffer), offsets, like, pedestal, out)


@kernel
def multiply_gain(factor: NDArray[np.float32], out: NDArray[np.float32]) -> None:
    """Second half of ``level``, in place on ``out``; arguments as there."""
    for event in range(len(out)):
        for panel in range(out.shape[1]):
            values, gain = out[event, panel], factor[panel]
            for i in range(len(values)):
                values[i] *= gain[i]


def readonly(buffer: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A read-only view, so that kernels are compiled once for mapped files and for memory."""
    view = buffer.view()
    view.flags.writeable = False
    return view


@kernel
def _level(
    buffer: NDArray[np.uint8],
    offsets: NDArray[np.int64],
    like: NDArray[np.generic],
    pedestal: NDArray[np.float32],
    factor: NDArray[np.float32],
    out: NDArray[np.float32],
) -> None:
    events, panels, pixels = out.shape
    size, step = pixels * like.itemsize, np.uint64(1)
    for panel in range(panels):
        dark, gain = pedestal[panel], factor[panel]
        for piece in range(0, pixels, PIECE):
            start, stop = np.uint64(piece), np.uint64(min(piece + PIECE, pixels))
            for event in range(events):
                at, values = offsets[event, panel], out[event, panel]
                if at < 0 or at > len(buffer) - size:
                    values[start:stop] = np.nan
                    continue
                raw = buffer[at : at + size].view(like.dtype)
                for i in range(start, stop, step):
                    values[i] = (np.float32(raw[i]) - dark[i]) * gain[i]


@kernel
def _subtract_pedestal(
    buffer: NDArray[np.uint8],
    offsets: NDArray[np.int64],
    like: NDArray[np.generic],
    pedestal: NDArray[np.float32],
    out: NDArray[np.float32],
) -> None:
    events, panels, pixels = out.shape
    size = pixels * like.itemsize
    for panel in range(panels):
        for event in range(events):
            at = offsets[event, panel]
            values = out[event, panel]
            if at < 0 or at > len(buffer) - size:
                values[:] = np.nan
                continue
            raw, dark = buffer[at : at + size].view(like.dtype), pedestal[panel]
            for i in range(pixels):
                values[i] = np.float32(raw[i]) - dark[i]


def level_plain(
    buffer: NDArray[np.uint8],
    offsets: NDArray[np.int64],
    like: NDArray[np.generic],
    pedestal: NDArray[np.float32],
    factor: NDArray[np.float32],
    out: NDArray[np.float32],
) -> None:
    """Plain twin of ``level``."""
    raw_panels(buffer, offsets, like, out)
    out -= pedestal
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
