"""Pictures as PNG (ISO/IEC 15948), colours from a table, without any library for images."""

import base64
import struct
import zlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

SIGNATURE = b"\x89PNG\r\n\x1a\n"
PALETTE_COLOUR = 3
EMPTY = "#d8dde2"
"""Where there is no value."""


def png(values: NDArray[np.float64], low: float, high: float, palette: Sequence[str]) -> bytes:
    """A picture with one pixel per value, first row at the top.

    Parameters
    ----------
    values
        Shape (rows, columns); NaN is drawn in a colour of its own.
    low, high
        Values of the first and the last colour; what is beyond has these too.
    palette
        At most 255 colours ``#rrggbb``.
    """
    colours = [*palette[:255], EMPTY]
    most = len(colours) - 2
    span = high - low if high > low else 1.0
    with np.errstate(invalid="ignore"):
        index = np.clip(np.nan_to_num((values - low) / span * most, nan=0.0), 0, most).round().astype(np.uint8)
    index[~np.isfinite(values)] = len(colours) - 1
    rows, columns = index.shape
    # Each line of a PNG begins with its filter; 0 = none.
    lines = np.zeros((rows, columns + 1), np.uint8)
    lines[:, 1:] = index
    table = b"".join(bytes.fromhex(colour[1:7]) for colour in colours)
    header = struct.pack(">IIBBBBB", columns, rows, 8, PALETTE_COLOUR, 0, 0, 0)
    parts = ((b"IHDR", header), (b"PLTE", table), (b"IDAT", zlib.compress(lines.tobytes(), 9)), (b"IEND", b""))
    return SIGNATURE + b"".join(_chunk(kind, data) for kind, data in parts)


def data_url(content: bytes) -> str:
    """A picture as an address that holds it."""
    return "data:image/png;base64," + base64.b64encode(content).decode()


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
