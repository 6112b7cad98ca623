"""Bins of momentum transfer, radius and azimuth, with the rules and the rounding of smalldata_tools."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from workers.features.cake import BIN_LIMIT

FULL_TURN = 2 * np.pi

Edges = float | tuple[float, ...]
"""The width of a bin, or the edges."""


@dataclass(frozen=True, slots=True, eq=False)
class Azimuths:
    """Azimuth bin of each pixel, how many there are, and their edges in rad (as the original stores them)."""

    bins: NDArray[np.int64]
    count: int
    edges: NDArray[np.float64]


def radial_edges(wanted: Edges, radius: NDArray[np.float64], good: NDArray[np.bool_], what: str) -> NDArray[np.float64]:
    """Edges of bins: as given, or of one width from just below the smallest to just above the largest good pixel.

    Parameters
    ----------
    radius
        Of each pixel, in whatever is binned.
    what
        Name of the parameter.

    Raises
    ------
    ValueError
        Naming the parameter, if that makes no bins or too many.
    """
    if not isinstance(wanted, float | int):
        edges = np.array(wanted, np.float64)
        if len(edges) < 2 or not (np.diff(edges) > 0).all():
            raise ValueError(f"{what} must be a width or at least two growing edges")
        return edges
    if not wanted > 0:
        raise ValueError(f"{what} must be above 0")
    inside = radius[good] if good.any() else radius
    if (inside.max() - inside.min()) / wanted > BIN_LIMIT:
        raise ValueError(f"{what} {wanted} makes more than {BIN_LIMIT} bins")
    return np.arange(inside.min() - wanted, inside.max() + wanted, wanted)


def azimuths(wanted: int | tuple[float, ...], phi: NDArray[np.float64]) -> Azimuths:
    """Azimuth bins of the pixels.

    Bins are centred on the smallest azimuth and whole steps from there, so that the half bin beyond the last wraps to the first.
    """
    if isinstance(wanted, int):
        if wanted < 1:
            raise ValueError("phiBins must be at least 1")
        half = (phi.max() - phi.min()) / wanted / 2
        shifted = _wrapped(phi + half)
        edges = np.linspace(phi.min(), phi.max() + np.spacing(shifted.min()), wanted + 1)
        rows = wanted
    else:
        points = list(wanted)
        if len(points) < 2:
            raise ValueError("phiBins must be a number or at least two edges")
        if max(points) < FULL_TURN - 0.01:
            points.append(max(points) + 0.001)
        if min(points) > 0:
            points.append(min(points) - 0.001)
        edges = np.sort(np.array(points, np.float64))
        shifted = _wrapped(phi + (edges[1] - edges[0]) / 2)
        rows = len(edges)
    bins = np.digitize(shifted, edges) - 1
    bins[(bins < 0) | (bins == rows)] = 0
    return Azimuths(bins, rows, edges)


def _wrapped(phi: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(phi >= FULL_TURN, phi - FULL_TURN, phi)


def flat_bins(
    edges: NDArray[np.float64], radius: NDArray[np.float64], phi: Azimuths, good: NDArray[np.bool_]
) -> NDArray[np.uint16]:
    """Bin of each pixel, azimuth by azimuth; bad pixels and those outside the edges get the bin behind the last.

    Raises
    ------
    ValueError
        If there are more bins than fit.
    """
    count = len(edges) - 1
    if phi.count * count > BIN_LIMIT:
        raise ValueError(f"{phi.count} x {count} bins are more than {BIN_LIMIT}")
    bins = np.digitize(radius, edges) - 1
    inside = good & (bins >= 0) & (bins < count)
    return np.where(inside, phi.bins * count + bins, phi.count * count).astype(np.uint16)
