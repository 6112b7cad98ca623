"""The rise of a signal at time zero, and how well a scan can know where it is."""

import numpy as np
from numpy.typing import NDArray
from scipy.special import erf


def rise(delay: NDArray[np.float64], width: float) -> NDArray[np.float64]:
    """Error-function edge from 0 to 1 at delay 0; ``width`` is its standard deviation, in the unit of ``delay``."""
    edge: NDArray[np.float64] = 0.5 * (1.0 + erf(delay / (np.sqrt(2.0) * width)))
    return edge


def slope(delay: NDArray[np.float64], width: float) -> NDArray[np.float64]:
    """Derivative of ``rise``."""
    steep: NDArray[np.float64] = np.exp(-0.5 * (delay / width) ** 2) / (np.sqrt(2.0 * np.pi) * width)
    return steep


def position_error(slopes: NDArray[np.float64], variances: NDArray[np.float64]) -> float:
    """Smallest standard deviation with which an edge can be placed (Cramer-Rao bound for the position alone).

    Parameters
    ----------
    slopes
        Derivative of each shot's expected signal with respect to the position of the edge, shape (shots,).
    variances
        Variance of each shot's signal, shape (shots,), above 0.

    Returns
    -------
    float
        In the unit of the delay; infinite if no shot says anything.
    """
    information = float((slopes**2 / variances).sum())
    return float(information**-0.5) if information > 0 else float("inf")


def jitter_variance(delay: NDArray[np.float64], width: float, jitter: float) -> NDArray[np.float64]:
    """Variance of ``rise`` at nominal delays when the true delay has Gaussian jitter around them (Gauss-Hermite quadrature)."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(64)
    weights = weights / weights.sum()
    levels = rise(delay[:, None] + jitter * nodes, width)
    mean = levels @ weights
    spread: NDArray[np.float64] = (levels**2) @ weights - mean**2
    return spread
