"""Merging of named sums, whatever their kind."""

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


def merge(a: SumState, b: SumState) -> SumState:
    """State over the events of both.

    Raises
    ------
    ValueError
        If the kinds or the shapes differ.
    """
    if a.kind != b.kind:
        raise ValueError(f"sums of kinds {a.kind!r} and {b.kind!r} cannot be merged")
    if not a.count or not b.count:
        return a if a.count else b
    return STATISTICS.get(a.kind).merge((a, b))


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
