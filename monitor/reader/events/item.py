"""One datagram on its way into an event: what ordering and grouping need to know about it."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.xtc.header import Transition
from monitor.xtc.walk import HEAD

ITEM = np.dtype(
    [
        *((name, HEAD[name].str) for name in HEAD.names or ()),
        ("run", "<u4"),
        ("block", "<u4"),
        ("flags", "<u4"),
        ("chunk", "<u4"),
        ("update", "<u4"),
        ("updates", "<u4"),
    ]
)
"""A datagram head, and

``run``, ``block``
    Runs, and calib cycles of the run, that its stream had finished before it.
``flags``
    ``HALF``, ``EPICS``, ``DATA``, ``TRIMMED``.
``chunk``
    Number of the fed piece of stream that holds its bytes.
``update``, ``updates``
    Its EPICS updates: index of the first within the chunk, and how many.
"""


def joined(parts: Sequence[NDArray[Any]]) -> NDArray[Any]:
    """These contiguous arrays of dtype ``ITEM`` behind each other, copied as bytes: numpy copies records field by field."""
    items = np.empty(sum(len(part) for part in parts), ITEM)
    target, at = items.view(np.uint8), 0
    for part in parts:
        target[at : at + part.nbytes] = part.view(np.uint8)
        at += part.nbytes
    return items


HALF = 1
"""The second part of a split event: belongs to the same event as the datagram before it in its stream."""
EPICS = 2
"""Has EPICS payloads."""
DATA = 4
"""Has something else, or something that cannot be read."""
TRIMMED = 8
"""The level-3 trigger took its payload away."""

HANDED_ON = (
    Transition.CONFIGURE,
    Transition.BEGIN_RUN,
    Transition.END_RUN,
    Transition.BEGIN_CALIB_CYCLE,
    Transition.END_CALIB_CYCLE,
)
"""Transitions that order the run. All others (Enable and Disable too, as in psana) only end a stretch of events."""
