"""Masks that follow from the build of the sensors: their edges, the borders of readout chips, pixels without connection.

1 = good, 0 = masked. Source: PSCalib, ``pixel_mask_array`` of the segments.
"""

from enum import IntFlag

import numpy as np
from numpy.typing import NDArray

from monitor.calib.geometry.coordinates import per_sensor
from monitor.calib.geometry.segment import Segment
from monitor.calib.geometry.tree import Geometry, GeometryObject


class Mask(IntFlag):
    """What to mask; of the last three only the highest counts."""

    EDGES = 1
    CENTRAL = 2
    UNBONDED = 4
    UNBONDED_4 = 8
    UNBONDED_8 = 16


ALL = 255
"""What a mask of the facility's tools leaves out unless told otherwise."""


def segment_mask(segment: Segment, bits: int = ALL, *, width: int = 1, central_width: int = 1) -> NDArray[np.uint8]:
    """Mask of one sensor.

    Parameters
    ----------
    bits
        Of ``Mask``.
    width
        Rows and columns at each outer edge.
    central_width
        Rows and columns on each side of a border between readout chips.
    """
    mask = np.ones(segment.shape, np.uint8)
    if bits & Mask.EDGES and width > 0:
        for lines in (mask, mask.T):
            lines[:width] = lines[-width:] = 0
    if bits & Mask.CENTRAL:
        for lines, axis in ((mask, segment.rows), (mask.T, segment.columns)):
            for border in axis.borders:
                lines[max(border - central_width, 0) : border + central_width] = 0
    if segment.unbonded is not None:
        _mask_unbonded(mask, segment.unbonded, segment.columns.chips, bits)
    return mask


def _mask_unbonded(mask: NDArray[np.uint8], unbonded: NDArray[np.intp], chips: tuple[int, ...], bits: int) -> None:
    """Mask pixels without connection and as many of their neighbours on the same chip as the bits want."""
    rows, columns = mask.shape
    if bits & Mask.UNBONDED_8:
        steps = [(i, j) for i in (-1, 0, 1) for j in (-1, 0, 1)]
    elif bits & Mask.UNBONDED_4:
        steps = [(0, 0), (-1, 0), (1, 0), (0, -1), (0, 1)]
    elif bits & Mask.UNBONDED:
        steps = [(0, 0)]
    else:
        return
    starts = np.array(chips)
    for row, column in unbonded.tolist():
        chip = starts[starts <= column][-1]
        # The facility leaves the corner pixels themselves in when four neighbours are masked; masks must agree with its own.
        kept = row == 0 and not bits & Mask.UNBONDED_8 and bool(bits & Mask.UNBONDED_4)
        for i, j in steps[1:] if kept else steps:
            if 0 <= row + i < rows and chip <= column + j < columns:
                mask[row + i, column + j] = 0


def geometry_mask(
    geometry: Geometry,
    bits: int = ALL,
    *,
    width: int = 1,
    central_width: int = 1,
    each: GeometryObject | None = None,
    interleaved: bool = True,
) -> NDArray[np.uint8]:
    """Mask of all sensors, in the shape of ``coordinates``."""

    def mask(sensor: Segment) -> NDArray[np.uint8]:
        return segment_mask(sensor, bits, width=width, central_width=central_width)

    return per_sensor(geometry, mask, each, interleaved=interleaved)
