"""Epix10ka sensor: 352 x 384 pixels of 100 um on four readout chips that meet in pixels of 250 um, or of 225 um in version 2."""

from functools import cache

from monitor.calib.geometry.segment import SEGMENTS, Segment, SegmentKind, mirrored_axis

ROWS, COLUMNS = 352, 384
PITCH = 100.0
WIDE = {"V1": 250.0, "V2": 225.0}


@cache
def epix10ka(version: str) -> Segment:
    """The sensor of a version; y falls with the row."""
    return Segment(
        name=f"EPIX10KA:{version}",
        rows=mirrored_axis(ROWS, PITCH, WIDE[version], falling=True),
        columns=mirrored_axis(COLUMNS, PITCH, WIDE[version]),
        scale=PITCH,
    )


SEGMENTS.add("EPIX10KA", SegmentKind("EPIX10KA:(V1|V2)", lambda match: epix10ka(match[1])))
