"""Constants of one detector in the form that the kernels use: what to take off and what to multiply by, per plane of a word."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from monitor.calib.constants import Constants
from workers.corrections.common_mode.choice import FIXED_GAIN, NOMINAL_GAIN, OFF, RAW, RAW_WITH_CODE
from workers.corrections.gain_switch import counting_planes, for_planes
from workers.detectors.area import AreaFamily, GainCode, Layout

NOMINAL_GAINS = np.array([1, 3, 100, 1, 3, 100, 100], np.float32)
"""High-gain ADU per ADU in each range of an Epix10ka (smalldata_tools' codes 81 and 82)."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Prepared:
    """What the kernels of a chain use.

    Attributes
    ----------
    code
        How a word tells its plane; None = one plane.
    dark
        Shape (planes, \\*shape), ADU.
    factor
        Shape (planes, \\*shape); NaN = bad pixel.
    counting
        Pixels that count for the common mode in each plane, shape (planes, \\*shape).
    unit
        Of a corrected pixel.
    raw
        Whether pixels are as recorded.
    """

    code: GainCode | None
    dark: NDArray[np.float32]
    factor: NDArray[np.float32]
    counting: NDArray[np.bool_]
    unit: str
    raw: bool


def prepare(layout: Layout, family: AreaFamily, constants: Constants, good: NDArray[np.bool_], number: int) -> Prepared:
    """Constants for one detector.

    Parameters
    ----------
    layout, family
        Of the detector.
    constants
        Fitted: each of shape ``shape`` or ``(ranges, *shape)``.
    good
        Shape ``shape``.
    number
        That of the common mode, which may choose other steps than the usual ones.
    """
    raw = "pedestals" not in constants or number in (RAW, RAW_WITH_CODE)
    if raw:
        keeps_code = "pedestals" not in constants or number == RAW_WITH_CODE or not _many_ranges(family)
        code = None if keeps_code else family.gain
        planes = 1 if code is None else code.planes
        dark, factor, unit = np.zeros((planes, *layout.shape), np.float32), np.ones((planes, *layout.shape), np.float32), "ADU"
        return Prepared(code=code, dark=dark, factor=factor, counting=dark == 0, unit=unit, raw=True)
    code, ranges = family.gain, 1 if family.gain is None else family.gain.ranges or family.gain.planes
    dark, factor, unit = _by_range(layout, family, constants, ranges)
    if code is not None:
        if _many_ranges(family):
            dark, factor, unit = _by_number(number, dark, factor, unit)
        # A plane without a range passes its value on: pedestal 0, factor 1.
        dark, factor = for_planes(dark, layout.gain_map, 0), for_planes(factor, layout.gain_map, 1)
    counting = np.broadcast_to(good, dark.shape)
    if code is not None and layout.common_mode_good:
        counting = good & counting_planes(code.planes, layout.shape, layout.gain_map, layout.common_mode_good)
    factor = np.where(good, factor, np.float32(np.nan))
    return Prepared(code=code, dark=dark, factor=factor, counting=counting, unit=unit, raw=False)


def _many_ranges(family: AreaFamily) -> bool:
    """Epix10ka and its like: the seven ranges that the numbers of smalldata_tools speak of."""
    return family.gain is not None and family.gain.ranges == len(NOMINAL_GAINS)


def _by_range(
    layout: Layout, family: AreaFamily, constants: Constants, ranges: int
) -> tuple[NDArray[np.float32], NDArray[np.float32], str]:
    shape = (ranges, *layout.shape)
    dark = _all_ranges(constants["pedestals"], shape)
    if family.gain is not None and "pixel_offset" in constants:
        dark = dark + _all_ranges(constants["pixel_offset"], shape)
    factor = np.ones(shape, np.float32)
    gain = constants.get("pixel_gain")
    if gain is not None:
        gains = _all_ranges(gain, shape)
        # With gain ranges the constants are ADU/keV; a gain of 0 makes the pixel 0 (the facility's rule).
        factor = gains if family.gain is None else np.divide(1, gains, out=np.zeros(shape, np.float32), where=gains != 0)
    if layout.pixel_factor is not None:
        factor = factor * layout.pixel_factor
    return dark, factor, "ADU" if gain is None else family.unit


def _all_ranges(array: NDArray[np.generic], shape: tuple[int, ...]) -> NDArray[np.float32]:
    """Constants of every range; those without ranges hold for all."""
    values: NDArray[np.float32] = np.asarray(array, np.float32)
    return np.broadcast_to(values.reshape(-1 if values.size == math.prod(shape) else 1, *shape[1:]), shape)


def _by_number(
    number: int, dark: NDArray[np.float32], factor: NDArray[np.float32], unit: str
) -> tuple[NDArray[np.float32], NDArray[np.float32], str]:
    """Steps of an Epix10ka that smalldata_tools has beside the usual ones."""
    nominal = np.broadcast_to(NOMINAL_GAINS[: len(dark)].reshape(-1, *(1,) * (dark.ndim - 1)), dark.shape)
    first = np.broadcast_to(dark[:1], dark.shape)
    steps = {OFF: (first, np.ones_like(factor)), FIXED_GAIN: (first, nominal), NOMINAL_GAIN: (dark, nominal)}
    return (*steps[number], "ADU") if number in steps else (dark, factor, unit)
