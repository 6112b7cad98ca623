"""Adding arrays up over events, where a pixel may be bad (NaN) in some of them.

A pixel that was good at least once has the sum over the events in which it was good; how many it missed is kept beside the sum,
but only if some good pixel missed any. A pixel that was never good is NaN.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

STRETCH = 1 << 16
"""Pixels added from all parts in turn: the total's stretch (512 KiB) stays in the processor's cache meanwhile."""

MISSING = np.dtype(np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """A sum over some events.

    Attributes
    ----------
    total
        Shape of one event; NaN = bad in all its events.
    missing
        Events in which each pixel was bad, int64, where ``total`` is not NaN; None = none.
    count
        Events.
    """

    total: NDArray[Any]
    missing: NDArray[np.int64] | None
    count: int


def sum_of(frames: NDArray[Any]) -> Part:
    """Sum of the given events, shape (events, ...), at least one; of a single float32 frame a view of it, else float64."""
    if len(frames) == 1:
        return Part(frames[0] if frames.dtype == np.float32 else frames[0].astype(np.float64), None, 1)
    total = frames.sum(axis=0, dtype=np.float64)
    if not np.isnan(total).any():
        return Part(total, None, len(frames))
    bad = np.isnan(frames)
    missing = bad.sum(axis=0, dtype=MISSING)
    never = missing == len(frames)
    total = np.where(never, np.nan, np.where(bad, 0, frames).sum(axis=0, dtype=np.float64))
    missing[never] = 0
    return Part(total, missing if missing.any() else None, len(frames))


def added(parts: Sequence[Part]) -> Part:
    """Sum over the events of all parts, at least one, in a float64 array of its own.

    Raises
    ------
    ValueError
        If the shapes differ.
    """
    first = parts[0]
    for part in parts[1:]:
        if part.total.shape != first.total.shape:
            raise ValueError(f"sums of frames of shape {part.total.shape} and {first.total.shape} cannot be merged")
    count = sum(part.count for part in parts)
    total = first.total.astype(np.float64)
    if all(part.missing is None for part in parts) and _add_all(total, parts):
        return Part(total, None, count)
    return _added_with_missing(parts, count)


def _add_all(total: NDArray[np.float64], parts: Sequence[Part]) -> bool:
    """Add all parts but the first into ``total``; False, with ``total`` spoilt, if they do not all have the same bad pixels."""
    flat = total.reshape(-1)
    rest = [np.ascontiguousarray(part.total).reshape(-1) for part in parts[1:]]
    for start in range(0, len(flat), STRETCH):
        for part in rest:
            if not _add(flat[start : start + STRETCH], part[start : start + STRETCH]):
                return False
    return True


def _added_with_missing(parts: Sequence[Part], count: int) -> Part:
    total = np.zeros(parts[0].total.shape)
    missing = np.zeros(total.shape, MISSING)
    for part in parts:
        bad = np.isnan(part.total)
        total += np.where(bad, 0, part.total)
        missing += np.where(bad, part.count, 0 if part.missing is None else part.missing)
    never = missing == count
    total[never], missing[never] = np.nan, 0
    return Part(total, missing if missing.any() else None, count)


def mean_of(part: Part) -> NDArray[np.float64]:
    """Mean over the events in which each pixel was good; NaN = never good."""
    return np.asarray(part.total, np.float64) / (part.count if part.missing is None else part.count - part.missing)


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]  # numba has no types
def _add(total: NDArray[np.float64], part: NDArray[Any]) -> bool:
    same = True
    for i in range(len(total)):
        same &= (total[i] == total[i]) == (part[i] == part[i])
        total[i] += part[i]
    return same
