"""Algorithms 1 and 10: the peak of pixels without a photon in a histogram of each segment.

Source: pdscalibdata CommonMode (findCommonMode). Where a CsPad panel has no such peak its unbonded pixels may stand in.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from monitor.settings import Section
from workers.corrections.common_mode.algorithm import ALGORITHMS, Algorithm, Corrector, Record, Situation
from workers.corrections.common_mode.histogram import BINS, subtract_peaks
from workers.corrections.common_mode.unbonded import PANEL, TAKEN, subtract_unbonded

SHORTEST_SEGMENT, USUAL_SEGMENT = 100, 128
"""A segment below the first means the second in a common-mode file (the facility's rule)."""
FALLBACK = 0.1
"""The fourth parameter of a CsPad's file asks for the unbonded pixels if it is above this."""


class Parameters(Section):
    """Segments and limits."""

    mean_max: float = Field(25.0, ge=0)
    """A peak further from zero is not believed, ADU."""
    sigma_max: float = Field(40.0, ge=0)
    """A wider peak is not believed, ADU."""
    thresh: int = 100
    """Pixels that the highest bin of 1 ADU must exceed; 100 if not above 0."""
    unbonded: bool = False
    """CsPad: take the mean of the unbonded pixels where there is no peak."""
    segments: int = Field(0, ge=0)
    """Segments of a frame in memory order; 0 = one per panel."""
    size: int = Field(0, ge=0)
    """Pixels of a segment; 0 = those of a panel."""
    stride: int = Field(1, ge=1)
    """Every how many pixels of a segment's start one belongs to it."""


class ZeroPeak:
    """See the module."""

    def __init__(self, parameters: Parameters, situation: Situation) -> None:
        panels, rows, columns = situation.shape
        size = parameters.size or rows * columns
        self.whole = bool(parameters.segments or parameters.size or parameters.stride > 1)
        count = (parameters.segments or panels) if self.whole else 1
        self._starts = np.arange(count, dtype=np.int64) * size
        self._extent = (min(size, situation.shape[0] * rows * columns), parameters.stride)
        self._limits = (parameters.mean_max, parameters.sigma_max, parameters.thresh if parameters.thresh > 0 else 100)
        self._unbonded = parameters.unbonded and situation.panel == PANEL and not self.whole
        self.records: Mapping[str, tuple[int, ...]] = {} if self.whole else {TAKEN: ()}
        self._bins, self._histogram = np.empty(self._extent[0], np.uint16), np.zeros((4, BINS + 1), np.int32)

    def apply(self, values: NDArray[np.float32], good: NDArray[np.bool_], first: int, record: Record) -> None:
        """See ``Corrector``; records what was taken off each panel, NaN = nothing."""
        pixels = values[0].size if self.whole else values[0, 0].size
        lines, marks = values.reshape(-1, pixels), good.reshape(-1, pixels)
        found = record.get(TAKEN)
        taken = np.empty(values.shape[:2], np.float32) if found is None or self.whole else found
        by_segment = (
            np.empty((len(lines), len(self._starts)), np.float32) if self.whole else np.empty((len(lines), 1), np.float32)
        )
        subtract_peaks(lines, marks, self._starts, self._extent, self._limits, (self._bins, self._histogram), by_segment)
        if self.whole:
            return
        taken[:] = by_segment.reshape(taken.shape)
        if self._unbonded and np.isnan(taken).any():
            subtract_unbonded(values, self._limits[0], taken)


def from_numbers(numbers: Sequence[float], situation: Situation) -> Mapping[str, Any]:
    """Parameters of a common-mode file: a CsPad's fourth is a flag, other detectors have segments, size and stride."""
    found: dict[str, Any] = dict(zip(("mean_max", "sigma_max", "thresh"), numbers, strict=False))
    if "thresh" in found:
        found["thresh"] = int(found["thresh"])
    if situation.panel == PANEL:
        return found | {"unbonded": len(numbers) > 3 and numbers[3] > FALLBACK}
    segments, size, stride = (*(int(number) for number in numbers[3:6]), 0, 0, 0)[:3]
    return found | {
        "segments": max(segments, 1),
        "size": size if size >= SHORTEST_SEGMENT else USUAL_SEGMENT,
        "stride": max(stride, 1),
    }


def make(parameters: Parameters, situation: Situation) -> Corrector:
    """Corrector of segments."""
    return ZeroPeak(parameters, situation)


for number, unbonded in ((1, False), (10, True)):
    ALGORITHMS.add(
        str(number), Algorithm(parameters=Parameters, make=make, preset={"unbonded": unbonded}, from_numbers=from_numbers)
    )
