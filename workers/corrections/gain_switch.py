"""Pixels whose words tell their own gain range, which chooses pedestal and factor: Jungfrau and Epix10ka.

An invalid code is passed through: pedestal 0, factor 1 (facility's calibration of both detectors).
"""

import numpy as np
from numpy.typing import NDArray

from workers.corrections.level import readonly
from workers.detectors.area import GainCode
from workers.kernel import kernel

NO_PLANE = 255
"""Plane of a pixel with an invalid code."""


def switch_gain(
    buffer: NDArray[np.uint8],
    offsets: NDArray[np.int64],
    code: GainCode,
    pedestal: NDArray[np.float32],
    factor: NDArray[np.float32],
    out: NDArray[np.float32],
) -> None:
    """Corrected panels of many events, in one pass.

    Parameters
    ----------
    buffer
        Bytes that hold the raw panels (uint16), shape (bytes,).
    offsets
        First byte of each panel in ``buffer``, shape (events, panels); -1 = absent. A panel that would reach outside is absent.
    code
        How a word tells its plane.
    pedestal
        Dark level of each plane, shape (planes, panels, pixels), ADU.
    factor
        1 / gain of each plane, shape (planes, panels, pixels), keV/ADU; 0 where the gain is 0; NaN = bad pixel.
    out
        Result, shape (events, panels, pixels), keV; NaN = bad or absent. A word with an invalid code gives its ADC value.
    """
    _switch_gain(readonly(buffer), offsets, code.adc_bits, code.shift, _plane_table(code), pedestal, factor, out)


def subtract_dark(
    buffer: NDArray[np.uint8],
    offsets: NDArray[np.int64],
    code: GainCode,
    pedestal: NDArray[np.float32],
    out: NDArray[np.float32],
    planes: NDArray[np.uint8],
) -> None:
    """First half of ``switch_gain``, where something comes between pedestal and factor.

    Parameters
    ----------
    buffer, offsets, code, pedestal
        As for ``switch_gain``.
    out
        Pedestal-subtracted panels, shape (events, panels, pixels), ADU; NaN = absent.
    planes
        Plane of each pixel, in the shape of ``out``; ``NO_PLANE`` = invalid code or absent.
    """
    _subtract_dark(readonly(buffer), offsets, code.adc_bits, code.shift, _plane_table(code), pedestal, out, planes)


def multiply(planes: NDArray[np.uint8], factor: NDArray[np.float32], out: NDArray[np.float32]) -> None:
    """Second half of ``switch_gain``, in place on ``out``; arguments as there and as ``subtract_dark`` left them."""
    _multiply(planes, factor, out)


def for_planes(ranges: NDArray[np.float32], gain_map: NDArray[np.int8] | None, undefined: float) -> NDArray[np.float32]:
    """Constants by plane out of constants by range.

    Parameters
    ----------
    ranges
        Shape (ranges, *shape).
    gain_map
        Range that each plane means at each pixel, shape (planes, *shape), -1 = undefined; None: plane and range are the same.
    undefined
        Value where the range is undefined: 0 for a pedestal, 1 for a factor.
    """
    if gain_map is None:
        return ranges
    chosen = np.take_along_axis(ranges, np.maximum(gain_map, 0).astype(np.int64), axis=0)
    return np.where((gain_map >= 0) & (gain_map < len(ranges)), chosen, np.float32(undefined))


def counting_planes(
    planes: int, shape: tuple[int, ...], gain_map: NDArray[np.int8] | None, ranges: tuple[int, ...]
) -> NDArray[np.bool_]:
    """Whether a pixel in a plane counts for the common mode of these ranges, shape (planes, *shape)."""
    if gain_map is None:
        gain_map = np.broadcast_to(np.arange(planes, dtype=np.int8).reshape(-1, *(1,) * len(shape)), (planes, *shape))
    return np.isin(gain_map, ranges)


def _plane_table(code: GainCode) -> NDArray[np.int64]:
    return np.array(code.plane_of_code, np.int64)


BLOCK = 64
"""Pixels that are looked at together: where all are in the first plane, as most are, the step vectorizes."""


@kernel
def _switch_gain(
    buffer: NDArray[np.uint8],
    offsets: NDArray[np.int64],
    adc_bits: int,
    shift: int,
    plane_of_code: NDArray[np.int64],
    pedestal: NDArray[np.float32],
    factor: NDArray[np.float32],
    out: NDArray[np.float32],
) -> None:
    events, panels, pixels = out.shape
    size, mask, step = pixels * 2, np.uint16(adc_bits), np.uint64(1)
    for panel in range(panels):
        first_dark, first_gain = pedestal[0, panel], factor[0, panel]
        for event in range(events):
            at = offsets[event, panel]
            values = out[event, panel]
            if at < 0 or at > len(buffer) - size:
                values[:] = np.nan
                continue
            raw = buffer[at : at + size].view(np.uint16)
            for block in range(0, pixels, BLOCK):
                # Unsigned, because numba then leaves out the check for indices from the end, and the loops vectorize.
                start, stop = np.uint64(block), np.uint64(min(block + BLOCK, pixels))
                if _in_first_plane(raw, start, stop, shift, plane_of_code):
                    for i in range(start, stop, step):
                        values[i] = (np.float32(np.uint16(raw[i] & mask)) - first_dark[i]) * first_gain[i]
                    continue
                for i in range(start, stop, step):
                    plane = plane_of_code[raw[i] >> shift]
                    value = np.float32(np.uint16(raw[i] & mask))
                    if plane >= 0:
                        values[i] = (value - pedestal[plane, panel, i]) * factor[plane, panel, i]
                    else:
                        # 0 * factor + 1 is 1 for a good pixel and stays NaN for a bad one
                        values[i] = value * (np.float32(0) * first_gain[i] + np.float32(1))


@kernel
def _in_first_plane(
    raw: NDArray[np.uint16], start: np.uint64, stop: np.uint64, shift: int, plane_of_code: NDArray[np.int64]
) -> bool:
    """Whether all these words have code 0, and that means the first plane."""
    largest = np.uint16(0)
    for i in range(start, stop, np.uint64(1)):
        largest = max(largest, raw[i])
    return bool(plane_of_code[0] == 0 and largest >> shift == 0)


@kernel
def _subtract_dark(
    buffer: NDArray[np.uint8],
    offsets: NDArray[np.int64],
    adc_bits: int,
    shift: int,
    plane_of_code: NDArray[np.int64],
    pedestal: NDArray[np.float32],
    out: NDArray[np.float32],
    planes: NDArray[np.uint8],
) -> None:
    events, panels, pixels = out.shape
    size, mask, step = pixels * 2, np.uint16(adc_bits), np.uint64(1)
    for panel in range(panels):
        first_dark = pedestal[0, panel]
        for event in range(events):
            at = offsets[event, panel]
            values, chosen = out[event, panel], planes[event, panel]
            if at < 0 or at > len(buffer) - size:
                values[:] = np.nan
                chosen[:] = NO_PLANE
                continue
            raw = buffer[at : at + size].view(np.uint16)
            for block in range(0, pixels, BLOCK):
                start, stop = np.uint64(block), np.uint64(min(block + BLOCK, pixels))
                if _in_first_plane(raw, start, stop, shift, plane_of_code):
                    for i in range(start, stop, step):
                        values[i] = np.float32(np.uint16(raw[i] & mask)) - first_dark[i]
                        chosen[i] = 0
                    continue
                for i in range(start, stop, step):
                    plane = plane_of_code[raw[i] >> shift]
                    value = np.float32(np.uint16(raw[i] & mask))
                    values[i] = value - pedestal[plane, panel, i] if plane >= 0 else value
                    chosen[i] = plane if plane >= 0 else NO_PLANE


@kernel
def _multiply(planes: NDArray[np.uint8], factor: NDArray[np.float32], out: NDArray[np.float32]) -> None:
    events, panels, pixels = out.shape
    for panel in range(panels):
        for event in range(events):
            values, chosen = out[event, panel], planes[event, panel]
            for start in range(0, pixels, BLOCK):
                stop = min(start + BLOCK, pixels)
                if _largest(chosen[start:stop]) == 0:
                    _multiply_first(factor[0, panel, start:stop], values[start:stop])
                    continue
                for i in range(start, stop):
                    plane = chosen[i]
                    if plane < factor.shape[0]:
                        values[i] *= factor[plane, panel, i]
                    else:
                        values[i] *= np.float32(0) * factor[0, panel, i] + np.float32(1)


@kernel
def _largest(planes: NDArray[np.uint8]) -> int:
    largest = planes[0]
    for i in range(len(planes)):
        largest = max(largest, planes[i])
    return int(largest)


@kernel
def _multiply_first(factor: NDArray[np.float32], values: NDArray[np.float32]) -> None:
    for i in range(len(values)):
        values[i] *= factor[i]


def switch_gain_plain(
    buffer: NDArray[np.uint8],
    offsets: NDArray[np.int64],
    code: GainCode,
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
        adc, plane = (raw & code.adc_bits).astype(np.float32), _plane_table(code)[raw >> code.shift]
        by_plane = [(adc - pedestal[p, panel]) * factor[p, panel] for p in range(code.planes)]
        through = np.where(np.isnan(factor[0, panel]), np.float32(np.nan), adc)
        out[event, panel] = np.select([plane == p for p in range(code.planes)], by_plane, through)
