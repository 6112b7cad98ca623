"""A bell: a beam profile, a cross-correlation."""

import numpy as np
from numpy.typing import NDArray

from dashboards.fits.fit import SHAPES, Shape


def bell(x: NDArray[np.float64], position: float, width: float) -> NDArray[np.float64]:
    """1 at the position; ``width`` is the standard deviation."""
    return np.exp(-(((x - position) / width) ** 2) / 2)


GAUSSIAN = SHAPES.add("gaussian", Shape(title="Gaussian", names=("position", "width"), at=bell, tells="the centre is at {}"))
