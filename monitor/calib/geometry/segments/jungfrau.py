"""Jungfrau module: 512 x 1024 pixels of 75 um on eight readout chips, two pixels apart."""

from dataclasses import replace
from functools import cache

import numpy as np

from monitor.calib.geometry.segment import SEGMENTS, Axis, Segment, SegmentKind

CHIP, CHIP_ROWS, CHIP_COLUMNS = 256, 2, 4
GAP = 2
PITCH = 75.0


@cache
def jungfrau(version: str) -> Segment:
    """The module; y falls with the row in version 1 and grows in version 2."""
    rows = _axis(CHIP_ROWS)
    return Segment(
        name=f"JUNGFRAU:{version}",
        rows=replace(rows, positions=-rows.positions) if version == "V1" else rows,
        columns=_axis(CHIP_COLUMNS),
        scale=PITCH,
    )


def _axis(chips: int) -> Axis:
    """Chips side by side around the middle, with gaps."""
    numbers = np.arange(CHIP * chips)
    places = numbers + GAP * (numbers // CHIP)
    starts = tuple(range(0, CHIP * chips, CHIP))
    return Axis(
        positions=(places - places[-1] / 2) * PITCH,
        sizes=np.full(len(numbers), PITCH),
        borders=starts[1:],
        chips=starts,
    )


SEGMENTS.add("JUNGFRAU", SegmentKind("JUNGFRAU:(V1|V2)", lambda match: jungfrau(match[1])))
