"""Thresholds as people write them: one number, or a lower and an upper one."""

import numpy as np

Threshold = float | tuple[float, float] | None


def limits(threshold: Threshold) -> tuple[float, float]:
    """Lowest and highest value that is kept; without a threshold all are.

    >>> limits(5.0)
    (5.0, inf)
    """
    if threshold is None:
        return -np.inf, np.inf
    return (threshold[0], threshold[1]) if isinstance(threshold, tuple) else (threshold, np.inf)
