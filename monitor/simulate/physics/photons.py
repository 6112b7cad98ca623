"""Where single photons and bright spots land on a sensor, and how their charge is shared between neighbours."""

import numpy as np
from numpy.typing import NDArray

SHARED_FRACTION = 0.3
"""Photons whose charge is split with a neighbour."""

SPOT_SIGMA_PX = 1.3


def sparse(shape: tuple[int, int, int], count: int, random: np.random.Generator) -> NDArray[np.int64]:
    """Flat pixel numbers of ``count`` photons, anywhere on the panels, shape (count,)."""
    return random.integers(0, int(np.prod(shape)), count)


def spots(
    shape: tuple[int, int, int], centres: NDArray[np.int64], brightness: NDArray[np.float64], random: np.random.Generator
) -> NDArray[np.int64]:
    """Flat pixel numbers of the photons of bright spots; what falls off its panel is lost.

    Parameters
    ----------
    shape
        (panels, rows, columns).
    centres
        Panel, row and column of each spot, shape (spots, 3).
    brightness
        Expected photons of each spot, shape (spots,).
    random
        Source of chance.
    """
    counts = random.poisson(brightness)
    offset = np.rint(random.normal(0, SPOT_SIGMA_PX, (int(counts.sum()), 2))).astype(np.int64)
    places = np.repeat(centres, counts, axis=0)
    row, column = places[:, 1] + offset[:, 0], places[:, 2] + offset[:, 1]
    inside = (row >= 0) & (row < shape[1]) & (column >= 0) & (column < shape[2])
    flat: NDArray[np.int64] = ((places[:, 0] * shape[1] + row) * shape[2] + column)[inside]
    return flat


def deposited(
    shape: tuple[int, int, int], hits: NDArray[np.int64], energy_keV: float, random: np.random.Generator
) -> NDArray[np.float32]:
    """Energy in each pixel, keV, float32, of the panels' shape.

    Some photons give a part of their charge, at most half, to the next pixel of the row (of the panel; at its end they keep it).
    """
    width = shape[2]
    shared = (random.random(len(hits)) < SHARED_FRACTION) & (hits % width < width - 1)
    given = np.where(shared, random.uniform(0.0, 0.5, len(hits)), 0.0)
    size = int(np.prod(shape))
    energy = np.bincount(hits, weights=1.0 - given, minlength=size)
    energy += np.bincount(hits[shared] + 1, weights=given[shared], minlength=size)
    return (energy_keV * energy).astype(np.float32).reshape(shape)
