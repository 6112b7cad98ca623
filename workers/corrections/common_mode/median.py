"""The median of each tile of a panel, taken off its pixels: the step that most algorithms are made of.

Tiles are rows, columns, banks or whole panels; which pixels count, how large a median is believed and how many pixels it needs
are a ``Rule``.
"""

import numpy as np
from numpy.typing import NDArray

from workers.corrections.common_mode.area_median import subtract_area_medians
from workers.corrections.common_mode.line_median import LONGEST, Lines, subtract_column_medians, subtract_row_medians
from workers.corrections.common_mode.rule import LARGEST_NUMBER, Rule, Tile


class Scratch:
    """Memory for the pixels of a tile, kept from event to event; the kinds of memory are made when they are first needed."""

    def __init__(self, tile: Tile) -> None:
        self._tile, self._length = tile, tile.rows * tile.columns
        self._keys: NDArray[np.int32] | None = None
        self._lines: Lines | None = None

    def keys(self) -> NDArray[np.int32]:
        """For one large tile."""
        if self._keys is None:
            self._keys = np.empty(self._length, np.int32)
        return self._keys

    def lines(self, rows: int) -> Lines | None:
        """For many short lines side by side; None if these tiles are not, in a panel of so many rows."""
        upright = self._tile.columns == 1 and self._tile.stride == 1
        flat = self._tile.rows == 1 and rows > 1
        if self._length > LONGEST or not (upright or flat):
            return None
        if self._lines is None:
            self._lines = Lines(self._length)
        return self._lines


NO_RECORD = np.empty((0, 0, 0, 0, 0), np.float32)


def subtract_medians(
    values: NDArray[np.float32],
    good: NDArray[np.bool_],
    tile: Tile,
    rule: Rule,
    scratch: Scratch,
    record: NDArray[np.float32] = NO_RECORD,
) -> None:
    """Take the median of each tile off its pixels, in place.

    Parameters
    ----------
    values
        Shape (events, panels, rows, columns), ADU; NaN = absent.
    good
        Pixels that count, shape (events or 1, panels, rows, columns).
    tile, rule
        What is one tile, and when its median counts. Tiles at the lower and right edge may be cut.
    scratch
        Made for this tile.
    record
        Filled with what was found, shape (events, panels, \\*record_shape); none is kept if empty.
    """
    limits = (max(rule.lowest, -LARGEST_NUMBER), min(rule.highest, LARGEST_NUMBER), rule.largest)
    how = (rule.everywhere, rule.whole_numbers)
    lines = scratch.lines(values.shape[2])
    if lines is None:
        shape = (tile.rows, tile.columns, tile.stride)
        subtract_area_medians(values, values.view(np.int32), good, shape, limits, rule.least, how, scratch.keys(), record)
        return
    memory = (lines.network, lines.keys, lines.lines)
    if tile.rows == 1:
        row = (tile.columns, tile.stride)
        subtract_row_medians(values, good, row, limits, rule.least, how, memory, lines.numbers, record)
    else:
        subtract_column_medians(values, good, tile.rows, limits, rule.least, how, memory, lines.numbers, record)
