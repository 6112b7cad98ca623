"""Rectangles in frames and in assembled images, as people write them in the settings.

Forms (small-data convention): ``[[r0, r1], [c0, c1]]``, ``[[t0, t1], [r0, r1], [c0, c1]]``, and ``[lo, hi]`` for the first axis.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray


def bounds_in(region: Any, shape: Sequence[int], name: str = "the region") -> tuple[tuple[int, int], ...]:
    """Start and stop on each axis of ``shape``: sorted, inside, whole axes where the region says nothing.

    Parameters
    ----------
    region
        As in the settings.
    shape
        Of a frame or an image.
    name
        What the error calls it: the parameter.

    Raises
    ------
    ValueError
        If it is no region, or holds no pixel.

    Examples
    --------
    >>> bounds_in([[60, 10], [20, 999]], (60, 80))
    ((10, 60), (20, 80))
    >>> bounds_in([0, 2], (32, 185, 388))
    ((0, 2), (0, 185), (0, 388))
    """
    pairs = pairs_in(region)
    if len(pairs) > len(shape):
        raise ValueError(f"{name} {region} has {len(pairs)} axes, a frame of shape {tuple(shape)} only {len(shape)}")
    whole = [(0, length) for length in shape]
    bounds = tuple(
        (max(0, min(pair)), min(length, max(pair))) for pair, length in zip(pairs + whole[len(pairs) :], shape, strict=True)
    )
    if any(start >= stop for start, stop in bounds):
        raise ValueError(f"{name} {region} holds no pixel of a frame of shape {tuple(shape)}")
    return bounds


def several(region: Any) -> bool:
    """Whether it is a list of rectangles.

    >>> several([[[0, 10], [5, 25]], [[10, 20], [5, 25]]])
    True
    >>> several([[[1, 2]], [[5, 35]], [[10, 45]]])
    False
    """
    return _is_list(region) and len(region) > 1 and all(_is_list(part) and len(part) > 1 and _is_list(part[0]) for part in region)


def _is_list(region: Any) -> bool:
    return isinstance(region, list | tuple | np.ndarray)


def pairs_in(region: Any) -> list[tuple[int, int]]:
    """Pairs of whole numbers in any nesting."""
    try:
        numbers = np.squeeze(np.array(region))
    except ValueError as error:
        raise ValueError(f"the region {region} is not made of pairs") from error
    if numbers.dtype.kind not in "iu" or numbers.size == 0 or numbers.size % 2 or numbers.ndim > 2 or numbers.shape[-1] != 2:
        raise ValueError(f"the region {region} is not made of pairs of whole numbers; write [[r0, r1], [c0, c1]]")
    return [(int(a), int(b)) for a, b in numbers.reshape(-1, 2)]


def crop_index(bounds: Sequence[tuple[int, int]], shape: Sequence[int]) -> NDArray[np.int32]:
    """Numbers of the frame's pixels in a rectangle, int32, in the rectangle's own shape."""
    whole = np.arange(int(np.prod(shape)), dtype=np.int32).reshape(tuple(shape))
    return np.ascontiguousarray(whole[tuple(slice(start, stop) for start, stop in bounds)])
