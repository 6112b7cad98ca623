"""Curves in a terminal: one line of blocks per field, with its range and newest value."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from rich.table import Table

BLOCKS = "▁▂▃▄▅▆▇█"


def sparkline(values: NDArray[np.float64], width: int) -> str:
    """The newest values as blocks, the mean of neighbours where there are more than ``width``; a space where all are NaN.

    >>> sparkline(np.array([0.0, 1.0, np.nan, 2.0]), 10)
    '▁▅ █'
    """
    if not len(values) or width < 1:
        return ""
    heights = _means(values, width)
    known = heights[np.isfinite(heights)]
    if not len(known):
        return " " * len(heights)
    low, span = known.min(), np.ptp(known) or 1.0
    levels = np.where(np.isfinite(heights), np.rint((heights - low) / span * (len(BLOCKS) - 1)), -1).astype(int)
    return "".join(" " if level < 0 else BLOCKS[level] for level in levels)


def curves(columns: Mapping[str, NDArray[np.float64]], units: Mapping[str, str], width: int) -> Table:
    """One line per field: name, curve, range, newest value."""
    table = Table("field", "oldest to newest", "lowest", "highest", "newest", "unit", box=None)
    for name, values in columns.items():
        known = values[np.isfinite(values)]
        numbers = (known.min(), known.max(), values[-1]) if len(known) else ()
        table.add_row(
            name, sparkline(values, width), *(f"{number:.5g}" for number in numbers or (np.nan,) * 3), units.get(name, "")
        )
    return table


def _means(values: NDArray[np.float64], width: int) -> NDArray[np.float64]:
    """At most ``width`` values, each the mean of the finite ones in its stretch; NaN where there are none."""
    if len(values) <= width:
        return values
    edges = np.linspace(0, len(values), width + 1).astype(int)
    known = np.isfinite(values)
    counts = np.add.reduceat(known.astype(np.int64), edges[:-1])
    totals = np.add.reduceat(np.where(known, values, 0.0), edges[:-1])
    return np.where(counts > 0, totals / np.maximum(counts, 1), np.nan)
