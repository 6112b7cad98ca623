"""Cameras that send a plain frame with its size in front: Opal, Pulnix, Orca, Quartz, Archon, streak and controls cameras."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.xtc.types import PayloadType
from workers.detectors.area import AREAS, AreaFamily, Layout
from workers.detectors.environment import as_is, environment
from workers.detectors.framed import framed_layout
from workers.payloads import Payloads
from workers.run_view import RunView, Source

FRAME = 2
HEAD = np.dtype([("width", "<u4"), ("height", "<u4"), ("depth", "<u4"), ("offset", "<u4")])


def depth(heads: NDArray[Any]) -> NDArray[Any]:
    """Bits per pixel as the camera tells."""
    return heads["depth"]


def layout(source: Source, kind: PayloadType, run: RunView, payloads: Payloads, *, start: int = 0, pitch: float = 1.0) -> Layout:
    """Frames of shape (height, width); ``start`` is the first byte of the head, ``pitch`` the size of a pixel in micrometre."""
    return framed_layout(source, payloads, HEAD, depth, start=start, pitch=pitch)


CAMERA = AREAS.add("camera", AreaFamily(types=frozenset({FRAME}), layout=layout, environment=environment(*as_is("offset"))))
