"""Algorithm 3: the median of blocks of pixels in memory order, a whole number (the facility's histogram of 32768 bins).

Source: PSCalib common mode 3. A last block that is short is corrected by its own median.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from workers.corrections.common_mode.algorithm import ALGORITHMS, Algorithm, Corrector, Record, Situation
from workers.corrections.common_mode.block import Parameters, from_numbers, length_of
from workers.corrections.common_mode.median import Scratch, subtract_medians
from workers.corrections.common_mode.rule import Rule


class BlockMedian:
    """See the module."""

    records: Mapping[str, tuple[int, ...]] = {}

    def __init__(self, parameters: Parameters, situation: Situation) -> None:
        self._tile, self.whole = length_of(parameters, situation)
        below = float(np.nextafter(np.float32(parameters.threshold), np.float32(-np.inf)))
        self._rule = Rule(highest=below, largest=parameters.maxcorr, whole_numbers=True)
        self._scratch = Scratch(self._tile)

    def apply(self, values: NDArray[np.float32], good: NDArray[np.bool_], first: int, record: Record) -> None:
        """See ``Corrector``."""
        lines = values.reshape(len(values), 1, 1, -1)
        subtract_medians(lines, good.reshape(len(good), 1, 1, -1), self._tile, self._rule, self._scratch)


def make(parameters: Parameters, situation: Situation) -> Corrector:
    """Corrector of blocks."""
    return BlockMedian(parameters, situation)


ALGORITHMS.add("3", Algorithm(parameters=Parameters, make=make, from_numbers=from_numbers))
