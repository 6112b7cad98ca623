"""CsPad 140k (2x2): two sections of 185 x 388 pixels that lie pixel by pixel beside each other in the payload.

Arrangement: the rough one of the facility's XtcExplorer. The facility does not multiply by the gain mask of this detector.
"""

import numpy as np
from numpy.typing import NDArray

from monitor.xtc.types import PayloadType
from workers.detectors.area import AREAS, AreaFamily, Arrangement, Layout, one_block
from workers.detectors.cspad import ASIC_COLUMNS, ASIC_GAP, COLUMNS, PITCH, ROWS, SECTION_BYTES
from workers.detectors.environment import as_is, environment
from workers.detectors.rewritten import rewritten
from workers.payloads import Payloads
from workers.run_view import RunView, Source

SECTIONS = 2
SHAPE = (SECTIONS, ROWS, COLUMNS)
HEAD = 32
SIZE = HEAD + SECTIONS * SECTION_BYTES
BETWEEN = 10
"""Blank pixels between the sections of the image."""


def layout(source: Source, kind: PayloadType, run: RunView, payloads: Payloads) -> Layout:
    """Frames of shape (2, 185, 388): the facility's natural order."""
    return Layout(
        shape=SHAPE,
        like=np.empty(0, "<i2"),
        panels=lambda payloads: one_block(payloads, HEAD, SECTIONS, SECTION_BYTES),
        arrangement=arrangement,
        unpack=lambda payloads: rewritten(payloads, SIZE, panel_first),
    )


def panel_first(rows: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Payloads with one section behind the other, shape (events, bytes)."""
    mixed = rows[:, HEAD:].copy().view("<i2").reshape(-1, ROWS, COLUMNS, SECTIONS)
    rows[:, HEAD:] = np.ascontiguousarray(np.moveaxis(mixed, -1, 1)).view(np.uint8).reshape(len(rows), -1)
    return rows


def arrangement() -> Arrangement:
    """Both sections upright, side by side, 391 x 380 pixels."""
    section, row, column = np.indices(SHAPE, np.int32)
    wide = np.where(column < ASIC_COLUMNS, column, column + ASIC_GAP)
    length = COLUMNS + ASIC_GAP
    rows = (length - 1 - wide).astype(np.int32)
    return Arrangement(rows, section * (ROWS + BETWEEN) + row, (length, SECTIONS * ROWS + BETWEEN), PITCH, rough=True)


AREAS.add(
    "cspad2x2",
    AreaFamily(types=frozenset({41}), layout=layout, environment=environment(*as_is("sb_temp", "seq_count", "frame_type"))),
)
