"""pnCCD: four links, each with a quadrant of 512 x 512 pixels behind a head of 16 bytes."""

import math

import numpy as np

from monitor.errors import DamagedData
from monitor.xtc.types import PayloadType
from workers.detectors.area import AREAS, AreaFamily, Arrangement, Layout, one_block, stacked_arrangement
from workers.detectors.environment import as_is, environment
from workers.detectors.sized import PIXEL_LIMIT, payload_dtype
from workers.payloads import Payloads
from workers.run_view import RunView, Source

PITCH = 75.0
HEAD = 16
QUADRANTS = 4


def layout(source: Source, kind: PayloadType, run: RunView, payloads: Payloads) -> Layout:
    """Frames of shape (links, side, side); the configuration tells how many links, and how many bytes each sends."""
    fields = payload_dtype(source, kind, run).fields
    link, shape = fields["frame"][0].subdtype or (None, ()) if fields else (None, ())
    pixels = (link.itemsize - HEAD) // 2 if link is not None else 0
    side = math.isqrt(pixels)
    if not shape or not 0 < shape[0] * pixels <= PIXEL_LIMIT or side * side != pixels:
        raise DamagedData(f"{source.text} is configured for {shape[0] if shape else 0} links of {pixels} pixels")
    links = shape[0]
    return Layout(
        shape=(links, side, side),
        like=np.empty(0, "<u2"),
        panels=lambda payloads: one_block(payloads, HEAD, links, pixels * 2, HEAD),
        arrangement=lambda: quadrants(side) if links == QUADRANTS else stacked_arrangement(links, side, side, PITCH),
    )


def quadrants(side: int) -> Arrangement:
    """Links 0 and 3 in the upper half, 1 and 2 in the lower half and upside down (facility's full frame)."""
    link, row, column = np.indices((QUADRANTS, side, side), np.int32)
    lower, right = (link == 1) | (link == 2), link >= 2
    last = side - 1
    rows = np.where(lower, side + last - row, row).astype(np.int32)
    columns = (np.where(lower, last - column, column) + np.where(right, side, 0)).astype(np.int32)
    return Arrangement(rows, columns, (2 * side, 2 * side), PITCH, rough=True)


AREAS.add(
    "pnccd",
    AreaFamily(
        types=frozenset({11}),
        layout=layout,
        environment=environment(
            *as_is(*(f"frame.{name}" for name in ("specialWord", "frameNumber", "timeStampHi", "timeStampLo")))
        ),
    ),
)
