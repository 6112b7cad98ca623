"""Pixels inside a polygon that somebody drew in an image."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

MOST_CORNERS = 2000


def inside(corners: Sequence[Sequence[float]], shape: tuple[int, int]) -> NDArray[np.bool_]:
    """Pixels whose centre lies inside, by the even-odd rule; boolean, shape ``shape``.

    Parameters
    ----------
    corners
        Row and column of each corner, counted from the image's upper left corner: the centre of the first pixel is (0.5, 0.5).
    shape
        Rows and columns of the image; what lies outside is cut off.

    Raises
    ------
    ValueError
        If there are fewer than three corners, too many, or one is no pair of finite numbers.
    """
    pairs = 3 <= len(corners) <= MOST_CORNERS and all(len(corner) == 2 for corner in corners)
    points = np.array(corners if pairs else [[np.nan, np.nan]], np.float64)
    if not np.isfinite(points).all():
        raise ValueError(f"a polygon has 3 to {MOST_CORNERS} corners, each a row and a column")
    found = np.zeros(shape, bool)
    rows, columns = points.T
    next_rows, next_columns = np.roll(rows, -1), np.roll(columns, -1)
    first, last = np.clip((rows.min(), rows.max()), 0, shape[0])
    for row in range(int(first), int(np.ceil(last))):
        middle = row + 0.5
        crossed = (rows <= middle) != (next_rows <= middle)
        share = (middle - rows[crossed]) / (next_rows[crossed] - rows[crossed])
        at = np.sort(columns[crossed] + share * (next_columns[crossed] - columns[crossed]))
        # The first pixel whose centre is at or behind the crossing.
        places = np.clip(np.ceil(at - 0.5), 0, shape[1]).astype(int)
        for start, stop in zip(places[::2], places[1::2], strict=True):
            found[row, start:stop] = True
    return found


def bounds(corners: Sequence[Sequence[float]], shape: tuple[int, int]) -> tuple[tuple[int, int], tuple[int, int]]:
    """Smallest rectangle of whole pixels around a polygon, cut at the image's borders.

    Raises
    ------
    ValueError
        As ``inside``, or if it holds no pixel.
    """
    pixels = np.nonzero(inside(corners, shape))
    if not len(pixels[0]):
        raise ValueError("the polygon holds the centre of no pixel of the image")
    rows, columns = ((int(place.min()), int(place.max()) + 1) for place in pixels)
    return rows, columns
