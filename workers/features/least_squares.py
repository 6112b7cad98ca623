"""Least-squares fits of many events at once (Levenberg and Marquardt); each event goes its own way.

Source: Marquardt (1963); damping by the diagonal of the normal matrix.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from workers.features.trace import Floats

Residuals = Callable[[Floats, NDArray[np.int64]], tuple[Floats, Floats]]
"""Residuals, shape (n, samples), and their derivatives, shape (n, samples, parameters), of the parameters (n, parameters) of the
events whose numbers are given beside. Both are 0 for a sample that does not count."""

MOST_STEPS = 100
SOFTEST, HARDEST = 1e-9, 1e12
"""Damping: below the one it changes nothing, above the other no step is left."""
CLOSE = 1e-9
"""Relative step below which a fit has arrived."""


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """What became of each event.

    Attributes
    ----------
    parameters
        Shape (events, parameters); where the fit began if it did not get anywhere.
    cost
        Half the sum of the squared residuals, shape (events,).
    converged
        Whether the last step was small, bool, shape (events,).
    residuals, derivatives
        At the end, as ``Residuals`` gives them.
    """

    parameters: Floats
    cost: Floats
    converged: NDArray[np.bool_]
    residuals: Floats
    derivatives: Floats

    def errors(self) -> Floats:
        """Standard deviation of each parameter from the spread of the residuals, shape (events, parameters).

        NaN where no sample is left over, or where two parameters cannot be told apart.
        """
        counts = (self.derivatives != 0).any(axis=2).sum(axis=1)
        normal = _normal(self.derivatives)
        scale = np.sqrt(np.einsum("epp->ep", normal))
        clear = (scale > 0).all(axis=1) & np.isfinite(normal).all(axis=(1, 2)) & (counts > scale.shape[1])
        found = np.full(scale.shape, np.nan)
        if clear.any():
            sizes = scale[clear]
            inverse = np.linalg.pinv(normal[clear] / sizes[:, :, None] / sizes[:, None, :], hermitian=True)
            spread = 2 * self.cost[clear] / (counts[clear] - sizes.shape[1])
            found[clear] = np.sqrt(np.maximum(np.einsum("epp->ep", inverse), 0) * spread[:, None]) / sizes
        return found


def fitted(residuals: Residuals, start: Floats) -> Fit:
    """Parameters with the least squares, from a start for each event, shape (events, parameters); a NaN start stays."""
    best = start.copy()
    count, size = best.shape
    with np.errstate(all="ignore"):
        rest, slope = residuals(best, np.arange(count))
        cost = _half_square(rest)
        damping, arrived = np.full(count, 1e-3), np.zeros(count, bool)
        going = np.flatnonzero(np.isfinite(cost) & np.isfinite(best).all(axis=1) & np.isfinite(slope).all(axis=(1, 2)))
        for _ in range(MOST_STEPS):
            if not len(going):
                break
            step = _step(rest[going], slope[going], damping[going], size)
            tried = best[going] + step
            new_rest, new_slope = residuals(tried, going)
            new_cost = _half_square(new_rest)
            usable = np.isfinite(new_slope).all(axis=(1, 2)) & np.isfinite(tried).all(axis=1)
            better = usable & (new_cost <= cost[going])
            small = (np.abs(step) <= CLOSE * (np.abs(best[going]) + CLOSE)).all(axis=1)
            taken = going[better]
            best[taken], cost[taken] = tried[better], new_cost[better]
            rest[taken], slope[taken] = new_rest[better], new_slope[better]
            damping[going] = np.where(better, np.maximum(damping[going] / 10, SOFTEST), damping[going] * 10)
            arrived[going[small]] = True
            going = going[~small & (damping[going] < HARDEST)]
    return Fit(best, cost, arrived, rest, slope)


def _half_square(rest: Floats) -> Floats:
    return np.asarray((rest * rest).sum(axis=1) / 2)


def _normal(slope: Floats) -> Floats:
    """Derivatives times themselves, shape (events, parameters, parameters)."""
    return np.matmul(slope.transpose(0, 2, 1), slope)


def _step(rest: Floats, slope: Floats, damping: Floats, size: int) -> Floats:
    normal = _normal(slope)
    gradient = np.matmul(slope.transpose(0, 2, 1), rest[:, :, None])
    # Scaled to a diagonal of 1, so that parameters of very different size, and idle ones, leave the matrix regular.
    scale = np.sqrt(np.einsum("epp->ep", normal))
    scale[~(scale > 0)] = 1.0
    scaled = normal / scale[:, :, None] / scale[:, None, :] + (damping[:, None, None] * np.eye(size))
    return np.asarray(np.linalg.solve(scaled, -gradient / scale[:, :, None])[:, :, 0] / scale)
