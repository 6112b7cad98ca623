"""Epix100a sensor: 704 x 768 pixels of 50 um on four readout chips that meet in pixels of 175 um."""

from functools import cache

from monitor.calib.geometry.segment import SEGMENTS, Segment, SegmentKind, mirrored_axis

ROWS, COLUMNS = 704, 768
PITCH, WIDE = 50.0, 175.0


@cache
def epix100() -> Segment:
    """The sensor; its y grows with the row, unlike that of its relatives."""
    return Segment(
        name="EPIX100:V1",
        rows=mirrored_axis(ROWS, PITCH, WIDE),
        columns=mirrored_axis(COLUMNS, PITCH, WIDE),
        scale=PITCH,
    )


SEGMENTS.add("EPIX100", SegmentKind("EPIX100:V1", lambda match: epix100()))
