"""The mask that the status words of a detector make: from darks, from data, and further ones, over its gain ranges."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from numpy.typing import NDArray

from monitor.calib.masks import EVERY_BIT, Good, good_status, grown, merged, over_ranges

SIGNS = ("pixel_status", "status_extra", "status_data")
"""Calibration types that hold status words."""


def status_mask(
    words: Mapping[str, NDArray[Any]],
    bits: Mapping[str, int],
    *,
    ranges: Sequence[int] | None = None,
    neighbours: Literal[0, 4, 8] = 0,
) -> Good | None:
    """Pixels that no status word calls bad; None if there is no status to look at.

    Parameters
    ----------
    words
        Status arrays by calibration type; those that are missing say nothing.
    bits
        Which bits count, by calibration type; 0 = do not look at this type, not named = every bit.
    ranges
        Gain ranges along the first axis that count: good = good in all of them. None = there is no such axis.
    neighbours
        How many neighbours of a bad pixel are bad too.
    """
    masks = []
    for name in SIGNS:
        word = bits.get(name, EVERY_BIT)
        if name in words and word:
            masks.append(good_status(words[name], word))
    good = merged(masks)
    if good is None:
        return None
    if ranges is not None:
        good = over_ranges(good, ranges)
    return grown(good, neighbours)
