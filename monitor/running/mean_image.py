"""Sum of frames and the number of events in it: the mean image, merged without loss."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.model.sums import SumState
from monitor.running.adding import Part, absorbed, added, mean_of, sum_of
from monitor.running.statistic import STATISTICS, Statistic

KIND = "mean_image"
LARGE = 1 << 20
"""Bytes from which frames are not added up before they are merged: going through a sum costs more than through a frame."""
SHARE = 8
"""At least one of so many frames must be chosen, or the chosen ones are copied."""


def of(frames: NDArray[Any]) -> SumState:
    """Sum of the given frames.

    Parameters
    ----------
    frames
        Shape (events, ...); NaN = masked.

    Returns
    -------
    SumState
        ``total`` has the shape of one frame: the sum over the events in which a pixel was good, NaN if it never was. Of a single
        float32 frame it is a view of that frame (exact, nothing is copied), else it is a float64 array of its own. ``missing``
        (int64, only if not all 0) tells in how many events a pixel was bad that was good in others. Several large frames stay as
        they are, as ``frames`` and the ``places`` of those that count, until they are merged.
    """
    return of_chosen(frames, np.arange(len(frames))) if _stay(frames, len(frames)) else _state(sum_of(frames))


def of_chosen(frames: NDArray[Any], places: NDArray[np.int64]) -> SumState:
    """As ``of`` for the frames at these places, shape (chosen,), at least one; large ones are not copied, unless they are few."""
    if SHARE * len(places) < len(frames):
        # A few frames must not keep the memory of a whole batch.
        return of(frames[places])
    if _stay(frames, len(places)):
        return SumState(KIND, len(places), {"frames": frames, "places": places})
    first, stop = int(places[0]), int(places[-1]) + 1
    return of(frames[first:stop] if stop - first == len(places) else frames[places])


def merge(states: Sequence[SumState]) -> SumState:
    """Sum of all states, in arrays of its own.

    Raises
    ------
    ValueError
        If the frames have different shapes.
    """
    return _state(added(_parts(states)))


def absorb(whole: SumState, states: Sequence[SumState]) -> SumState:
    """Sum of all, in the arrays of the first, which came from ``merge``.

    Raises
    ------
    ValueError
        If the frames have different shapes.
    """
    return _state(absorbed(part_of(whole), _parts(states)))


def value(state: SumState) -> NDArray[np.float64]:
    """Mean frame, each pixel over the events in which it was good; NaN = it never was."""
    parts = _parts([state])
    return mean_of(parts[0] if len(parts) == 1 else added(parts))


def part_of(state: SumState, name: str = "total") -> Part:
    """One sum of a state."""
    return Part(state.arrays[name], state.arrays.get("missing"), state.count)


def _stay(frames: NDArray[Any], count: int) -> bool:
    """Whether so many of these frames are added up later."""
    return count > 1 and frames.dtype == np.float32 and frames[0].nbytes >= LARGE


def _parts(states: Sequence[SumState]) -> list[Part]:
    parts = []
    for state in states:
        frames = state.arrays.get("frames")
        parts += [part_of(state)] if frames is None else [Part(frames[place], None, 1) for place in state.arrays["places"]]
    return parts


def _state(part: Part) -> SumState:
    return SumState(KIND, part.count, {"total": part.total} | ({} if part.missing is None else {"missing": part.missing}))


STATISTICS.add(KIND, Statistic(of=of, merge=merge, value=value, absorb=absorb, of_chosen=of_chosen))
