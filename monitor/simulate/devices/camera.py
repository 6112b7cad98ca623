"""A camera that sends its frame with the size in front (Camera::FrameV1), 16 bits per pixel."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.simulate.contribution import Contribution, Source, contribution
from monitor.xtc.write import type_word

FRAME = 2


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
