"""A sorting network cut down to the median: comparators that bring the two middle values of n to their places.

Source: K. E. Batcher, Sorting networks and their applications (1968), odd-even merging. A network has no branches, so many lines
of pixels go through it side by side, one in each lane of the processor's vectors.
"""

from collections.abc import Iterator
from functools import cache

import numpy as np
from numpy.typing import NDArray

Comparator = tuple[int, int]
"""Two places: the smaller value goes to the first, the larger to the second."""


@cache
def median_network(size: int) -> NDArray[np.int64]:
    """Runs of comparators after which the places ``size / 2 - 1`` and ``size / 2`` hold what a sort would put there.

    Parameters
    ----------
    size
        Values of a line; even.

    Returns
    -------
    numpy.ndarray
        Shape (runs, 3): comparators (first, second), (first + 1, second + 1), ... as first, second, how many. Read only.
    """
    runs = [run for layer in _needed(size) for run in _runs(layer)]
    table = np.array(runs, np.int64).reshape(-1, 3)
    table.flags.writeable = False
    return table


def _needed(size: int) -> list[list[Comparator]]:
    """The layers of a sort, less the comparators on which neither middle place depends."""
    places, kept = {size // 2 - 1, size // 2}, []
    for layer in reversed(list(_layers(size))):
        mine = [pair for pair in layer if places.intersection(pair)]
        places.update(place for pair in mine for place in pair)
        kept.append(mine)
    return kept[::-1]


def _layers(size: int) -> Iterator[list[Comparator]]:
    """Batcher's odd-even merge sort; the comparators of a layer share no place."""
    sorted_so_far = 1
    while sorted_so_far < size:
        apart = sorted_so_far
        while apart:
            yield [
                (first, first + apart)
                for start in range(apart % sorted_so_far, size - apart, 2 * apart)
                for first in range(start, min(start + apart, size - apart))
                if first // (2 * sorted_so_far) == (first + apart) // (2 * sorted_so_far)
            ]
            apart //= 2
        sorted_so_far *= 2


def _runs(layer: list[Comparator]) -> Iterator[tuple[int, int, int]]:
    """Comparators side by side as one run."""
    start = 0
    for end in range(1, len(layer) + 1):
        if end == len(layer) or layer[end][0] != layer[end - 1][0] + 1:
            yield (*layer[start], end - start)
            start = end
