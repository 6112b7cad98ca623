"""A picture as the bytes that travel: length of the header (uint32, little endian), header as JSON, one byte per point."""

import json
import struct
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from dashboards.pictures.kinds import KINDS
from dashboards.pictures.wish import Wish
from dashboards.reduce.picture import Scale, Window, levels, log_limits, percentile_limits, wider, windowed
from dashboards.snapshot import Picture

LENGTH = struct.Struct("<I")

STEADY = 0.02
"""Ends of the colours stay while those of the next picture differ by no more than this share of what lies between them."""


@dataclass(frozen=True, slots=True, eq=False)
class Encoded:
    """A picture for one wish.

    Attributes
    ----------
    data
        What is sent.
    picture
        What it was made of; values are read off it.
    limits
        Ends of its colours.
    """

    data: bytes
    picture: Picture
    limits: tuple[float, float]

    def kept(self) -> "Encoded":
        """For a browser that may come back much later: without what was sent, and with an image that holds nothing else."""
        if not self.data:
            return self
        return replace(self, data=b"", picture=replace(self.picture, image=self.picture.image.copy()))


def encoded(picture: Picture, wish: Wish, former: tuple[float, float] | None = None) -> Encoded:
    """The picture reduced to the screen, with limits chosen, as bytes; ``former`` are the limits of the last one for this wish.

    The header has ``shape`` (of the whole image), ``row``, ``column``, ``side`` (see ``Window``), ``size`` (rows and columns of
    points), ``low``, ``high``, ``scale``, ``signed`` (the sign matters), ``unit``, ``count``, ``seq``, ``events``, ``at``
    (monotonic time of arrival), and ``detector``, ``kind`` and ``panels`` as wished.
    """
    window = windowed(picture.image, wish.part, wish.size)
    low, high = limits = limits_for(window, wish, former)
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
    return Encoded(b"".join((LENGTH.pack(len(text)), text, levels(window.values, low, high, wish.scale).data)), picture, limits)


def limits_for(window: Window, wish: Wish, former: tuple[float, float] | None = None) -> tuple[float, float]:
    """Ends of the colours: by hand, or from the pixels that are shown; around zero where the sign matters.

    Percentiles of live pictures tremble with the noise, and all colours with them: the former ones stay if they are near enough.
    """
    if wish.limits is not None:
        low, high = wish.limits
    else:
        # What a logarithm cannot show must not decide where its colours begin.
        above = 0.0 if wish.scale == "log" else -np.inf
        low, high = percentile_limits(window.values, wish.percentile, 100 - wish.percentile, above=above)
        if KINDS[wish.kind].around_zero:
            most = max(abs(low), abs(high))
            low, high = wider(-most, most)
    limits = log_limits(low, high) if wish.scale == "log" else (low, high)
    chosen = wish.limits is None and wish.percentile > 0
    return former if chosen and former is not None and _near(limits, former, wish.scale) else limits


def _near(limits: tuple[float, float], former: tuple[float, float], scale: Scale) -> bool:
    """Whether both would show much the same."""
    new, old = (np.log(ends) if scale == "log" else np.asarray(ends) for ends in (limits, former))
    return bool((np.abs(new - old) <= STEADY * (old[1] - old[0])).all())


def _said(picture: Picture) -> dict[str, Any]:
    """What the picture says of itself, as far as it is plain numbers."""
    told = {key: picture.header.get(key) for key in ("seq", "events", "run", "step", "event_time")}
    numbers = {key: value for key, value in told.items() if isinstance(value, int)}
    return {**numbers, "unit": picture.unit, "count": picture.count, "at": picture.arrived}
