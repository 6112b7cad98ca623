"""A sudden rise that decays exponentially, seen with a Gaussian time resolution."""

import numpy as np
import scipy
from numpy.typing import NDArray

from dashboards.fits.fit import SHAPES, Shape


def decay(x: NDArray[np.float64], position: float, width: float, lifetime: float) -> NDArray[np.float64]:
    """The convolution of exp(-(x - position)/lifetime) for x > position with a Gaussian of standard deviation ``width``.

    Written with the scaled function erfcx where the plain one would multiply a huge number by a tiny one.
    """
    late = x - position
    z = (width / lifetime - late / width) / np.sqrt(2)
    early = np.exp(-((late / width) ** 2) / 2) * scipy.special.erfcx(np.maximum(z, 0.0))
    after = np.exp(np.minimum(0.0, (width / lifetime) ** 2 / 2 - late / lifetime)) * scipy.special.erfc(np.minimum(z, 0.0))
    shape: NDArray[np.float64] = np.where(z > 0, early, after) / 2
    return shape


DECAY = SHAPES.add(
    "decay",
    Shape(title="exponential decay", names=("position", "width", "lifetime"), at=decay, tells="time zero is at {}"),
)
