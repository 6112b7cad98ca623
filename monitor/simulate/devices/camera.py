"""A camera that sends its frame with the size in front (Camera::FrameV1), 16 bits per pixel."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.simulate.contribution import Contribution, Source, contribution
from monitor.simulate.devices.payload import configuration
from monitor.xtc.write import type_word

FRAME = 2
OPAL_CONFIG, FRAME_FEX_CONFIG = 6, 7
TWELVE_BIT, REGION_OF_INTEREST = 2, 2


def camera_frames(source: Source, pixels: NDArray[np.uint16], depth: int = 12) -> Contribution:
    """The column of these frames.

    Parameters
    ----------
    source
        The camera.
    pixels
        Counts, uint16, shape (events, rows, columns); rows x columns is even.
    depth
        Bits of a pixel that the camera uses.
    """
    events, rows, columns = pixels.shape
    layout = np.dtype(
        [("width", "<u4"), ("height", "<u4"), ("depth", "<u4"), ("offset", "<u4"), ("data", "<u2", (rows, columns))]
    )
    payloads: NDArray[Any] = np.zeros(events, layout)
    payloads["width"], payloads["height"], payloads["depth"] = columns, rows, depth
    payloads["data"] = pixels
    return contribution(source, type_word(FRAME, 1), payloads)


def opal_configuration(source: Source, begin: tuple[int, int], end: tuple[int, int]) -> list[Contribution]:
    """Configuration of an Opal1000 of 12 bits that forwards a rectangle of its 1024 x 1024 pixels.

    Parameters
    ----------
    begin, end
        First row and column, and those behind the last.
    """
    opal = {"black_level": 32, "gain_percent": 100, "output_resolution": TWELVE_BIT, "vertical_remapping": 1}
    corners = ({"column": column, "row": row} for row, column in (begin, end))
    forwarded = {
        "forwarding": REGION_OF_INTEREST,
        "forward_prescale": 1,
        **dict(zip(("roiBegin", "roiEnd"), corners, strict=True)),
    }
    return [configuration(source, OPAL_CONFIG, 1, opal), configuration(source, FRAME_FEX_CONFIG, 1, forwarded)]
