"""Ranges and bins as a person writes them."""

import math
import re

import numpy as np
from numpy.typing import NDArray

MOST_BINS = 400


def span(text: str) -> tuple[float, float] | None:
    """A range written as ``-1:5``; ``None`` if it is not one."""
    parts = [_number(part) for part in text.split(":")]
    if len(parts) != 2 or parts[0] is None or parts[1] is None or not parts[0] < parts[1]:
        return None
    return parts[0], parts[1]


def hand_edges(text: str) -> NDArray[np.float64] | None:
    """Edges of bins: ``0:10:0.5`` (from, to, width) or at least two rising numbers; ``None`` if the text is neither.

    The last bin of the first form ends at or behind the second number. More than 400 bins are no bins.
    """
    if text.count(":") == 2:
        low, high, width = (_number(part) for part in text.split(":"))
        if low is None or high is None or width is None or width <= 0 or not low < high:
            return None
        count = math.ceil((high - low) / width - 1e-9) if (high - low) / width <= MOST_BINS else MOST_BINS + 1
        edges = low + width * np.arange(count + 1, dtype=np.float64)
    else:
        numbers = [_number(part) for part in re.split(r"[,;\s]+", text.strip())]
        edges = np.array([number for number in numbers if number is not None], np.float64)
        if len(edges) != len(numbers):
            return None
    return edges if 2 <= len(edges) <= MOST_BINS + 1 and bool((np.diff(edges) > 0).all()) else None


def _number(text: str) -> float | None:
    """A finite number; ``None`` for anything else."""
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None
