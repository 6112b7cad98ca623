"""Adding arrays up over events, where a pixel may be bad (NaN) in some of them.

A pixel that was good at least once has the sum over the events in which it was good; how many it missed is kept beside the sum,
but only if some good pixel missed any. A pixel that was never good is NaN.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.kernel import kernel

STRETCH = 1 << 16
"""Pixels added from all parts in turn: the total's stretch (512 KiB) stays in the processor's cache meanwhile."""

MISSING = np.dtype(np.int64)
NONE_MISSING = np.empty(0, MISSING)
NONE_MISSING.flags.writeable = False


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
    if len(frames) == 1 and frames.dtype == np.float32:
        return Part(frames[0], None, 1)
    return added([Part(frame, None, 1) for frame in frames])


def added(parts: Sequence[Part]) -> Part:
    """Sum over the events of all parts, at least one, in arrays of its own, ``total`` float64.

    Raises
    ------
    ValueError
        If the shapes differ.
    """
    first = parts[0]
    missing = None if first.missing is None else first.missing.copy()
    return absorbed(Part(first.total.astype(np.float64, order="C"), missing, first.count), parts[1:])


def absorbed(whole: Part, parts: Sequence[Part]) -> Part:
    """Sum over the events of the whole and of all parts.

    Parameters
    ----------
    whole
        Its arrays are changed in place, so that nobody else may look at them; ``total`` is float64 and contiguous.

    Raises
    ------
    ValueError
        If the shapes differ.
    """
    shape = whole.total.shape
    for part in parts:
        if part.total.shape != shape:
            raise ValueError(f"sums of frames of shape {part.total.shape} and {shape} cannot be merged")
    total = whole.total.reshape(-1)
    missing = np.empty(0, MISSING) if whole.missing is None else whole.missing.reshape(-1)
    rest = [(_flat(part.total), NONE_MISSING if part.missing is None else _flat(part.missing), part.count) for part in parts]
    for start in range(0, len(total), STRETCH):
        here, before = slice(start, start + STRETCH), whole.count
        for values, missed, count in rest:
            alike = _add_alike(total[here], values[here])
            if not len(missing) and (len(missed) or not alike):
                missing = np.zeros(len(total), MISSING)
            if not alike:
                _add_unlike(total[here], missing[here], before, values[here], missed[here], count)
            elif len(missed):
                missing[here] += missed[here]
            before += count
    count = whole.count + sum(part.count for part in parts)
    return Part(whole.total, missing.reshape(shape) if len(missing) else None, count)


def mean_of(part: Part) -> NDArray[np.float64]:
    """Mean over the events in which each pixel was good; NaN = never good."""
    return np.asarray(part.total, np.float64) / (part.count if part.missing is None else part.count - part.missing)


def warm() -> None:
    """Compile the kernels for sums of float32 and float64, or load them from disk."""
    bad = np.array([np.nan])
    for frame in (np.ones(1, np.float32), np.ones(1)):
        part = Part(frame, None, 1)
        absorbed(absorbed(Part(bad.copy(), None, 1), [part]), [part])


def _flat(array: NDArray[Any]) -> NDArray[Any]:
    """In one dimension and read-only, so that kernels are compiled once for arrays of this process and for received ones."""
    flat = np.ascontiguousarray(array).reshape(-1).view()
    flat.flags.writeable = False
    return flat


@kernel
def _add_alike(total: NDArray[np.float64], values: NDArray[Any]) -> bool:
    """Add where both have the same bad pixels; else nothing is changed and the answer is False."""
    alike = True
    for i in range(len(total)):
        alike &= (total[i] == total[i]) == (values[i] == values[i])
    if alike:
        for i in range(len(total)):
            total[i] += values[i]
    return alike


@kernel
def _add_unlike(
    total: NDArray[np.float64],
    missing: NDArray[np.int64],
    before: int,
    values: NDArray[Any],
    missed: NDArray[np.int64],
    count: int,
) -> None:
    """Add pixel by pixel: one that was bad in all events ``before`` begins here, one that is bad here has missed ``count``."""
    for i in range(len(total)):
        also = missed[i] if len(missed) else 0
        if values[i] != values[i]:
            if total[i] == total[i]:
                missing[i] += count
        elif total[i] != total[i]:
            total[i] = values[i]
            missing[i] = before + also
        else:
            total[i] += values[i]
            missing[i] += also
