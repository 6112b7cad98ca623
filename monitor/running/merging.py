"""Merging of named sums, whatever their kind."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.model.sums import Sums, SumState
from monitor.plugins import load_folder
from monitor.running.statistic import STATISTICS


def empty(kind: str) -> SumState:
    """State over no events; merging it with another gives the other."""
    return SumState(kind, 0, {})


def state_of(kind: str, frames: NDArray[Any]) -> SumState:
    """State of the given events, shape (events, ...); empty for none. May be a view of ``frames``."""
    return STATISTICS.get(kind).of(frames) if len(frames) else empty(kind)


def state_of_chosen(kind: str, frames: NDArray[Any], places: NDArray[np.int64]) -> SumState:
    """State of the events at these places, shape (chosen,), ascending; empty for none. May refer to ``frames``."""
    statistic = STATISTICS.get(kind)
    if statistic.of_chosen is None or not len(places):
        return state_of(kind, frames[places])
    return statistic.of_chosen(frames, places)


def merge(a: SumState, b: SumState) -> SumState:
    """State over the events of both.

    Raises
    ------
    ValueError
        If the kinds or the shapes differ.
    """
    return merge_all((a, b))


def merge_all(states: Sequence[SumState]) -> SumState:
    """State over the events of all, at least one; as it is if only one has events.

    Raises
    ------
    ValueError
        If the kinds or the shapes differ.
    """
    if len({state.kind for state in states}) > 1:
        raise ValueError(f"sums of kinds {sorted({state.kind for state in states})} cannot be merged")
    filled = [state for state in states if state.count]
    if len(filled) < 2:
        return filled[0] if filled else states[0]
    return STATISTICS.get(filled[0].kind).merge(filled)


def value(state: SumState) -> NDArray[Any]:
    """What a state says, in the shape of one event, float64; a single NaN for a state over no events."""
    return STATISTICS.get(state.kind).value(state) if state.count else np.array(np.nan)


def merge_sums(a: Sums, b: Sums) -> Sums:
    """Sums over the events of both, name by name."""
    merged = dict(a)
    for name, state in b.items():
        merged[name] = merge(merged[name], state) if name in merged else state
    return merged


load_folder("monitor.running")
