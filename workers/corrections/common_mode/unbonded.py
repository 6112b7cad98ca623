"""Algorithms 5 and 55: the mean of a CsPad panel's pixels that have no sensor behind them.

Source: PSCalib common mode 5. Their status is not looked at.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from monitor.settings import Section
from workers.corrections.common_mode.algorithm import ALGORITHMS, Algorithm, Corrector, Record, Situation, named
from workers.kernel import kernel

PANEL = (185, 388)
ASIC_COLUMNS, FIRST, STOP, STEP = 194, 10, 190, 10
"""Unbonded pixels are (r, r) and (r, r + 194) for r = 10, 20 to 180."""
TAKEN = "cmValues"


class Parameters(Section):
    """The limit."""

    maxcorr: float = Field(100.0, ge=0)
    """A greater mean is not believed, ADU."""


class Unbonded:
    """See the module."""

    whole = False
    records: Mapping[str, tuple[int, ...]] = {TAKEN: ()}

    def __init__(self, maxcorr: float) -> None:
        self._maxcorr = maxcorr

    def apply(self, values: NDArray[np.float32], good: NDArray[np.bool_], first: int, record: Record) -> None:
        """See ``Corrector``; records what was taken off each panel, NaN = nothing."""
        taken = record[TAKEN] if TAKEN in record else np.empty(values.shape[:2], np.float32)
        taken[:] = np.nan
        subtract_unbonded(values, self._maxcorr, taken)


@kernel
def subtract_unbonded(values: NDArray[np.float32], maxcorr: float, taken: NDArray[np.float32]) -> None:
    """Take the mean of the unbonded pixels off all pixels of those panels for which ``taken`` is NaN, in place.

    Parameters
    ----------
    values
        Shape (events, panels, 185, 388), ADU; NaN = absent.
    maxcorr
        A greater absolute mean is not believed.
    taken
        Filled with what was taken off, shape (events, panels); stays NaN where nothing was.
    """
    for event in range(values.shape[0]):
        for panel in range(values.shape[1]):
            if taken[event, panel] == taken[event, panel]:
                continue
            pixels = values[event, panel]
            total, count = 0.0, 0
            for r in range(FIRST, STOP, STEP):
                total += pixels[r, r] + pixels[r, r + ASIC_COLUMNS]
                count += 2
            mean = np.float32(total / count)
            if abs(mean) <= maxcorr:
                taken[event, panel] = mean
                for row in range(pixels.shape[0]):
                    for column in range(pixels.shape[1]):
                        pixels[row, column] -= mean


def make(parameters: Parameters, situation: Situation) -> Corrector:
    """Corrector for a CsPad of any size."""
    if situation.panel != PANEL:
        raise ValueError("only CsPad panels have unbonded pixels; use another algorithm, or 0 for none")
    return Unbonded(parameters.maxcorr)


for number, preset in ((5, {}), (55, {"maxcorr": 5000.0})):
    ALGORITHMS.add(str(number), Algorithm(parameters=Parameters, make=make, preset=preset, from_numbers=named("maxcorr")))
