"""EpixUHR 3x2: a panel of 336 x 576 pixels that comes as six ASICs of 168 x 192, turned over as they are mounted.

Words and frames are as those of Epixuhr; bits 12-15 of what is sent mean nothing. The configuration of a pixel and its switch
tell its gain state; after switching the constants of the fixed low gains hold. This is the table of the facility's psana2
(gain_maps_epixuhr), whose code masks the switch and the bit of the medium gain away.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.errors import DamagedData
from workers.detectors.area import GainCode
from workers.kernel import kernel
from workers.xtc2.detectors import epixuhr
from workers.xtc2.detectors.epixuhr import PITCH, PIXELS
from workers.xtc2.frame_family import FRAMES, Configs, FrameFamily, Packing, area_family

ASIC = epixuhr.ROWS, epixuhr.COLUMNS
ASICS, ROWS, COLUMNS = 6, 2 * ASIC[0], 3 * ASIC[1]
GAIN = GainCode(adc_bits=0x7FF, shift=11, plane_of_code=(0, 1) * 16, planes=2, ranges=8)

MODE_BITS = 0o73
"""Bits of a pixel that tell its mode; the other one turns injection on."""
FIXED_MODES = (0b100000, 0b101000, 0b000001, 0b100001)
AUTOMATIC_MODES = (0b010000, 0b110000, 0b011000, 0b111000)
LOW = (2, 3, 2, 3)
"""Range of each automatic mode after switching."""
UNDEFINED = -1


def assembled(asics: NDArray[Any]) -> NDArray[Any]:
    """A panel of six ASICs, shape (6, 168, 192) to (336, 576): the upper ones left to right, the lower ones upside down."""
    return np.vstack([np.hstack([asic[:, ::-1] for asic in asics[:3]]), np.hstack([asic[::-1] for asic in asics[3:]])])


SOURCE = np.ascontiguousarray(assembled(np.arange(ASICS * PIXELS).reshape(ASICS, *ASIC)).reshape(-1))
"""Number of the sent word of each pixel, shape (336 * 576,)."""


def pixel_bits(config: Mapping[str, Any]) -> NDArray[np.uint8]:
    """Configuration bits of each pixel of a panel, shape (336, 576); an ASIC whose own are not 0 has them in all of its pixels.

    Raises
    ------
    DamagedData
        If the configuration does not have them.
    """
    of_asics, of_pixels = np.asarray(config.get("gainAsic", ())), np.asarray(config.get("gainCSVAsic", ()))
    if of_asics.shape != (ASICS,) or of_pixels.size != ASICS * PIXELS:
        raise DamagedData("the configuration of a panel does not tell the gains of its pixels")
    pixels = of_pixels.reshape(ASICS, *ASIC)
    return assembled(np.where(of_asics[:, None, None] > 0, of_asics[:, None, None], pixels).astype(np.uint8))


def modes_of(bits: NDArray[np.uint8]) -> NDArray[np.int8]:
    """Range 0-7 of each pixel before and after switching, shape (2, rows, columns); -1 = none of them."""
    modes = np.full((2, *bits.shape), UNDEFINED, np.int8)
    for number, value in enumerate(AUTOMATIC_MODES):
        fits = bits & MODE_BITS == value
        modes[0][fits], modes[1][fits] = len(FIXED_MODES) + number, LOW[number]
    for number, value in enumerate(FIXED_MODES):
        modes[:, bits & MODE_BITS == value] = number
    return modes


def gain_map(configs: Configs) -> NDArray[np.int8]:
    """Range of each pixel before and after switching, shape (2, panels, 336, 576)."""
    return np.stack([modes_of(pixel_bits(config)) for config in configs], axis=1)


def unpack(buffer: NDArray[np.uint8], starts: NDArray[np.int64], out: NDArray[np.uint16]) -> None:
    """Fill pixels, shape (segments, 336 * 576)."""
    fill(buffer, starts, SOURCE, out)


@kernel
def fill(buffer: NDArray[np.uint8], starts: NDArray[np.int64], source: NDArray[np.int64], out: NDArray[np.uint16]) -> None:
    """Pixels of panels; zero where one is not inside of the buffer."""
    for panel in range(len(starts)):
        at = starts[panel]
        if at < 0 or at > len(buffer) - 2 * len(source):
            continue
        for pixel in range(len(source)):
            place = at + 2 * source[pixel]
            word = (np.int64(buffer[place]) | np.int64(buffer[place + 1]) << 8) & 0xFFF
            out[panel, pixel] = word >> 1 | (word & 1) << 11


FRAMES.add(
    "epixuhr3x2",
    FrameFamily(
        det_types=frozenset({"epixuhr3x2"}),
        frame="raw",
        area=area_family("keV", GAIN),
        panel=(ROWS, COLUMNS),
        devices={"": "Epixuhr3x2"},
        pitch=PITCH,
        gain_map=gain_map,
        packing=Packing(sent=(ASICS, PIXELS), dtype=np.dtype("<u2"), shape=(ROWS, COLUMNS), unpack=unpack),
    ),
)
