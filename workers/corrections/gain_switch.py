"""Pixels whose words tell their own gain range, which chooses pedestal and factor: Jungfrau and Epix10ka.

An invalid code is passed through: pedestal 0, factor 1 (facility's calibration of both detectors).
"""

import numpy as np
from numpy.typing import NDArray

from monitor.kernel import Number
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
    others = np.empty(PIECE, np.int32)
    _switch_gain(readonly(buffer), offsets, code.adc_bits, code.shift, _plane_table(code), pedestal, factor, out, others)


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
    others = np.empty(PIECE, np.int32)
    _subtract_dark(readonly(buffer), offsets, code.adc_bits, code.shift, _plane_table(code), pedestal, out, planes, others)


def multiply(planes: NDArray[np.uint8], factor: NDArray[np.float32], out: NDArray[np.float32]) -> None:
    """Second half of ``switch_gain``, in place on ``out``; arguments as there and as ``subtract_dark`` left them."""
    _multiply(planes, factor, out, np.empty(PIECE, np.int32))


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


PIECE = 1 << 14
"""Pixels whose constants stay in the second-level cache while they are used for all events of a batch."""
BLOCK = 64
"""Pixels that are looked at together: most are all in the first plane."""


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
    others: NDArray[np.int32],
) -> None:
    events, panels, pixels = out.shape
    size, mask, step = pixels * 2, np.uint16(adc_bits), np.uint64(1)
    for panel in range(panels):
        first_dark, first_gain = pedestal[0, panel], factor[0, panel]
        for piece in range(0, pixels, PIECE):
            start, stop = np.uint64(piece), np.uint64(min(piece + PIECE, pixels))
            for event in range(events):
                at, values = offsets[event, panel], out[event, panel]
                if at < 0 or at > len(buffer) - size:
                    values[start:stop] = np.nan
                    continue
                raw = buffer[at : at + size].view(np.uint16)
                # Unsigned, because numba then leaves out the check for indices from the end, and the loop vectorizes.
                for i in range(start, stop, step):
                    values[i] = (np.float32(np.uint16(raw[i] & mask)) - first_dark[i]) * first_gain[i]
                for k in range(_switched(raw, piece, shift, plane_of_code, others)):
                    place = np.uint64(others[k])
                    plane = plane_of_code[raw[place] >> shift]
                    value = np.float32(np.uint16(raw[place] & mask))
                    if plane >= 0:
                        values[place] = (value - pedestal[plane, panel, place]) * factor[plane, panel, place]
                    else:
                        # 0 * factor + 1 is 1 for a good pixel and stays NaN for a bad one
                        values[place] = value * (np.float32(0) * first_gain[place] + np.float32(1))


@kernel
def _switched(
    raw: NDArray[np.uint16], piece: int, shift: int, plane_of_code: NDArray[np.int64], others: NDArray[np.int32]
) -> int:
    """List the pixels of a piece that are not in the first plane.

    Their constants are far apart in memory; taken one after the other from a list, the processor fetches many of them at a time.
    """
    count: Number = 0
    step, pixels = np.uint64(1), len(raw)
    for block in range(piece, min(piece + PIECE, pixels), BLOCK):
        start, stop, bits = np.uint64(block), np.uint64(min(block + BLOCK, pixels)), np.uint16(0)
        for i in range(start, stop, step):
            bits |= raw[i]
        if plane_of_code[0] == 0 and bits >> shift == 0:
            continue
        for i in range(start, stop, step):
            others[count] = i
            count += np.int64(plane_of_code[raw[i] >> shift] != 0)
    return int(count)


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
    others: NDArray[np.int32],
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
            chosen[:] = 0
            for piece in range(0, pixels, PIECE):
                for i in range(np.uint64(piece), np.uint64(min(piece + PIECE, pixels)), step):
                    values[i] = np.float32(np.uint16(raw[i] & mask)) - first_dark[i]
                for k in range(_switched(raw, piece, shift, plane_of_code, others)):
                    place = np.uint64(others[k])
                    plane = plane_of_code[raw[place] >> shift]
                    value = np.float32(np.uint16(raw[place] & mask))
                    values[place] = value - pedestal[plane, panel, place] if plane >= 0 else value
                    chosen[place] = plane if plane >= 0 else NO_PLANE


@kernel
def _multiply(
    planes: NDArray[np.uint8], factor: NDArray[np.float32], out: NDArray[np.float32], others: NDArray[np.int32]
) -> None:
    events, panels, pixels = out.shape
    step = np.uint64(1)
    for panel in range(panels):
        first = factor[0, panel]
        for event in range(events):
            values, chosen = out[event, panel], planes[event, panel]
            for piece in range(0, pixels, PIECE):
                for i in range(np.uint64(piece), np.uint64(min(piece + PIECE, pixels)), step):
                    values[i] *= first[i] if chosen[i] == 0 else np.float32(1)
                for k in range(_elsewhere(chosen, piece, others)):
                    place = np.uint64(others[k])
                    plane = chosen[place]
                    if plane < factor.shape[0]:
                        values[place] *= factor[plane, panel, place]
                    else:
                        values[place] *= np.float32(0) * first[place] + np.float32(1)


@kernel
def _elsewhere(chosen: NDArray[np.uint8], piece: int, others: NDArray[np.int32]) -> int:
    """As ``_switched``, by planes that are known."""
    count: Number = 0
    step, pixels = np.uint64(1), len(chosen)
    for block in range(piece, min(piece + PIECE, pixels), BLOCK):
        start, stop, bits = np.uint64(block), np.uint64(min(block + BLOCK, pixels)), np.uint8(0)
        for i in range(start, stop, step):
            bits |= chosen[i]
        if bits == 0:
            continue
        for i in range(start, stop, step):
            others[count] = i
            count += np.int64(chosen[i] != 0)
    return int(count)


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
