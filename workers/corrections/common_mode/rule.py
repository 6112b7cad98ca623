"""Which pixels make one median, and when it counts: what the algorithms tell the kernels."""

from dataclasses import dataclass

import numpy as np

LARGEST_NUMBER = float(np.finfo(np.float32).max)
FOUND, TAKEN, COUNT = range(3)
"""What a record holds of each tile: its median (NaN = nothing counted), what was taken off, how many pixels counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """Size of a tile in pixels; with a ``stride`` of 2 each tile takes every second column of twice its width."""

    rows: int
    columns: int
    stride: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """When a median counts.

    Attributes
    ----------
    lowest, highest
        Values outside do not count, both limits do.
    largest
        A median with a greater absolute value is not believed.
    least
        Fewest pixels that must count.
    everywhere
        Taken off all pixels of the tile, or only off those that are good (inside the limits or not).
    whole_numbers
        The lower of two middle values, cut to a whole number (the facility's histogram), instead of their mean.
    """

    lowest: float = -LARGEST_NUMBER
    highest: float = LARGEST_NUMBER
    largest: float = np.inf
    least: int = 1
    everywhere: bool = True
    whole_numbers: bool = False


def below(limit: float) -> float:
    """The largest number below a limit, for rules that say "less than"."""
    return float(np.nextafter(limit, -np.inf))


def record_shape(tile: Tile, rows: int, columns: int) -> tuple[int, int, int]:
    """Shape of the record of one panel: tiles down, tiles across, and ``FOUND``, ``TAKEN``, ``COUNT``."""
    return -(-rows // tile.rows), -(-columns // (tile.columns * tile.stride)) * tile.stride, 3
