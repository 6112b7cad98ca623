"""Payloads whose places are all known once the configuration is: layouts out of the table, without code of their own."""

import math
from typing import Any

import numpy as np

from monitor.errors import DamagedData
from monitor.xtc.columns import config_dtype
from monitor.xtc.types import PayloadType
from workers.detectors.area import Layout, one_block, plain_arrangement, stacked_arrangement
from workers.payloads import Payloads
from workers.run_view import RunView, Source

PIXEL_LIMIT = 1 << 26
"""The largest detector there is has 7680 x 7680 pixels."""


def payload_dtype(source: Source, kind: PayloadType, run: RunView) -> np.dtype[Any]:
    """Packed dtype of a payload if the configuration tells its size, else of what comes before the first varying field.

    Raises
    ------
    DamagedData
        If a configuration is needed and none was recorded.
    """
    whole = config_dtype(kind, run.configs.get((source.level, source.physical), {}))
    return kind.struct.head if whole is None else whole


def frame_place(source: Source, kind: PayloadType, run: RunView, field: str) -> tuple[int, np.dtype[Any], tuple[int, ...]]:
    """First byte, dtype of a pixel, and shape of the frame in each payload.

    Raises
    ------
    DamagedData
        If the configuration is missing or gives no believable size.
    """
    places = payload_dtype(source, kind, run).fields
    if places is None or field not in places:
        raise DamagedData(f"{source.text}: the configuration gives no believable size of a frame")
    array, start = places[field][:2]
    pixel, shape = array.subdtype or (array, ())
    if not 0 < math.prod(shape) <= PIXEL_LIMIT:
        raise DamagedData(f"{source.text} is configured for frames of {' x '.join(map(str, shape))} pixels")
    return start, pixel, shape


def sized_layout(
    source: Source, kind: PayloadType, run: RunView, payloads: Payloads, *, field: str = "data", pitch: float = 1.0
) -> Layout:
    """Frames of shape (rows, columns) or (panels, rows, columns) that lie in one block, as the configuration says.

    Parameters
    ----------
    field
        Name of the frame in the payload.
    pitch
        Size of a pixel, micrometre; 1 where it is not known.
    """
    start, pixel, shape = frame_place(source, kind, run, field)
    panels = shape[0] if len(shape) == 3 else 1
    panel_bytes = math.prod(shape) // panels * pixel.itemsize
    return Layout(
        shape=shape,
        like=np.empty(0, pixel),
        panels=lambda payloads: one_block(payloads, start, panels, panel_bytes),
        arrangement=lambda: (
            stacked_arrangement(*shape, pitch) if len(shape) == 3 else plain_arrangement(shape[0], shape[1], pitch)
        ),
    )
