"""Rectangles and polygons in an image: from the mouse, from text, and in the settings."""

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

from monitor.calib.polygon import MOST_CORNERS

DRAWN_CORNERS = 64

Corners = tuple[tuple[float, float], ...]
"""Row and column of each corner of a polygon."""

Region = tuple[tuple[int, int], tuple[int, int]]
"""((first row, row behind the last), (first column, column behind the last))."""


def region_of(geometry: Mapping[str, Any], shape: Sequence[int]) -> Region | None:
    """Whole pixels touched by a drawn rectangle, cut at the image's borders; ``None`` if it lies outside.

    Parameters
    ----------
    geometry
        Corners ``x0``, ``x1`` (columns), ``y0``, ``y1`` (rows), in any order.
    shape
        Rows and columns of the image.
    """
    try:
        corners = [float(geometry[key]) for key in ("y0", "y1", "x0", "x1")]
    except (KeyError, TypeError, ValueError):
        return None
    if not all(map(math.isfinite, corners)):
        return None
    rows, columns = _touched(corners[0], corners[1], shape[0]), _touched(corners[2], corners[3], shape[1])
    return (rows, columns) if rows[0] < rows[1] and columns[0] < columns[1] else None


def parse_region(text: str) -> Region | None:
    """A region written as ``10:60, 20:80`` (rows, columns); ``None`` if it is not one."""
    found = re.fullmatch(r"\s*(\d{1,6})\s*:\s*(\d{1,6})\s*[,;\s]\s*(\d{1,6})\s*:\s*(\d{1,6})\s*", text)
    if found is None:
        return None
    r0, r1, c0, c1 = (int(number) for number in found.groups())
    return ((r0, r1), (c0, c1)) if r0 < r1 and c0 < c1 else None


def parse_corners(text: str) -> Corners | None:
    """Corners of a polygon written as ``20 30, 20 90, 60 60`` (row, column of each); ``None`` if it is none."""
    try:
        pairs = [[float(number) for number in pair.split()] for pair in text.split(",")]
    except ValueError:
        return None
    return corners_in(pairs)


def parse_shapes(text: str) -> list[Corners] | None:
    """Shapes with ``;`` between them: rectangle, polygon, or pixel (``12 34``: row, column); ``None`` if one is none of them.

    >>> parse_shapes("12 34")
    [((12, 34), (12, 35), (13, 35), (13, 34))]
    """
    found = [_shape(part) for part in text.split(";")]
    shapes = [shape for shape in found if shape is not None]
    return shapes if len(shapes) == len(found) else None


def _shape(text: str) -> Corners | None:
    pixel = re.fullmatch(r"\s*(\d{1,6})\s+(\d{1,6})\s*", text)
    if pixel is not None:
        row, column = (int(number) for number in pixel.groups())
        return rectangle(((row, row + 1), (column, column + 1)))
    region = parse_region(text)
    return parse_corners(text) if region is None else rectangle(region)


def rectangle(region: Region) -> Corners:
    """The corners of a rectangle."""
    (top, bottom), (left, right) = region
    return ((top, left), (top, right), (bottom, right), (bottom, left))


def region_text(region: Region) -> str:
    """As ``parse_region`` reads it."""
    (r0, r1), (c0, c1) = region
    return f"{r0}:{r1}, {c0}:{c1}"


def region_in(value: object) -> Region | None:
    """A region as the settings write it, ``[[r0, r1], [c0, c1]]``; ``None`` for anything else."""
    if not isinstance(value, list | tuple) or len(value) != 2:
        return None
    pairs = [pair for pair in value if isinstance(pair, list | tuple) and len(pair) == 2]
    if len(pairs) != 2 or not all(isinstance(number, int) for pair in pairs for number in pair):
        return None
    rows, columns = sorted(pairs[0]), sorted(pairs[1])
    return (rows[0], rows[1]), (columns[0], columns[1])


def _touched(a: float, b: float, length: int) -> tuple[int, int]:
    """Pixels between two positions, within ``length``."""
    return max(0, math.floor(min(a, b))), min(length, math.ceil(max(a, b)))


def corners_of(geometry: Mapping[str, Any]) -> Corners | None:
    """Corners of a drawn polygon, to a tenth of a pixel; ``None`` if it is none.

    Parameters
    ----------
    geometry
        ``x`` (columns) and ``y`` (rows) of the corners.
    """
    try:
        columns, rows = ([round(float(value), 1) for value in _listed(geometry[key])] for key in ("x", "y"))
    except (KeyError, TypeError, ValueError):
        return None
    # The mouse tells hundreds of places; a person means fewer corners, and settings are read by people.
    pairs = [list(pair) for pair in zip(rows, columns, strict=False)]
    return corners_in(pairs[:: max(1, len(pairs) // DRAWN_CORNERS)])


def corners_in(value: object) -> Corners | None:
    """Corners as the settings write them, ``[[row, column], ...]``; ``None`` for anything else."""
    if not isinstance(value, list | tuple) or not 3 <= len(value) <= MOST_CORNERS:
        return None
    pairs = [pair for pair in value if isinstance(pair, list | tuple) and len(pair) == 2]
    numbers = [number for pair in pairs for number in pair]
    if len(pairs) != len(value) or not all(isinstance(number, int | float) and math.isfinite(number) for number in numbers):
        return None
    return tuple((float(row), float(column)) for row, column in pairs)


def _listed(values: Any) -> list[Any]:
    """The browser sends lists, or maps with the places as keys."""
    if isinstance(values, Mapping):
        return [values[key] for key in sorted(values, key=int)]
    return list(values)
