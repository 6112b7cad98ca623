"""A plain matrix of pixels whose size is in its name: ``MTRX:ROWS:COLUMNS:ROW_SIZE:COLUMN_SIZE``, sizes in um.

``MTRX:`` begins at its corner with x along the rows; ``MTRX:V2:`` is centred with x along the columns and y falling with the row.
"""

import math
import re

from monitor.calib.geometry.segment import SEGMENTS, Segment, SegmentKind, plain_axis

DEPTH = 100.0
MOST_PIXELS = 1 << 26
NUMBER = r"[0-9]+(?:\.[0-9]*)?"


def matrix(match: re.Match[str]) -> Segment:
    """The matrix of this name; ``ValueError`` if it has no pixels, more than any detector, or pixels without size."""
    rows, columns = (int(match[name]) for name in ("rows", "columns"))
    high, wide = (float(match[name]) for name in ("high", "wide"))
    if not 0 < rows * columns <= MOST_PIXELS:
        raise ValueError(f"{match[0]} has {rows} x {columns} pixels, which no detector has")
    if not (0 < high < math.inf and 0 < wide < math.inf):
        raise ValueError(f"{match[0]} has pixels of {high} x {wide} um")
    centred = match["version"] is not None
    return Segment(
        name=match[0],
        rows=plain_axis(rows, high, centred=centred, falling=centred),
        columns=plain_axis(columns, wide, centred=centred),
        x_along="columns" if centred else "rows",
        scale=min(high, wide),
        depth=DEPTH,
    )


SEGMENTS.add(
    "MTRX",
    SegmentKind(
        rf"MTRX:(?P<version>V2:)?(?P<rows>[0-9]{{1,6}}):(?P<columns>[0-9]{{1,6}}):(?P<high>{NUMBER}):(?P<wide>{NUMBER})", matrix
    ),
)
