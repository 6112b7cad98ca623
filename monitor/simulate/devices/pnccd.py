"""A pnCCD of four quadrants of 512 x 512 pixels (PNCCD::ConfigV2, FramesV1)."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.simulate.contribution import Contribution, Source, contribution
from monitor.simulate.devices.payload import configuration
from monitor.simulate.devices.sized import sized_payloads
from monitor.simulate.timeline import Shots
from monitor.xtc.write import type_word

PNCCD_CONFIG, PNCCD_FRAMES = 12, 11
PANELS = (4, 512, 512)
HEAD = 16


def pnccd_configuration(source: Source) -> Contribution:
    """Four links with a quadrant each."""
    values = {
        "numLinks": PANELS[0],
        "payloadSizePerLink": HEAD + 2 * PANELS[1] * PANELS[2],
        "numChannels": 1024,
        "numRows": 1024,
        "info": "simulated",
    }
    return configuration(source, PNCCD_CONFIG, 2, values)


def pnccd_data(source: Source, shots: Shots, pixels: NDArray[np.uint16]) -> Contribution:
    """The column of these frames; ``pixels`` has the shape (events, 4, 512, 512)."""
    payloads: NDArray[Any] = sized_payloads(PNCCD_FRAMES, 1, pnccd_configuration(source), len(shots))
    links = payloads["frame"]
    links["frameNumber"] = shots.numbers[:, None] + 1
    links["timeStampLo"] = shots.fiducials[:, None]
    links["_data"] = pixels.reshape(len(shots), PANELS[0], -1)
    return contribution(source, type_word(PNCCD_FRAMES, 1), payloads)
