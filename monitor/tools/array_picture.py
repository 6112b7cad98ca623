"""Arrays in words and characters: statistics, a histogram and a small picture for the terminal."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

SHADES = " .:-=+*#%@"
BAR = "█"
BINS, BAR_WIDTH = 12, 40
PICTURE_ROWS, PICTURE_COLUMNS = 24, 72
ALMOST_ALL = (0.5, 99.5)
"""Percentiles between which histogram and picture are drawn, so that a few outliers do not hide the rest."""


def statistics(array: NDArray[Any]) -> dict[str, Any]:
    """Shape, type and the usual numbers of the finite values; None where there are none."""
    finite = _finite(array)
    empty = not finite.size
    return {
        "shape": list(array.shape),
        "dtype": array.dtype.name,
        "size": int(array.size),
        "not_finite": int(array.size - finite.size),
        "zeros": int((finite == 0).sum()),
        "min": None if empty else float(finite.min()),
        "median": None if empty else float(np.median(finite)),
        "mean": None if empty else float(finite.mean()),
        "std": None if empty else float(finite.std()),
        "max": None if empty else float(finite.max()),
    }


def histogram(array: NDArray[Any]) -> list[str]:
    """One line per bin: its beginning, a bar, the count."""
    finite = _finite(array)
    if not finite.size:
        return []
    low, high = np.percentile(finite, ALMOST_ALL)
    if low == high:
        low, high = finite.min(), finite.max()
    counts, edges = np.histogram(finite, BINS, (low, high))
    scale = BAR_WIDTH / max(counts.max(), 1)
    return [f"{edge:>12.4g} {BAR * round(count * scale)} {count:,}" for edge, count in zip(edges, counts.tolist(), strict=False)]


def picture(array: NDArray[Any]) -> list[str]:
    """Rows of characters, dark to bright; all panels one below the other. Empty for a single row."""
    if array.ndim < 2 or not array.size:
        return []
    plane = array.reshape(-1, array.shape[-1]).astype(np.float64)
    finite = _finite(plane)
    if not finite.size:
        return []
    rows = np.linspace(0, plane.shape[0], min(PICTURE_ROWS, plane.shape[0]) + 1).astype(int)
    columns = np.linspace(0, plane.shape[1], min(PICTURE_COLUMNS, plane.shape[1]) + 1).astype(int)
    known = np.where(np.isfinite(plane), plane, np.median(finite))
    sums = np.add.reduceat(np.add.reduceat(known, rows[:-1], axis=0), columns[:-1], axis=1)
    means = sums / np.outer(np.diff(rows), np.diff(columns))
    low, high = np.percentile(means, ALMOST_ALL)
    levels = np.clip((means - low) / ((high - low) or 1.0) * len(SHADES), 0, len(SHADES) - 1).astype(int)
    return ["".join(SHADES[level] for level in line) for line in levels.tolist()]


def _finite(array: NDArray[Any]) -> NDArray[np.float64]:
    values = array.astype(np.float64).ravel()
    finite: NDArray[np.float64] = values[np.isfinite(values)]
    return finite
