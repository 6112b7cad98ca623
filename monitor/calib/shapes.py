"""Constants in files against constants in memory: how many numbers of which type a detector expects of each calibration type."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.errors import DamagedData

DTYPES: dict[str, np.dtype[Any]] = {
    "pedestals": np.dtype(np.float32),
    "pixel_status": np.dtype(np.uint16),
    "pixel_rms": np.dtype(np.float32),
    "pixel_gain": np.dtype(np.float32),
    "pixel_mask": np.dtype(np.uint8),
    "pixel_bkgd": np.dtype(np.float32),
    "common_mode": np.dtype(np.float64),
    "pixel_offset": np.dtype(np.float32),
    "status_data": np.dtype(np.uint16),
    "status_extra": np.dtype(np.uint64),
}
"""Type in memory of each calibration type that is an array."""

RANGES = {
    "Jungfrau": 3,
    "Epix10ka": 7,
    "Epix10kaQuad": 7,
    "Epix10ka2M": 7,
    "Epixhr2x2": 7,
    "Epixm320": 3,
    "Epixuhr": 2,
    "Epixuhr3x2": 8,
}
"""Gain ranges in the constants, range first, by device; one for all others."""

PANELS = {
    "Cspad": ((32,), 185 * 388),
    "Cspad2x2": ((2,), 185 * 388),
    "Epix100a": ((1,), 704 * 768),
    "Epix10ka": ((1,), 352 * 384),
    "Epix10kaQuad": ((4,), 352 * 384),
    "Epix10ka2M": ((16,), 352 * 384),
    "Jungfrau": ((1, 2, 4, 6, 8), 512 * 1024),
    "pnCCD": ((4,), 512 * 512),
    "Opal1000": ((1,), 1024 * 1024),
}
"""Panels and pixels of a panel, by device, where they are always the same."""

INTERLEAVED = "Cspad2x2"
"""The device whose constants have the two panels in the last axis: (185, 388, 2)."""

MOST_NUMBERS = 16
"""Numbers in a common_mode file."""


def fitted(array: NDArray[Any], ctype: str, shape: tuple[int, ...], device: str = "") -> NDArray[Any]:
    """Constants of one type as the chains take them.

    Parameters
    ----------
    array
        As stored, in any shape with the right number of elements.
    ctype
        Calibration type.
    shape
        Shape of a frame in memory, panels first.
    device
        Device name of the source: ``Jungfrau``; says how many gain ranges there are.

    Returns
    -------
    numpy.ndarray
        Shape ``shape``, or ``(ranges, *shape)`` for a device with several; of the type of ``DTYPES``. The numbers of
        ``common_mode`` stay a single row.

    Raises
    ------
    DamagedData
        Saying what was expected and what was found.
    """
    if ctype == "common_mode":
        if not 1 <= array.size <= MOST_NUMBERS:
            raise DamagedData(f"{ctype} has {array.size} numbers, expected are 1 to {MOST_NUMBERS}")
        return typed(array.reshape(-1), ctype)
    ranges, pixels = RANGES.get(device, 1), math.prod(shape)
    if array.size not in (pixels, ranges * pixels):
        wanted = (ranges, *shape) if ranges > 1 else shape
        raise DamagedData(f"{ctype} has {_words(array.shape)} numbers, expected are {_words(wanted)}")
    numbers = typed(array, ctype)
    if device == INTERLEAVED and len(shape) == 3 and array.shape[-1] != shape[-1]:
        # Whatever the text's rows are, the numbers run over panels fastest.
        return np.ascontiguousarray(np.moveaxis(numbers.reshape(*shape[1:], shape[0]), -1, 0))
    return numbers.reshape(shape if array.size == pixels else (ranges, *shape))


def typed(array: NDArray[Any], ctype: str) -> NDArray[Any]:
    """The same numbers in the type of their calibration type.

    Raises
    ------
    DamagedData
        If a word of bits is negative, too large or not a number.
    """
    dtype = DTYPES.get(ctype, np.dtype(np.float32))
    if dtype.kind == "u" and array.size:
        least, most, limit = array.min(), array.max(), 1 << (8 * dtype.itemsize)
        # Compared as Python numbers, which know no overflow; a NaN fails.
        if not (least.item() >= 0 and most.item() < limit):
            raise DamagedData(f"{ctype} has values from {least} to {most}, expected are whole numbers from 0 to {limit - 1}")
    return np.ascontiguousarray(array, dtype=dtype)


def sizes_of(device: str) -> tuple[int, ...]:
    """How many numbers constants of a device may have, ascending: of all its gain ranges or of one; empty = any."""
    panels, pixels = PANELS.get(device, ((), 0))
    ranges = RANGES.get(device, 1)
    return tuple(sorted({count * pixels for count in panels} | {ranges * count * pixels for count in panels}))


def in_words(sizes: Sequence[int]) -> str:
    """Numbers to choose from."""
    return " or ".join(f"{size:,}" for size in sizes)


def _words(shape: tuple[int, ...]) -> str:
    return " x ".join(str(length) for length in shape) or "1"
