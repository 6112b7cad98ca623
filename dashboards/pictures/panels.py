"""Panels side by side, as they are read out, with a gap between them."""

import math

import numpy as np
from numpy.typing import NDArray

GAP = 4


def panel_index(shape: tuple[int, ...]) -> NDArray[np.int32]:
    """For each place of a picture of all panels the number of the frame's pixel, -1 = none.

    Panels follow each other from left to right and from top to bottom, in a grid that is about as wide as it is high.

    Parameters
    ----------
    shape
        Of a frame; the last two axes are the rows and columns of a panel.
    """
    rows, columns = shape[-2:]
    count = math.prod(shape[:-2])
    across = grid_columns(count, rows, columns)
    down = -(-count // across)
    index = np.full((down * (rows + GAP) - GAP, across * (columns + GAP) - GAP), -1, np.int32)
    pixels = np.arange(count * rows * columns, dtype=np.int32).reshape(count, rows, columns)
    for panel in range(count):
        top, left = panel // across * (rows + GAP), panel % across * (columns + GAP)
        index[top : top + rows, left : left + columns] = pixels[panel]
    return index


def grid_columns(count: int, rows: int, columns: int) -> int:
    """Panels in a row of the grid, so that its longer side is shortest."""
    return min(range(1, count + 1), key=lambda across: max(across * columns, -(-count // across) * rows))
