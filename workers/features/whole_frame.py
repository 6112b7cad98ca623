"""Sum and mean over a whole frame: cheap, and what every area detector gets if the settings name none."""

import math
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from monitor.model.field import Field
from monitor.settings import Section
from workers.features.data import Context, Data, Output
from workers.features.feature import FEATURES, FeatureKind
from workers.features.view import View
from workers.kernel import summing_kernel

STRETCH = 2048


class Parameters(Section):
    """There is nothing to set."""


class WholeFrame:
    """``<det>/<name>_sum`` and ``_mean`` over the good pixels; NaN for a frame without any."""

    config: ClassVar[dict[str, Any]] = {}

    def __init__(self, name: str, parameters: Parameters, view: View) -> None:
        real = np.dtype(np.float64)
        self._sum = Field(name=f"{name}_sum", dtype=real, unit=view.unit, description="sum over the good pixels")
        self._mean = Field(name=f"{name}_mean", dtype=real, unit=view.unit, description="mean over the good pixels")
        self.gives = (self._sum, self._mean)
        self.view = view

    def process(self, data: Data, context: Context) -> Output:
        """Sum and mean of each frame, shape (events,); children get the frames as they are."""
        frames = np.asarray(data)
        total, count = np.empty(len(frames)), np.empty(len(frames))
        good_sum(frames.reshape(len(frames), math.prod(frames.shape[1:])), total, count)
        count[count == 0] = np.nan
        return Output({self._sum.name: np.where(np.isnan(count), np.nan, total), self._mean.name: total / count}, frames)


@summing_kernel
def good_sum(flat: NDArray[np.float32], total: NDArray[np.float64], count: NDArray[np.float64]) -> None:
    """Sum and number of the pixels that are not NaN, of frames of shape (events, pixels)."""
    # Through a small buffer, because the compiler vectorizes a choice and a sum, but not both in one loop (12 times slower).
    value, good = np.empty(STRETCH, np.float32), np.empty(STRETCH, np.int32)
    for event in range(len(flat)):
        s, n = 0.0, np.int64(0)
        for start in range(0, flat.shape[1], STRETCH):
            values = flat[event, start : start + STRETCH]
            for i in range(len(values)):
                ok = values[i] == values[i]
                value[i] = values[i] if ok else np.float32(0)
                good[i] = 1 if ok else 0
            for i in range(len(values)):
                s += value[i]
            for i in range(len(values)):
                n += good[i]
        total[event], count[event] = s, n


def _warm() -> None:
    good_sum(np.zeros((2, 4), np.float32), np.empty(2), np.empty(2))


FEATURES.add(
    "wholeFrame",
    FeatureKind(
        parameters=Parameters,
        named=lambda parameters: "full",
        make=WholeFrame,
        results={"sum": "sum over the good pixels", "mean": "mean over the good pixels"},
        example='kind = "wholeFrame"',
        warm=_warm,
    ),
)
