"""Fit of a smeared step: where is time zero, how sharp is it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares
from scipy.special import erf

LEAST_POINTS = 6
LEAST_SIGNIFICANCE = 3.0
"""A step lower than this many of its own errors is no step."""


@dataclass(frozen=True, slots=True)
class Edge:
    """y = base + height/2 (1 + erf((x - position) / (sqrt(2) width))), each value with its standard error."""

    position: float
    position_error: float
    width: float
    width_error: float
    base: float
    height: float
    height_error: float

    def at(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        """The fitted curve."""
        return step(x, self.position, self.width, self.base, self.height)


def step(x: NDArray[np.float64], position: float, width: float, base: float, height: float) -> NDArray[np.float64]:
    """The smeared step; ``width`` is the standard deviation of the smearing."""
    smeared: NDArray[np.float64] = base + height / 2 * (1 + erf((x - position) / (np.sqrt(2) * abs(width))))
    return smeared


def fit_edge(x: NDArray[np.float64], y: NDArray[np.float64], error: NDArray[np.float64]) -> Edge | None:
    """The step in a curve; ``None`` if there are too few points or no step stands out of the noise.

    A grid over position and width, with base and height solved exactly, finds the start; least squares refine it. If the
    points scatter more than their errors say, the errors of the result are enlarged accordingly.

    Parameters
    ----------
    x, y, error
        Shape (points,); points without a finite, positive error are left out.
    """
    good = np.isfinite(x) & np.isfinite(y) & np.isfinite(error) & (error > 0)
    x, y, error = x[good], y[good], error[good]
    if len(x) < LEAST_POINTS or np.ptp(x) == 0:
        return None
    span = float(np.ptp(x))
    # A step much sharper than the points are apart cannot be told from a sharper one, and would leave its position without error.
    sharpest = span / len(x) / 4
    start = _start(x, y, error, sharpest)
    bounds = ([x.min() - span, sharpest, -np.inf, -np.inf], [x.max() + span, 2 * span, np.inf, np.inf])
    found = least_squares(lambda p: (step(x, *p) - y) / error, start, bounds=bounds, x_scale=[span, span, *_scale(y)])
    deviation = _deviation(found.jac, 2 * float(found.cost) / (len(x) - 4))
    if deviation is None or not found.success:
        return None
    position, width, base, height = (float(value) for value in found.x)
    if abs(height) < LEAST_SIGNIFICANCE * deviation[3] or not x.min() <= position <= x.max():
        return None
    return Edge(position, float(deviation[0]), abs(width), float(deviation[1]), base, height, float(deviation[3]))


def _scale(y: NDArray[np.float64]) -> tuple[float, float]:
    """Typical size of base and height."""
    size = float(np.ptp(y)) or max(abs(float(y[0])), 1.0)
    return size, size


def _deviation(jacobian: NDArray[np.float64], reduced_chi2: float) -> NDArray[np.float64] | None:
    """Standard errors of the parameters; ``None`` if the points do not determine them."""
    try:
        covariance = np.linalg.inv(jacobian.T @ jacobian)
    except np.linalg.LinAlgError:
        return None
    variance = np.diag(covariance) * max(1.0, reduced_chi2)
    return np.sqrt(variance) if (variance >= 0).all() and np.isfinite(variance).all() else None


def _start(
    x: NDArray[np.float64], y: NDArray[np.float64], error: NDArray[np.float64], sharpest: float
) -> tuple[float, float, float, float]:
    """Position, width (not below ``sharpest``), base and height with the least squares on a grid."""
    span = float(np.ptp(x))
    grid = np.linspace(x.min(), x.max(), 61)
    weight = 1 / error**2
    best = (np.inf, (float(x.mean()), span / 10, float(y.mean()), 0.0))
    for width in np.maximum(span * np.array([0.01, 0.03, 0.08, 0.2]), sharpest):
        shape = step(x[:, None] - grid[None, :], 0.0, float(width), 0.0, 1.0)
        mean_shape, mean_y = weight @ shape / weight.sum(), float(weight @ y / weight.sum())
        spread = weight @ (shape - mean_shape) ** 2
        height = np.divide(weight * (y - mean_y) @ (shape - mean_shape), spread, out=np.zeros(len(grid)), where=spread > 0)
        chi2 = weight @ (y[:, None] - mean_y - height * (shape - mean_shape)) ** 2
        i = int(np.argmin(chi2))
        position = float(grid[i])
        best = min(best, (float(chi2[i]), (position, float(width), mean_y - float(height[i] * mean_shape[i]), float(height[i]))))
    return best[1]
