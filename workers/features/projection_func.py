"""Sum or mean of a frame along one axis (small-data ``projectionFunc``)."""

import math
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from monitor.settings import Section
from workers.features.data import Context, Data, Output
from workers.features.feature import FEATURES, FeatureKind, real_field
from workers.features.view import View
from workers.kernel import summing_kernel

STRETCH = 2048


class Parameters(Section):
    """Names and defaults as in smalldata_tools."""

    axis: int = -1
    """Axis that is added up, counted after axes of length 1 are dropped; below 0: everything."""
    thresADU: float | None = None  # noqa: N815
    """Values below count as zero."""
    thresRms: float | None = None  # noqa: N815
    """Values below this many times the noise of their pixel count as zero."""
    singlePhoton: bool = False  # noqa: N815
    """Every value above zero counts as one."""
    mean: bool = False
    """Mean over the good pixels instead of their sum."""


class Projection:
    """``<det>/<name>_data``: what is left of the frame's shape; NaN where no pixel is good. See ``Parameters``."""

    config: ClassVar[dict[str, Any]] = {}

    def __init__(self, name: str, parameters: Parameters, view: View) -> None:
        shape = tuple(length for length in view.shape if length != 1)
        axis = parameters.axis
        if axis >= max(len(shape), 1):
            raise ValueError(f"axis {axis} is not in a frame of shape {shape}; it has {len(shape)} axes")
        left: tuple[int, ...] = ()
        if axis < 0:
            self._lengths = (1, math.prod(shape), 1)
        else:
            self._lengths = (math.prod(shape[:axis]), shape[axis] if shape else 1, math.prod(shape[axis + 1 :]))
            left = shape[:axis] + shape[axis + 1 :]
        self._mean, self._single = parameters.mean, parameters.singlePhoton
        self._low = _lowest(parameters, view)
        about = f"{'mean' if self._mean else 'sum'} over {'all pixels' if axis < 0 else f'axis {axis}'}"
        self.gives = (real_field(f"{name}_data", "photons" if self._single else view.unit, about, left),)
        self.view = view.of_array(left)

    def process(self, data: Data, context: Context) -> Output:
        """Projections, shape (events, ...), for children too."""
        frames = np.asarray(data)
        if frames.dtype.kind != "f":
            frames = frames.astype(np.float64)
        field = self.gives[0]
        before, along, after = self._lengths
        total, count = np.zeros((2, len(frames), before, after))
        project(frames.reshape(len(frames), before, along, after), self._low, self._single, total, count)
        count[count == 0] = np.nan
        result = (total / count if self._mean else np.where(np.isnan(count), np.nan, total)).reshape(-1, *field.shape)
        return Output({field.name: result}, result)


def _lowest(parameters: Parameters, view: View) -> NDArray[np.float32]:
    """Below which value each pixel counts as zero; one number if it is the same for all."""
    low = -np.inf if parameters.thresADU is None else parameters.thresADU
    if parameters.thresRms is None:
        return np.array([low], np.float32)
    if view.rms is None:
        raise ValueError("thresRms needs the noise of the pixels, which is not known here; deploy pixel_rms or use thresADU")
    lowest: NDArray[np.float32] = np.maximum(view.rms.reshape(-1) * np.float32(parameters.thresRms), np.float32(low))
    return lowest


@summing_kernel
def project(
    frames: NDArray[np.floating],
    low: NDArray[np.float32],
    single: bool,
    total: NDArray[np.float64],
    count: NDArray[np.float64],
) -> None:
    """Sums and numbers of the pixels that are not NaN along the middle one of three axes.

    Parameters
    ----------
    frames
        Shape (events, before, along, after).
    low
        Values below count as zero: one number, or one for each pixel.
    single
        Values above zero count as one.
    total, count
        Results, shape (events, before, after). Start at zero.
    """
    events, before, along, after = frames.shape
    zero, one = frames.dtype.type(0), frames.dtype.type(1)
    same = len(low) == 1
    # Through buffers, because the compiler vectorizes a choice and a sum, but not both in one loop.
    value, good = np.empty(STRETCH, frames.dtype), np.empty(STRETCH, np.int32)
    length = along if after == 1 else after
    lines = before if after == 1 else before * along
    for event in range(events):
        flat, sums, counts = frames[event].reshape(-1), total[event].reshape(-1), count[event].reshape(-1)
        for line in range(lines):
            place = line if after == 1 else line // along * after
            for start in range(0, length, STRETCH):
                pixels = min(STRETCH, length - start)
                first = line * length + start
                for i in range(pixels):
                    v = flat[first + i]
                    good[i] = 1 if v == v else 0
                    value[i] = v if v >= (low[0] if same else low[first + i]) else zero
                if single:
                    for i in range(pixels):
                        value[i] = one if value[i] > zero else zero
                if after == 1:
                    s, n = 0.0, np.int32(0)
                    for i in range(pixels):
                        s += value[i]
                        n += good[i]
                    sums[place] += s
                    counts[place] += n
                else:
                    for i in range(pixels):
                        sums[place + start + i] += value[i]
                        counts[place + start + i] += good[i]


def _warm() -> None:
    project(np.zeros((1, 1, 1, 1), np.float32), np.zeros(1, np.float32), False, *np.zeros((2, 1, 1, 1)))


FEATURES.add(
    "projectionFunc",
    FeatureKind(
        parameters=Parameters,
        named=lambda parameters: f"pj_ax_{abs(parameters.axis)}",
        make=Projection,
        results={"data": "sum or mean along the axis; one number for an axis below 0"},
        example='kind = "projectionFunc"\naxis = 1\nthresADU = 4.0',
        warm=_warm,
    ),
)
