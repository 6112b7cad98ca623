"""Algorithm 2: the mean of blocks of pixels in memory order.

Source: PSCalib common mode 2. A last block that is short is corrected by its own mean.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from workers.corrections.common_mode.algorithm import ALGORITHMS, Algorithm, Corrector, Record, Situation
from workers.corrections.common_mode.block import Parameters, from_numbers, length_of
from workers.kernel import kernel, summing_kernel


class BlockMean:
    """See the module."""

    records: Mapping[str, tuple[int, ...]] = {}

    def __init__(self, parameters: Parameters, situation: Situation) -> None:
        tile, self.whole = length_of(parameters, situation)
        self._numbers = (tile.columns, parameters.threshold, parameters.maxcorr)

    def apply(self, values: NDArray[np.float32], good: NDArray[np.bool_], first: int, record: Record) -> None:
        """See ``Corrector``."""
        subtract_means(values.reshape(len(values), -1), good.reshape(len(good), -1), *self._numbers)


@summing_kernel
def _block_mean(values: NDArray[np.float32], good: NDArray[np.bool_], threshold: float) -> float:
    """Mean of the good pixels below the threshold; NaN if there are none. A value that is NaN is below nothing."""
    total, count, limit = 0.0, np.int64(0), np.float32(threshold)
    for i in range(len(values)):
        v = values[i]
        if v < limit and good[i]:
            total += v
            count += 1
    return total / count if count else np.nan


@kernel
def subtract_means(values: NDArray[np.float32], good: NDArray[np.bool_], length: int, threshold: float, maxcorr: float) -> None:
    """Take the mean of each block off all its pixels, in place.

    Parameters
    ----------
    values
        Shape (events, pixels), ADU; NaN = absent.
    good
        Pixels that count, shape (events or 1, pixels).
    length, threshold, maxcorr
        As in ``Parameters``.
    """
    for event in range(len(values)):
        marks = good[min(event, len(good) - 1)]
        for start in range(0, values.shape[1], length):
            block = values[event, start : start + length]
            mean = _block_mean(block, marks[start : start + length], threshold)
            if abs(mean) <= maxcorr:
                shift = np.float32(mean)
                for i in range(len(block)):
                    block[i] -= shift


def make(parameters: Parameters, situation: Situation) -> Corrector:
    """Corrector of blocks."""
    return BlockMean(parameters, situation)


ALGORITHMS.add("2", Algorithm(parameters=Parameters, make=make, from_numbers=from_numbers))
