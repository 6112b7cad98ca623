"""A shape fitted to a curve: y = base + height x shape(x; position, ...), by weighted least squares."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
import scipy
from numpy.typing import NDArray

from monitor.plugins import Registry

LEAST_SIGNIFICANCE = 3.0
"""A shape lower than this many of its own errors is none."""

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What can be fitted.

    Attributes
    ----------
    title
        What people call it.
    names
        Its parameters besides base and height, in units of x; the first is a position, the others are positive widths.
    at
        The shape, of height about 1: ``at(x, *parameters)``, for x and parameters of shapes that broadcast.
    tells
        Sentence for the position: "time zero is at {}".
    """

    title: str
    names: tuple[str, ...]
    at: Callable[..., Array]
    tells: str


@dataclass(frozen=True, slots=True)
class Fit:
    """A fitted shape.

    Attributes
    ----------
    shape
        What was fitted.
    values, errors
        The shape's parameters, base and height, each with its standard error. If the points scatter more than their errors
        say, the errors are enlarged accordingly.
    chi2, degrees
        Weighted sum of squares, and points less parameters.
    """

    shape: Shape
    values: tuple[float, ...]
    errors: tuple[float, ...]
    chi2: float
    degrees: int

    @property
    def names(self) -> tuple[str, ...]:
        """Names of all parameters."""
        return (*self.shape.names, "base", "height")

    def value(self, name: str) -> float:
        """A parameter."""
        return self.values[self.names.index(name)]

    def error(self, name: str) -> float:
        """Its standard error."""
        return self.errors[self.names.index(name)]

    def at(self, x: Array) -> Array:
        """The fitted curve."""
        *inner, base, height = self.values
        return base + height * self.shape.at(x, *inner)


SHAPES: Registry[Shape] = Registry("fit")


@np.errstate(over="ignore", invalid="ignore", divide="ignore", under="ignore")
def fit(shape: Shape, x: Array, y: Array, error: Array) -> Fit | None:
    """A shape in a curve; ``None`` if there are too few points or none stands out of the noise.

    A grid over position and widths, with base and height solved exactly, finds the start; least squares refine it.

    Parameters
    ----------
    shape
        What to look for.
    x, y, error
        Shape (points,); points without a finite, positive error are left out.
    """
    good = np.isfinite(x) & np.isfinite(y) & np.isfinite(error) & (error > 0)
    x, y, error = x[good], y[good], error[good]
    number = len(shape.names) + 2
    if len(x) < number + 2 or np.ptp(x) == 0:
        return None
    span, height = float(np.ptp(x)), float(np.ptp(y)) or max(abs(float(y[0])), 1.0)
    # What is much sharper than the points are apart cannot be told from something sharper, and would have no error.
    sharpest = span / len(x) / 4
    start = _start(shape, x, y, error, sharpest)
    widths = len(shape.names) - 1
    low = [x.min() - span, *[sharpest] * widths, -np.inf, -np.inf]
    high = [x.max() + span, *[2 * span] * widths, np.inf, np.inf]
    scale = [*[span] * len(shape.names), height, height]
    found = scipy.optimize.least_squares(
        lambda p: (p[-2] + p[-1] * shape.at(x, *p[:-2]) - y) / error, start, bounds=(low, high), x_scale=scale
    )
    chi2, degrees = 2 * float(found.cost), len(x) - number
    deviation = _deviation(found.jac, chi2 / degrees)
    if deviation is None or not found.success:
        return None
    values = tuple(float(value) for value in found.x)
    if abs(values[-1]) < LEAST_SIGNIFICANCE * deviation[-1] or not x.min() <= values[0] <= x.max():
        return None
    if any(width > 0.999 * 2 * span for width in values[1:-2]):
        # At the bound the points do not say how wide it is, and the stated error would be made up.
        return None
    return Fit(shape, values, tuple(float(each) for each in deviation), chi2, degrees)


def warm() -> None:
    """Have the solver ready: it is imported when it is first named, which takes a third of a second."""
    _ = scipy.optimize.least_squares


def _deviation(jacobian: Array, reduced_chi2: float) -> Array | None:
    """Standard errors of the parameters; ``None`` if the points do not determine them."""
    try:
        covariance = np.linalg.inv(jacobian.T @ jacobian)
    except np.linalg.LinAlgError:
        return None
    variance = np.diag(covariance) * max(1.0, reduced_chi2)
    return np.sqrt(variance) if (variance >= 0).all() and np.isfinite(variance).all() else None


def _start(shape: Shape, x: Array, y: Array, error: Array, sharpest: float) -> tuple[float, ...]:
    """Parameters with the least squares on a grid, no width below ``sharpest``."""
    span = float(np.ptp(x))
    grid = np.linspace(x.min(), x.max(), 61)
    weight = 1 / error**2
    mean_y = float(weight @ y / weight.sum())
    best = (np.inf, (float(x.mean()), *[span / 10] * (len(shape.names) - 1), mean_y, 0.0))
    for widths in _widths(len(shape.names) - 1, span, sharpest):
        form = shape.at(x[:, None], grid[None, :], *widths)
        mean = weight @ form / weight.sum()
        spread = weight @ (form - mean) ** 2
        height = np.divide(weight * (y - mean_y) @ (form - mean), spread, out=np.zeros(len(grid)), where=spread > 0)
        chi2 = weight @ (y[:, None] - mean_y - height * (form - mean)) ** 2
        i = int(np.argmin(chi2))
        found = (float(grid[i]), *widths, mean_y - float(height[i] * mean[i]), float(height[i]))
        best = min(best, (float(chi2[i]), found))
    return best[1]


def _widths(number: int, span: float, sharpest: float) -> Iterable[tuple[float, ...]]:
    """Widths to begin with, from sharp to broad; the first stays sharper where there are two."""
    sizes = [max(sharpest, span * part) for part in (0.01, 0.03, 0.08, 0.2)]
    if number == 1:
        return [(size,) for size in sizes]
    return [(first, second) for first in sizes[:3] for second in sizes[1:]]
