"""What a time tool's signal is divided by: the mean of shots without X-rays, and how far it has moved."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dashboards.reduce.curves import divided
from dashboards.snapshot import Curves

MOST_SHOTS = 100
LEAST_SHOTS = 10
"""Shots of which a reference is made: more would follow a drift too late, fewer bring their noise into every event."""


@dataclass(frozen=True, slots=True)
class Reference:
    """Mean of the newest shots without X-rays.

    Attributes
    ----------
    mean, error
        Mean and its standard error, float64, shape (elements,).
    shots
        How many entered.
    first, last
        Sequence numbers of the first and the last of them.
    """

    mean: NDArray[np.float64]
    error: NDArray[np.float64]
    shots: int
    first: int
    last: int

    @property
    def enough(self) -> bool:
        """Whether an edge may be divided by it."""
        return self.shots >= LEAST_SHOTS


@np.errstate(over="ignore", invalid="ignore")
def reference_of(curves: Curves, first: int = 0) -> Reference | None:
    """Mean of the newest ``MOST_SHOTS`` shots that have a trace; ``None`` if there are none.

    Parameters
    ----------
    curves
        Traces of shots without X-rays; all other events are NaN.
    first
        Shots before this one belong to another run.
    """
    here = curves.since(first)
    if here.values.ndim != 2:
        return None
    # One element tells: a trace is there as a whole or not at all.
    kept = np.flatnonzero(np.isfinite(here.values[:, here.values.shape[1] // 2]))[-MOST_SHOTS:]
    if not len(kept):
        return None
    traces, seq = here.values[kept].astype(np.float64), here.seq[kept]
    error = traces.std(axis=0, ddof=1) / np.sqrt(len(kept)) if len(kept) > 1 else np.full(traces.shape[1], np.nan)
    return Reference(traces.mean(axis=0), error, len(kept), int(seq[0]), int(seq[-1]))


def moved(now: NDArray[np.float64], used: NDArray[np.float64]) -> float:
    """How far the shape of a reference has moved: root mean square of their quotient about its middle, relative.

    The brightness alone moves no edge and does not count. NaN if they cannot be compared.
    """
    if now.shape != used.shape:
        return float("nan")
    quotient = divided(now, used)
    good = quotient[np.isfinite(quotient)]
    middle = float(np.median(good)) if len(good) else 0.0
    return float(np.sqrt(np.mean((good / middle - 1) ** 2))) if middle > 0 else float("nan")
