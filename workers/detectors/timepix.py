"""Timepix: the first version of the frame has 512 x 512 pixels, the second tells its size."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.xtc.types import PayloadType
from workers.detectors.area import AREAS, AreaFamily, Layout
from workers.detectors.environment import as_is, environment
from workers.detectors.framed import framed_layout
from workers.detectors.sized import sized_layout
from workers.payloads import Payloads
from workers.run_view import RunView, Source

DEPTH = 14


def depth(heads: NDArray[Any]) -> NDArray[np.int64]:
    """Bits per pixel of each frame: always the same."""
    return np.full(len(heads), DEPTH, np.int64)


def layout(source: Source, kind: PayloadType, run: RunView, payloads: Payloads) -> Layout:
    """Frames of shape (height, width)."""
    if kind.version == 1:
        return sized_layout(source, kind, run, payloads)
    return framed_layout(source, payloads, kind.struct.head, depth)


AREAS.add(
    "timepix",
    AreaFamily(types=frozenset({50}), layout=layout, environment=environment(*as_is("timestamp", "frameCounter", "lostRows"))),
)
