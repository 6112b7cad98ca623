"""A picture as the bytes that travel: length of the header (uint32, little endian), header as JSON, one byte per point."""

import json
import struct
from dataclasses import dataclass
from typing import Any

import numpy as np

from dashboards.pictures.kinds import KINDS
from dashboards.pictures.wish import Wish
from dashboards.reduce.picture import Window, levels, log_limits, percentile_limits, wider, windowed
from dashboards.snapshot import Picture

LENGTH = struct.Struct("<I")


@dataclass(frozen=True, slots=True, eq=False)
class Encoded:
    """A picture for one wish.

    Attributes
    ----------
    data
        What is sent.
    picture
        What it was made of; values are read off it.
    """

    data: bytes
    picture: Picture


def encoded(picture: Picture, wish: Wish) -> Encoded:
    """The picture reduced to the screen, with limits chosen, as bytes.

    The header has ``shape`` (of the whole image), ``row``, ``column``, ``side`` (see ``Window``), ``size`` (rows and columns of
    points), ``low``, ``high``, ``scale``, ``signed`` (the sign matters), ``unit``, ``count``, ``seq``, ``events``, ``at``
    (monotonic time of arrival), and ``detector``, ``kind`` and ``panels`` as wished.
    """
    window = windowed(picture.image, wish.part, wish.size)
    low, high = limits_for(window, wish)
    header = {
        **_said(picture),
        "detector": wish.detector,
        "kind": wish.kind,
        "panels": wish.panels,
        "shape": picture.image.shape,
        "row": window.row,
        "column": window.column,
        "side": window.side,
        "size": window.values.shape,
        "low": low,
        "high": high,
        "scale": wish.scale,
        "signed": KINDS[wish.kind].around_zero,
    }
    text = json.dumps(header).encode()
    return Encoded(b"".join((LENGTH.pack(len(text)), text, levels(window.values, low, high, wish.scale).data)), picture)


def limits_for(window: Window, wish: Wish) -> tuple[float, float]:
    """Ends of the colours: by hand, or from the pixels that are shown; around zero where the sign matters."""
    if wish.limits is not None:
        low, high = wish.limits
    else:
        # What a logarithm cannot show must not decide where its colours begin.
        above = 0.0 if wish.scale == "log" else -np.inf
        low, high = percentile_limits(window.values, wish.percentile, 100 - wish.percentile, above=above)
        if KINDS[wish.kind].around_zero:
            most = max(abs(low), abs(high))
            low, high = wider(-most, most)
    return log_limits(low, high) if wish.scale == "log" else (low, high)


def _said(picture: Picture) -> dict[str, Any]:
    """What the picture says of itself, as far as it is plain numbers."""
    told = {key: picture.header.get(key) for key in ("seq", "events", "run", "step", "event_time")}
    numbers = {key: value for key, value in told.items() if isinstance(value, int)}
    return {**numbers, "unit": picture.unit, "count": picture.count, "at": picture.arrived}
