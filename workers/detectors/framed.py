"""Frames that tell their own size in a head: the first payload decides it, and a frame of another size is absent."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.errors import DamagedData
from workers.detectors.area import ABSENT, Layout, one_block, plain_arrangement
from workers.detectors.environment import values_at
from workers.payloads import Payloads
from workers.run_view import Source

SIDE_LIMIT = 1 << 14
DEEPEST = 16

Depth = Callable[[NDArray[Any]], NDArray[Any]]
"""Bits per pixel of each head."""


def framed_layout(
    source: Source, payloads: Payloads, head: np.dtype[Any], depth: Depth, *, start: int = 0, pitch: float = 1.0
) -> Layout:
    """Frames of shape (height, width), uint8 up to 8 bits per pixel, else uint16.

    Parameters
    ----------
    head
        What lies before the pixels; has ``width`` and ``height``.
    depth
        Tells the depth from heads.
    start
        First byte of the head in the payload.
    pitch
        Size of a pixel, micrometre; 1 where it is not known.

    Raises
    ------
    DamagedData
        If the first payload has no head, or one that cannot be believed.
    """
    first = payloads.where(np.arange(len(payloads)) == 0)
    heads, present = heads_of(first, head, start)
    if not len(heads) or not (present is None or present.any()):
        raise DamagedData(f"{source.text} sent a frame without a head")
    one = heads[first.entries["event"]]
    width, height, bits = int(one["width"][0]), int(one["height"][0]), int(depth(one)[0])
    if not (0 < width <= SIDE_LIMIT and 0 < height <= SIDE_LIMIT and 0 < bits <= DEEPEST):
        raise DamagedData(f"{source.text} sent a frame of {width} x {height} pixels of {bits} bits")
    like = np.empty(0, "u1" if bits <= 8 else "<u2")

    def panels(payloads: Payloads) -> NDArray[np.int64]:
        offsets = one_block(payloads, start + head.itemsize, 1, width * height * like.itemsize)
        heads = heads_of(payloads, head, start)[0][payloads.entries["event"]]
        offsets[(heads["width"] != width) | (heads["height"] != height) | ((depth(heads) <= 8) != (bits <= 8))] = ABSENT
        return offsets

    return Layout(shape=(height, width), like=like, panels=panels, arrangement=lambda: plain_arrangement(height, width, pitch))


def heads_of(payloads: Payloads, head: np.dtype[Any], start: int) -> tuple[NDArray[Any], NDArray[np.bool_] | None]:
    """Head of each event's frame, zero for events without, and which events have one (None = all)."""
    return values_at(payloads, payloads.entries["offset"] + start, head)
