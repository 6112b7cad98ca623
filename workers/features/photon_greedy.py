"""Kernel that places the photons of a droplet one by one where most of one is left ("greedy guess").

Source: smalldata_tools droplet2Photons. Where nothing is left but photons are, the original puts them beside the corner of the
box; here they are put at the droplet's centre. A tree of maxima keeps the search for the largest pixel short in large droplets.
"""

import numpy as np
from numpy.typing import NDArray

from monitor.kernel import Number, kernel

ROW, COLUMN = range(2)


@kernel
def put(tree: NDArray[np.float64], leaves: Number, leaf: Number, value: Number) -> None:
    """Change a leaf of a tree of maxima, shape (2 * leaves,); the root is element 1."""
    at = leaf + leaves
    tree[at] = value
    while at > 1:
        at //= 2
        tree[at] = max(tree[2 * at], tree[2 * at + 1])


@kernel
def largest(tree: NDArray[np.float64], leaves: Number) -> Number:
    """First of the largest leaves."""
    at = 1
    while at < leaves:
        at = 2 * at if tree[2 * at] >= tree[2 * at + 1] else 2 * at + 1
    return at - leaves


@kernel
def fill(tree: NDArray[np.float64], leaves: Number) -> None:
    """Make the tree of its leaves."""
    for at in range(leaves - 1, 0, -1):
        tree[at] = max(tree[2 * at], tree[2 * at + 1])


@kernel
def place_left_over(
    tree: NDArray[np.float64],
    leaves: Number,
    width: Number,
    height: Number,
    center: tuple[float, float],
    place: NDArray[np.float64],
) -> None:
    """Place one photon where most of one is left, and take it off; ``place`` gets row and column in the box."""
    at = largest(tree, leaves)
    here = tree[leaves + at]
    if not here > 0:
        place[ROW], place[COLUMN] = center
        return
    row, column, miss = at // width, at % width, 1.0 - here
    up = tree[leaves + at - width] if row > 0 else 0.0
    down = tree[leaves + at + width] if row + 1 < height else 0.0
    left = tree[leaves + at - 1] if column > 0 else 0.0
    right = tree[leaves + at + 1] if column + 1 < width else 0.0
    put(tree, leaves, at, 0.0)
    place[ROW], place[COLUMN] = row, column
    if up > max(down, left, right):
        place[ROW] -= miss
        put(tree, leaves, at - width, max(0.0, up - miss))
    elif down > max(left, right):
        place[ROW] += miss
        put(tree, leaves, at + width, max(0.0, down - miss))
    elif left > right:
        place[COLUMN] -= miss
        put(tree, leaves, at - 1, max(0.0, left - miss))
    else:
        place[COLUMN] += miss
        if column + 1 < width:
            put(tree, leaves, at + 1, max(0.0, right - miss))


@kernel
def place_greedily(
    image: NDArray[np.floating],
    labels: NDArray[np.int32],
    boxes: NDArray[np.int64],
    droplet: Number,
    photon: Number,
    center: tuple[float, float],
    tree: NDArray[np.float64],
    places: NDArray[np.float64],
) -> None:
    """Place the photons of one droplet.

    Parameters
    ----------
    image, labels
        The droplet's tile, shape (rows, columns).
    boxes
        First and last row, first and last column of the droplet.
    droplet
        Its number in ``labels``.
    photon
        Value of one photon.
    center
        Row and column of its centre.
    tree
        Room for the box: twice the power of two that is not below its pixels.
    places
        Result, shape (photons, 2): row and column in the tile.
    """
    top, bottom, left, right = boxes
    height, width = bottom - top + 1, right - left + 1
    leaves, done = 1, 0
    while leaves < height * width:
        leaves *= 2
    tree[leaves : 2 * leaves] = 0.0
    for row in range(height):
        for column in range(width):
            if labels[top + row, left + column] != droplet:
                continue
            value = np.float64(image[top + row, left + column]) / photon
            whole = np.floor(value)
            tree[leaves + row * width + column] = value - whole
            for _ in range(np.int64(min(whole, len(places) - done))):
                places[done, ROW], places[done, COLUMN] = row, column
                done += 1
    fill(tree, leaves)
    inside = (center[0] - top, center[1] - left)
    for i in range(done, len(places)):
        place_left_over(tree, leaves, width, height, inside, places[i])
    places[:, ROW] += top
    places[:, COLUMN] += left


@kernel
def place_all(
    images: NDArray[np.floating],
    labels: NDArray[np.int32],
    drops: NDArray[np.int64],
    centers: NDArray[np.float64],
    photon: Number,
    room: Number,
    places: NDArray[np.float64],
) -> None:
    """Place the photons of droplets with several.

    Parameters
    ----------
    images, labels
        Shape (tiles of all events, rows, columns).
    drops
        Of each droplet: tile among those of all events, number in ``labels``, first photon and photons in ``places``, first and
        last row, first and last column; shape (droplets, 8).
    centers
        Row and column of their centres, shape (droplets, 2).
    room
        Pixels of the largest box.
    places
        Result, shape (photons, 2).
    """
    leaves = 1
    while leaves < room:
        leaves *= 2
    tree = np.empty(2 * leaves)
    for i in range(len(drops)):
        tile, number, first, count = drops[i, 0], drops[i, 1], drops[i, 2], drops[i, 3]
        center = (centers[i, 0], centers[i, 1])
        mine = places[first : first + count]
        place_greedily(images[tile], labels[tile], drops[i, 4:], number, photon, center, tree, mine)
