"""EpixUHR: four ASICs of 168 x 192 pixels, sent as 12-bit words of eight serial lanes that lie byte by byte beside each other.

Words: bit 0 says that the pixel has switched to low gain, bits 1-11 are its value. A frame has the value in bits 0-10 and the
switch in bit 11, as psana2 gives it. Order of the pixels: facility's psana2, _lane_map_uhr35kHzv2.
"""

import numpy as np
from numpy.typing import NDArray

from workers.detectors.area import GainCode
from workers.kernel import kernel
from workers.xtc2.frame_family import FRAMES, FrameFamily, Packing, area_family

ASICS, ROWS, COLUMNS = 4, 168, 192
PIXELS = ROWS * COLUMNS
BYTES = PIXELS * 12 // 8
LANES, CLUSTER, STRIP = 8, 72, 12
"""Serial lanes; pixels of a cluster; columns that come from half a lane."""
GAIN = GainCode(adc_bits=0x7FF, shift=11, plane_of_code=(0, 1) * 16, planes=2)
PITCH = 100.0


def word_numbers() -> NDArray[np.int64]:
    """Number of each pixel's 12-bit word among those of its lane, shape (rows, columns)."""
    left, right = np.arange(CLUSTER // 2).reshape(-1, 3), np.arange(CLUSTER // 2, CLUSTER).reshape(-1, 3)[:, ::-1]
    cluster = np.hstack([left, right]).reshape(-1)
    places = (np.arange(14)[:, None] + 14 * cluster).reshape(ROWS, STRIP // 2)
    strip = np.hstack([2 * places, 2 * places + 1])[::-1]
    # Of four words in a row of a lane the first two belong to its first strip.
    half = np.arange(COLUMNS) // STRIP % 2
    numbers: NDArray[np.int64] = (np.tile(strip, COLUMNS // STRIP) // 2 * 4 + np.tile(strip, COLUMNS // STRIP) % 2) + 2 * half
    return numbers


def first_bytes() -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Byte of an ASIC in which each pixel begins, and whether in its upper half, shape (pixels,)."""
    words = word_numbers()
    lane = np.arange(COLUMNS) // (2 * STRIP)
    return ((words * 3 // 2) * LANES + lane).reshape(-1), (words % 2 == 1).reshape(-1)


FIRST, UPPER = first_bytes()


def unpack(buffer: NDArray[np.uint8], starts: NDArray[np.int64], out: NDArray[np.uint16]) -> None:
    """Fill pixels, shape (segments, 4 * 168 * 192)."""
    fill(buffer, starts, FIRST, UPPER, out.reshape(-1, PIXELS))


@kernel
def fill(
    buffer: NDArray[np.uint8],
    starts: NDArray[np.int64],
    first: NDArray[np.int64],
    upper: NDArray[np.bool_],
    out: NDArray[np.uint16],
) -> None:
    """Pixels of ASICs, of which four lie behind each start; zero where they are not inside of the buffer."""
    asics, size = 4, 48384
    for asic in range(len(out)):
        start = starts[asic // asics]
        if start < 0 or start > len(buffer) - asics * size:
            continue
        at = start + asic % asics * size
        for pixel in range(len(first)):
            low, high = np.int64(buffer[at + first[pixel]]), np.int64(buffer[at + first[pixel] + 8])
            word = low >> 4 | high << 4 if upper[pixel] else low | (high & 15) << 8
            out[asic, pixel] = word >> 1 | (word & 1) << 11


FRAMES.add(
    "epixuhr",
    FrameFamily(
        det_types=frozenset({"epixuhr"}),
        frame="raw",
        area=area_family("keV", GAIN),
        panel=(ROWS, COLUMNS),
        devices={"": "Epixuhr"},
        pitch=PITCH,
        packing=Packing(sent=(ASICS, BYTES), dtype=np.dtype(np.uint8), shape=(ASICS, ROWS, COLUMNS), unpack=unpack),
    ),
)
