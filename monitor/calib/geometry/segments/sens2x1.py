"""CsPad sensor: 185 x 388 pixels of 109.92 um on two readout chips; the two columns where they meet are 274.80 um wide."""

from functools import cache

import numpy as np

from monitor.calib.geometry.segment import SEGMENTS, Segment, SegmentKind, mirrored_axis, plain_axis

ROWS, COLUMNS, CHIP_COLUMNS = 185, 388, 194
PITCH, WIDE = 109.92, 274.80
UNBONDED_STEP = 10


@cache
def sens2x1() -> Segment:
    """The sensor; each chip has a pixel without connection on its diagonal, every ten rows."""
    diagonal = np.arange(0, ROWS, UNBONDED_STEP)
    places = [(row, column) for row in diagonal for column in (row, row + CHIP_COLUMNS)]
    return Segment(
        name="SENS2X1:V1",
        rows=plain_axis(ROWS, PITCH, centred=True, falling=True),
        columns=mirrored_axis(COLUMNS, PITCH, WIDE, wide_centre=WIDE / 2),
        scale=PITCH,
        unbonded=np.array(places, np.intp),
    )


SEGMENTS.add("SENS2X1", SegmentKind("SENS2X1:V1", lambda match: sens2x1()))
