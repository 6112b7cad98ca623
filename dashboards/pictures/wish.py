"""What one browser wants to see, as it says it on the channel: checked before anything is made of it."""

import json
from dataclasses import dataclass
from typing import Any

from dashboards.pictures.kinds import KINDS
from dashboards.reduce.picture import Scale
from monitor.errors import ProtocolError

Part = tuple[float, float, float, float]

MOST_POINTS = 2048
"""Rows or columns of points that anybody gets; a screen has no more."""

MOST_NAME = 200
PERCENTILE_LIMIT = 49.0
LARGEST = 1e30
"""Of all numbers; beyond it nothing is a pixel or a value in single precision."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A picture in the size of a screen.

    Attributes
    ----------
    detector, kind
        Of which detector; see ``KINDS``.
    panels
        The panels side by side, as they are read out, instead of the assembled image.
    scale
        How values become colours.
    percentile
        Share of the pixels that is left out at each end of the colours, in percent.
    limits
        Values at the ends of the colours instead.
    part
        First and last row, first and last column that are visible; ``None`` = all.
    size
        Rows and columns of screen pixels.
    """

    detector: str
    kind: str = "live"
    panels: bool = False
    scale: Scale = "linear"
    percentile: float = 0.1
    limits: tuple[float, float] | None = None
    part: Part | None = None
    size: tuple[int, int] = (900, 900)


def said_in(text: str | bytes) -> dict[str, Any]:
    """The JSON object in a message of a browser.

    Raises
    ------
    ProtocolError
        If it is none.
    """
    try:
        said = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ProtocolError("a browser's message is no JSON") from error
    if not isinstance(said, dict):
        raise ProtocolError("a browser's message is no JSON object")
    return said


def wish_from(said: dict[str, Any]) -> Wish:
    """A wish from the fields of the same names; what is left out has its default.

    Raises
    ------
    ProtocolError
        Naming the field that cannot be.
    """
    detector, kind, scale = said.get("detector"), said.get("kind", "live"), said.get("scale", "linear")
    if not isinstance(detector, str) or not 0 < len(detector) <= MOST_NAME:
        raise ProtocolError("a wish names a detector")
    if not isinstance(kind, str) or kind not in KINDS:
        raise ProtocolError(f"there is no picture of the kind {str(kind)[:60]!r}")
    if scale not in ("linear", "log"):
        raise ProtocolError("a scale is linear or log")
    percentile = said.get("percentile", 0.1)
    if not _is_number(percentile) or not 0 <= percentile <= PERCENTILE_LIMIT:
        raise ProtocolError(f"a percentile is from 0 to {PERCENTILE_LIMIT:g}")
    limits, part, size = _numbers(said, "limits", 2), _numbers(said, "part", 4), _numbers(said, "size", 2) or (900.0, 900.0)
    if limits is not None and not limits[0] < limits[1]:
        raise ProtocolError("the lower limit is not below the upper one")
    rows, columns = (min(MOST_POINTS, max(1, int(value))) for value in size)
    return Wish(
        detector=detector,
        kind=kind,
        panels=said.get("panels") is True,
        scale=scale,
        percentile=float(percentile),
        limits=None if limits is None else (limits[0], limits[1]),
        part=None if part is None else (part[0], part[1], part[2], part[3]),
        size=(rows, columns),
    )


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < LARGEST


def _numbers(said: dict[str, Any], key: str, count: int) -> tuple[float, ...] | None:
    """So many finite numbers; ``None`` if the key is not there."""
    values = said.get(key)
    if values is None:
        return None
    if not isinstance(values, list) or len(values) != count or not all(map(_is_number, values)):
        raise ProtocolError(f"{key} are {count} numbers")
    return tuple(float(value) for value in values)
