"""Kernel that places the photons of a droplet whose spots spread over many pixels.

First guess: again and again where the droplet, smoothed with the spot, is highest, one spot is taken off. Then all spots move
together (expectation and maximization of a mixture of equal spots, Dempster, Laird and Rubin 1977): each pixel is shared among
the spots by what they give it, and each spot goes to the centre of its share.
"""

import math

import numpy as np
from numpy.typing import NDArray

from monitor.kernel import Number, kernel

ROW, COLUMN = range(2)
ROUNDS = 60
CLOSE = 1e-3
"""Pixels by which no spot moves any more."""
REACH = 3.0
"""Half of a spot's window, in widths."""


@kernel
def window(center: Number, reach: Number, length: Number) -> tuple[int, int]:
    """First pixel of a spot along one axis, and behind the last; at least one pixel."""
    middle = min(max(np.int64(np.floor(center + 0.5)), 0), length - 1)
    return max(middle - reach, 0), min(middle + reach + 1, length)


@kernel
def spot(center: Number, sigma: Number, first: Number, stop: Number, shares: NDArray[np.float64]) -> None:
    """Part of a Gaussian that falls into each pixel along one axis."""
    scale = 1.0 / (math.sqrt(2.0) * sigma)
    below = math.erf((first - 0.5 - center) * scale)
    for i in range(stop - first):
        above = math.erf((first + i + 0.5 - center) * scale)
        shares[i] = 0.5 * (above - below)
        below = above


@kernel
def add_spot(
    image: NDArray[np.float64],
    row: Number,
    column: Number,
    sigma: Number,
    weight: Number,
    reach: Number,
    across: NDArray[np.float64],
    along: NDArray[np.float64],
) -> None:
    """Add a spot to an image, within its window; ``across`` and ``along`` are room for 2 * reach + 1 numbers."""
    top, bottom = window(row, reach, image.shape[0])
    left, right = window(column, reach, image.shape[1])
    spot(row, sigma, top, bottom, across)
    spot(column, sigma, left, right, along)
    for i in range(bottom - top):
        part = weight * across[i]
        for j in range(right - left):
            image[top + i, left + j] += part * along[j]


@kernel
def first_guess(
    values: NDArray[np.float64],
    smooth: NDArray[np.float64],
    sigma: Number,
    reach: Number,
    across: NDArray[np.float64],
    along: NDArray[np.float64],
    places: NDArray[np.float64],
) -> None:
    """Take spots off one by one; ``values`` in photons, ``smooth`` is room of the same shape."""
    height, width = values.shape
    smooth[:] = 0.0
    for row in range(height):
        for column in range(width):
            if values[row, column] != 0:
                add_spot(smooth, row, column, sigma, values[row, column], reach, across, along)
    # The largest of each row is kept, so that a search looks at one row of pixels and one of rows.
    heights = np.empty(height)
    for row in range(height):
        heights[row] = smooth[row].max()
    for i in range(len(places)):
        top_row = np.argmax(heights)
        places[i, ROW], places[i, COLUMN] = top_row, np.argmax(smooth[top_row])
        # A spot that is smoothed with the same spot is wider by the root of two.
        add_spot(smooth, places[i, ROW], places[i, COLUMN], math.sqrt(2.0) * sigma, -1.0, reach, across, along)
        top, bottom = window(top_row, reach, height)
        for changed in range(top, bottom):
            heights[changed] = smooth[changed].max()


@kernel
def move_together(
    values: NDArray[np.float64],
    total: NDArray[np.float64],
    sigma: Number,
    reach: Number,
    across: NDArray[np.float64],
    along: NDArray[np.float64],
    places: NDArray[np.float64],
) -> float:
    """Move each spot to the centre of its share; returns the largest step. ``total`` is room of the shape of ``values``."""
    height, width = values.shape
    total[:] = 0.0
    for i in range(len(places)):
        add_spot(total, places[i, ROW], places[i, COLUMN], sigma, 1.0, reach, across, along)
    farthest = 0.0
    for i in range(len(places)):
        row, column = places[i, ROW], places[i, COLUMN]
        top, bottom = window(row, reach, height)
        left, right = window(column, reach, width)
        spot(row, sigma, top, bottom, across)
        spot(column, sigma, left, right, along)
        share, rows, columns = 0.0, 0.0, 0.0
        for y in range(top, bottom):
            for x in range(left, right):
                if total[y, x] > 0:
                    part = values[y, x] * across[y - top] * along[x - left] / total[y, x]
                    share += part
                    rows += part * y
                    columns += part * x
        if share > 0:
            places[i, ROW], places[i, COLUMN] = rows / share, columns / share
            farthest = max(farthest, abs(places[i, ROW] - row), abs(places[i, COLUMN] - column))
    return farthest


@kernel
def place_smeared(
    images: NDArray[np.floating],
    labels: NDArray[np.int32],
    drops: NDArray[np.int64],
    photon: Number,
    sigma: Number,
    room: Number,
    places: NDArray[np.float64],
) -> None:
    """Place the photons of droplets with several; arguments as ``photon_greedy.place_all``, and the width of a spot in pixels."""
    reach = np.int64(np.ceil(REACH * sigma))
    across, along = np.empty(2 * reach + 1), np.empty(2 * reach + 1)
    all_values, all_totals = np.empty(room), np.empty(room)
    for i in range(len(drops)):
        tile, number, first, count = drops[i, 0], drops[i, 1], drops[i, 2], drops[i, 3]
        top, bottom, left, right = drops[i, 4], drops[i, 5], drops[i, 6], drops[i, 7]
        height, width = bottom - top + 1, right - left + 1
        values = all_values[: height * width].reshape(height, width)
        totals = all_totals[: height * width].reshape(height, width)
        for row in range(height):
            for column in range(width):
                mine = labels[tile, top + row, left + column] == number
                values[row, column] = images[tile, top + row, left + column] / photon if mine else 0.0
        found = places[first : first + count]
        first_guess(values, totals, sigma, reach, across, along, found)
        for _ in range(ROUNDS):
            if move_together(values, totals, sigma, reach, across, along, found) < CLOSE:
                break
        found[:, ROW] += top
        found[:, COLUMN] += left
