"""The full CsPad: 4 quads of 8 sections of 185 x 388 pixels, 14 bit (CsPad::ConfigV5, CsPad::DataV2)."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.simulate.assemble import TICKS
from monitor.simulate.contribution import Contribution, Source, contribution
from monitor.simulate.devices.payload import configuration
from monitor.simulate.timeline import Shots
from monitor.xtc.write import type_word

CSPAD_DATA, CSPAD_CONFIG = 28, 29
QUADS, SECTIONS, ROWS, COLUMNS = 4, 8, 185, 388
PANELS = (QUADS * SECTIONS, ROWS, COLUMNS)
"""Shape in which frames and constants are spoken of: panel = 8 * quad + section."""

ARRIVAL = np.array([1, 0, 3, 2])
"""Quads come in the order in which they were read, which is not the order of their numbers."""

HIGH_GAIN = np.full((ROWS, COLUMNS // 2), 0xFFFF, np.uint16)
"""One bit per section and half: every pixel has high gain."""

ELEMENT = np.dtype(
    [
        ("word0", "<u4"),
        ("word1", "<u4"),
        ("seq_count", "<u4"),
        ("ticks", "<u4"),
        ("fiducials", "<u4"),
        ("sb_temp", "<u2", (4,)),
        ("frame_type", "<u4"),
        ("data", "<i2", (SECTIONS, ROWS, COLUMNS)),
        ("unused", "<u2", (2,)),
    ]
)
"""One quad with all sections present (CsPad::ElementV2)."""

FRAME_BYTES = QUADS * ELEMENT.itemsize


def cspad_configuration(source: Source) -> Contribution:
    """All quads and all sections are read, all pixels with high gain."""
    values = {
        "eventCode": 140,
        "activeRunMode": 3,
        "payloadSize": ELEMENT.itemsize,
        "asicMask": 0xFFFF,
        "quadMask": 0xF,
        "roiMasks": 0xFFFFFFFF,
        "quads": [{"gm": {"gainMap": HIGH_GAIN}} for _ in range(QUADS)],
    }
    return configuration(source, CSPAD_CONFIG, 5, values)


def cspad_payloads(shots: Shots) -> NDArray[Any]:
    """Payloads without pixels: dtype ``ELEMENT``, shape (events, quads) in order of arrival."""
    payload = np.zeros((len(shots), QUADS), ELEMENT)
    payload["word0"] = (shots.numbers[:, None] & 0xFFFFFF) << 8
    payload["word1"] = ARRIVAL[None, :] << 24 | (shots.numbers[:, None] & 0xFFFF)
    payload["seq_count"] = shots.numbers[:, None]
    payload["ticks"] = TICKS
    payload["fiducials"] = shots.fiducials[:, None]
    payload["sb_temp"] = 4000
    return payload


def fill(payload: NDArray[Any], frame: NDArray[np.int16]) -> None:
    """Write a frame, shape ``PANELS``, into the quads of one event's payload."""
    payload["data"] = frame.reshape(QUADS, SECTIONS, ROWS, COLUMNS)[ARRIVAL]


def cspad_data(source: Source, payloads: NDArray[Any]) -> Contribution:
    """The column of these payloads."""
    return contribution(source, type_word(CSPAD_DATA, 2), payloads)
