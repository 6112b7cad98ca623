"""pnCCD panel: 512 x 512 pixels of 75 um, x along the rows, from the corner."""

from functools import cache

from monitor.calib.geometry.segment import SEGMENTS, Segment, SegmentKind, plain_axis

SIDE, PITCH = 512, 75.0


@cache
def pnccd() -> Segment:
    """The panel."""
    axis = plain_axis(SIDE, PITCH)
    return Segment(name="PNCCD:V1", rows=axis, columns=axis, x_along="rows", scale=PITCH)


SEGMENTS.add("PNCCD", SegmentKind("PNCCD:V1", lambda match: pnccd()))
