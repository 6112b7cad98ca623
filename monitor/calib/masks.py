"""Masks of pixels: true = good. Status words become masks, masks grow, are cut at edges and are combined.

Rules: the facility's Detector and PSCalib utilities (status_as_mask, mask_neighbors, mask_neighbors_in_radius, mask_edges,
merge_masks, merge_status). Arrays have any number of panels in front of the last two axes, which are rows and columns.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from monitor.errors import ConfigError

Good = NDArray[np.bool_]

EVERY_BIT = -1
"""Word of bits with all of them set."""

PATTERNS: dict[str, Callable[[int, int, int], bool]] = {
    "r": lambda row, column, radius: abs(row) + abs(column) <= radius,
    "c": lambda row, column, radius: row * row + column * column <= radius * radius,
    "s": lambda row, column, radius: True,
}
"""Which offsets within a square count, by name: rhombus, circle, square."""

BESIDE = ((-1, 0), (1, 0), (0, -1), (0, 1))
AROUND = (*BESIDE, (-1, -1), (-1, 1), (1, -1), (1, 1))


def good_status(status: NDArray[Any], bits: int = EVERY_BIT) -> Good:
    """Pixels without any of these bits in their status word.

    Parameters
    ----------
    status
        Any shape; whole numbers, also when stored as real ones.
    bits
        Which bits make a pixel bad; 0 = none of them.
    """
    words = status if status.dtype.kind == "u" else status.astype(np.uint64)
    wanted = words.dtype.type(bits & int(np.iinfo(words.dtype).max))
    good: Good = (words & wanted) == 0
    return good


def merged(masks: Iterable[Good | None]) -> Good | None:
    """Pixels that are good in every mask; a missing mask says nothing; None if all are missing.

    Masks of the same size but fewer dimensions are seen in the shape of the one with more.

    Raises
    ------
    ConfigError
        If their sizes differ.
    """
    result: Good | None = None
    for mask in masks:
        if mask is None:
            continue
        if result is None:
            result = np.array(mask, bool)
            continue
        if mask.size != result.size:
            raise ConfigError(f"masks of {mask.shape} and {result.shape} pixels do not fit together", key="mask")
        shape = mask.shape if mask.ndim > result.ndim else result.shape
        result = result.reshape(shape) & mask.reshape(shape)
    return result


def over_ranges(masks: Good, ranges: Sequence[int]) -> Good:
    """Pixels good in all of these gain ranges, shape ``masks.shape[1:]``; ranges that are not there are passed over.

    Parameters
    ----------
    masks
        One mask per range, range first.
    ranges
        Numbers of ranges; the first of them must be there.
    """
    good: Good = np.logical_and.reduce([masks[number] for number in _there(len(masks), ranges)])
    return good


def status_over_ranges(status: NDArray[Any], ranges: Sequence[int]) -> NDArray[Any]:
    """Status words of a pixel in these gain ranges, joined; shape ``status.shape[1:]``."""
    joined: NDArray[Any] = np.bitwise_or.reduce([status[number] for number in _there(len(status), ranges)])
    return joined


def _there(count: int, ranges: Sequence[int]) -> list[int]:
    """Ranges that there are.

    Raises
    ------
    ConfigError
        If there are none.
    """
    there = [number for number in ranges if 0 <= number < count]
    if not there:
        raise ConfigError(f"none of the gain ranges {list(ranges)} is one of the {count} there are", key="mask.ranges")
    return there


def grown(good: Good, neighbours: Literal[0, 4, 8]) -> Good:
    """The mask with the neighbours of bad pixels bad as well: one step, within the panel; 0 = as it is."""
    return _spread(good, {0: (), 4: BESIDE, 8: AROUND}[neighbours])


def grown_by_radius(good: Good, radius: int, pattern: str = "r") -> Good:
    """The mask with everything around bad pixels bad as well, within the panel.

    Parameters
    ----------
    radius
        Largest number of rows and of columns away.
    pattern
        ``r``: rows and columns together at most the radius; ``c``: within a circle; anything else: the square.
    """
    counts = PATTERNS.get(pattern, PATTERNS["s"])
    reach = range(-radius, radius + 1)
    return _spread(good, [(row, column) for row in reach for column in reach if counts(row, column, radius)])


def _spread(good: Good, offsets: Iterable[tuple[int, int]]) -> Good:
    """Pixels that are good and have no bad one at any of these offsets."""
    rows, columns = good.shape[-2:]
    result = np.array(good, bool)
    for row, column in offsets:
        if abs(row) < rows and abs(column) < columns:
            to = (..., _part(row, rows), _part(column, columns))
            come = (..., _part(-row, rows), _part(-column, columns))
            result[to] &= good[come]
    return result


def _part(shift: int, length: int) -> slice:
    """Where a line lies after it was shifted."""
    return slice(max(shift, 0), length + min(shift, 0))


def within_edges(shape: tuple[int, ...], rows: int = 1, columns: int = 1) -> Good:
    """Pixels that are not in the first and last rows and columns of a panel.

    Raises
    ------
    ConfigError
        If that leaves no room: more rows or columns than the panel has.
    """
    if rows > shape[-2] or columns > shape[-1] or min(rows, columns) < 0:
        raise ConfigError(f"an edge of {rows} rows and {columns} columns does not fit panels of {shape[-2]} x {shape[-1]}")
    good = np.zeros(shape, bool)
    good[..., rows : shape[-2] - rows, columns : shape[-1] - columns] = True
    return good
