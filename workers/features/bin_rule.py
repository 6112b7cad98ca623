"""Edges of bins from the short forms that people write (small-data ``getBins``)."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

BIN_LIMIT = 1_000_000

Bins = tuple[int | float, ...]
"""As a settings file has them: a whole third number is a count, one with a decimal point a width."""


def bin_edges(definition: Sequence[int | float]) -> NDArray[np.float64]:
    """Growing edges of bins.

    Parameters
    ----------
    definition
        More than three numbers: the edges. ``[a, b, n]`` with whole n: n equal bins. ``[a, b, width]`` with a real width: bins of
        that width and what is left up to the upper end. ``[a, b]``: one bin. The order of a and b does not matter.

    Raises
    ------
    ValueError
        If that makes no bins.

    Examples
    --------
    >>> bin_edges([10.0, 0.0, 2]).tolist()
    [0.0, 5.0, 10.0]
    >>> bin_edges([0.0, 1.0, 0.4]).tolist()
    [0.0, 0.4, 0.8, 1.0]
    """
    if len(definition) < 2:
        raise ValueError(f"bins {list(definition)} are too few numbers; write [from, to, count], [from, to, width] or the edges")
    if not np.isfinite(definition).all():
        raise ValueError(f"bins {list(definition)} must be finite numbers")
    edges = np.array(definition, np.float64) if len(definition) > 3 else _steps(*definition)
    if (np.diff(edges) <= 0).any():
        raise ValueError(f"bins {list(definition)} do not grow")
    return edges


def _steps(first: float, second: float, step: int | float = 1) -> NDArray[np.float64]:
    low, high = min(first, second), max(first, second)
    count = step if isinstance(step, int) else (high - low) / step if step > 0 else 0
    if not 0 < count <= BIN_LIMIT:
        raise ValueError(f"bins from {low} to {high} in steps of {step} are {count:g}; 1 to {BIN_LIMIT} make sense")
    if isinstance(step, int):
        return np.linspace(low, high, step + 1)
    edges = np.arange(low, high, step)
    return edges if edges[-1] >= high else np.append(edges, high)
