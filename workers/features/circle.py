"""The circle through points: centre and radius for which the distances from the centre differ least (Gauss-Newton)."""

import numpy as np
from numpy.typing import NDArray

from workers.kernel import summing_kernel

X, Y, RADIUS, RESIDUAL, CONVERGED = range(5)
TURNS = 50
CLOSE = 1e-11
"""Step, relative to the radius, at which the centre stands still."""


def fit_circle(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
    """Centre x and y, radius, sum of squared distances from the circle, and 1 if the fit came to rest (else 0).

    All but the last are NaN for fewer than three points or points on one line.

    Examples
    --------
    >>> fit_circle(np.array([2.0, 0.0, 1.0, 1.0]), np.array([3.0, 3.0, 4.0, 2.0])).round(6).tolist()
    [1.0, 3.0, 1.0, 0.0, 1.0]
    """
    found = np.full(5, np.nan)
    found[CONVERGED] = 0
    if len(x) >= 3:
        _fit(np.ascontiguousarray(x, np.float64), np.ascontiguousarray(y, np.float64), found)
    return found


@summing_kernel
def _fit(x: NDArray[np.float64], y: NDArray[np.float64], found: NDArray[np.float64]) -> None:
    count = len(x)
    a, b = x.mean(), y.mean()
    radius = 0.0
    for _turn in range(TURNS):
        radius = 0.0
        # Sums over the points of the unit vectors towards the centre and of the distances.
        sum_u, sum_v, sum_uu, sum_uv, sum_vv, sum_ru, sum_rv = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
        for i in range(count):
            dx, dy = x[i] - a, y[i] - b
            r = np.sqrt(dx * dx + dy * dy)
            scale = 1 / r if r > 0 else 0.0
            u, v = dx * scale, dy * scale
            radius += r
            sum_u += u
            sum_v += v
            sum_uu += u * u
            sum_uv += u * v
            sum_vv += v * v
            sum_ru += r * u
            sum_rv += r * v
        radius /= count
        uu = sum_uu - sum_u * sum_u / count
        vv = sum_vv - sum_v * sum_v / count
        uv = sum_uv - sum_u * sum_v / count
        ru, rv = sum_ru - radius * sum_u, sum_rv - radius * sum_v
        determinant = uu * vv - uv * uv
        if not determinant > 1e-12 * (uu + vv) ** 2:
            return
        step_a, step_b = (vv * ru - uv * rv) / determinant, (uu * rv - uv * ru) / determinant
        a, b = a + step_a, b + step_b
        if abs(step_a) + abs(step_b) <= CLOSE * radius:
            found[CONVERGED] = 1
            break
    radius = 0.0
    for i in range(count):
        radius += np.sqrt((x[i] - a) ** 2 + (y[i] - b) ** 2)
    radius /= count
    residual = 0.0
    for i in range(count):
        residual += (np.sqrt((x[i] - a) ** 2 + (y[i] - b) ** 2) - radius) ** 2
    if not np.isfinite(residual):
        found[CONVERGED] = 0
        return
    found[X], found[Y], found[RADIUS], found[RESIDUAL] = a, b, radius, residual


def warm() -> None:
    """Compile the kernel."""
    fit_circle(np.arange(4.0), np.zeros(4))
