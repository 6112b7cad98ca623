"""A smeared step: where is time zero, how sharp is it."""

import numpy as np
import scipy
from numpy.typing import NDArray

from dashboards.fits.fit import SHAPES, Shape


def step(x: NDArray[np.float64], position: float, width: float) -> NDArray[np.float64]:
    """From 0 to 1; ``width`` is the standard deviation of the smearing."""
    smeared: NDArray[np.float64] = (1 + scipy.special.erf((x - position) / (np.sqrt(2) * width))) / 2
    return smeared


EDGE = SHAPES.add("edge", Shape(title="step (error function)", names=("position", "width"), at=step, tells="time zero is at {}"))
