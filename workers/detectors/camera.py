"""Cameras that send a plain frame with its size in front: Opal, Pulnix and their relatives."""

import numpy as np
from numpy.typing import NDArray

from monitor.errors import DamagedData
from monitor.xtc.types import PayloadType
from workers.detectors.area import ABSENT, AREAS, AreaFamily, Layout, one_block, plain_arrangement
from workers.payloads import Payloads
from workers.run_view import RunView, Source

HEAD = np.dtype([("width", "<u4"), ("height", "<u4"), ("depth", "<u4"), ("offset", "<u4")])
SIDE_LIMIT = 1 << 14
DEEPEST = 16


def layout(source: Source, kind: PayloadType, run: RunView, payloads: Payloads) -> Layout:
    """Frames of shape (height, width), uint8 up to 8 bits per pixel, else uint16; the first payload tells the size.

    A frame of another size is absent.
    """
    first = payloads.where(np.arange(len(payloads)) == 0)
    if not len(first) or first.entries["size"][0] < HEAD.itemsize:
        raise DamagedData(f"{source.text} sent a frame without a head")
    head = first.table(HEAD)[first.entries["event"][0]]
    width, height, depth = int(head["width"]), int(head["height"]), int(head["depth"])
    if not (0 < width <= SIDE_LIMIT and 0 < height <= SIDE_LIMIT and 0 < depth <= DEEPEST):
        raise DamagedData(f"{source.text} sent a frame of {width} x {height} pixels of {depth} bits")
    like = np.empty(0, "u1" if depth <= 8 else "<u2")

    def panels(payloads: Payloads) -> NDArray[np.int64]:
        offsets = one_block(payloads, HEAD.itemsize, 1, width * height * like.itemsize)
        fitting = payloads.where(payloads.entries["size"] >= HEAD.itemsize)
        heads = fitting.table(HEAD)[payloads.entries["event"]]
        offsets[(heads["width"] != width) | (heads["height"] != height) | ((heads["depth"] <= 8) != (depth <= 8))] = ABSENT
        return offsets

    return Layout(shape=(height, width), like=like, panels=panels, arrangement=lambda: plain_arrangement(height, width))


AREAS.add("camera", AreaFamily(types=frozenset({2}), layout=layout))
