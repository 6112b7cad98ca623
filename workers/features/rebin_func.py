"""Frames with fewer pixels: block means, or a spline to the next multiple first (small-data ``rebinFunc``)."""

import math
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import Field as Parameter
from scipy.ndimage import zoom

from monitor.settings import Section
from workers.features.data import Context, Data, Output
from workers.features.feature import FEATURES, FeatureKind, real_field
from workers.features.view import View
from workers.kernel import kernel

SPLINE_ORDER = 3


class Parameters(Section):
    """Names as in smalldata_tools."""

    shape: tuple[int, int] = Parameter(min_length=2)
    """Rows and columns of the result."""
    compat: bool = False
    """Mean over rows of the means over columns, as smalldata_tools does: pixels beside bad ones weigh more. A bad block is 0."""


class Rebin:
    """``<det>/<name>_data``: NaN where no pixel of a block is good. See ``Parameters``."""

    config: ClassVar[dict[str, Any]] = {}

    def __init__(self, name: str, parameters: Parameters, view: View) -> None:
        shape = tuple(length for length in view.shape if length != 1)
        if len(shape) != 2:
            raise ValueError(f"rebinning needs frames of two axes, these have shape {view.shape}; cut one panel or make an image")
        if min(parameters.shape) < 1 or parameters.shape[0] > shape[0] or parameters.shape[1] > shape[1]:
            raise ValueError(
                f"shape {parameters.shape} does not fit frames of shape {shape}; each number is 1 to that of the frame"
            )
        self._shape, self._new, self._compat = shape, parameters.shape, parameters.compat
        self._exact = shape[0] % self._new[0] == 0 and shape[1] % self._new[1] == 0
        if not self._exact:
            self._rows, self._columns = (spline_mean(old, new) for old, new in zip(shape, self._new, strict=True))
        self.gives = (real_field(f"{name}_data", view.unit, f"frame in {self._new[0]} x {self._new[1]} blocks", self._new),)
        self.view = view.of_array(self._new)

    def process(self, data: Data, context: Context) -> Output:
        """Smaller frames, float64, shape (events, rows, columns), for children too."""
        frames = np.asarray(data)
        frames = frames.reshape(len(frames), *self._shape)
        result = self._blocks(frames) if self._exact else self._smooth(frames)
        return Output({self.gives[0].name: result}, result)

    def _blocks(self, frames: NDArray[Any]) -> NDArray[np.float64]:
        if self._compat:
            return _old_blocks(frames, self._new)
        result = np.empty((len(frames), *self._new))
        block_means(frames.astype(np.float64) if frames.dtype.kind != "f" else frames, result)
        return result

    def _smooth(self, frames: NDArray[Any]) -> NDArray[np.float64]:
        """Block means of the spline through the frame; a bad pixel weighs nothing, and the rest of its block more."""
        good = np.isfinite(frames)
        result: NDArray[np.float64] = self._rows @ np.where(good, frames, 0).astype(np.float64) @ self._columns.T
        spoiled = ~good.all(axis=(1, 2))
        if spoiled.any():
            weight = self._rows @ good[spoiled].astype(np.float64) @ self._columns.T
            result[spoiled] = np.where(weight > 0.5, result[spoiled] / np.where(weight > 0.5, weight, 1), np.nan)
        return result


def spline_mean(old: int, new: int) -> NDArray[np.float64]:
    """What makes ``new`` numbers of ``old`` ones, shape (new, old): a cubic spline to the next multiple above, then block means.

    The spline is linear in the values, so that it is worked out once, on the unit vectors.
    """
    multiple = new * (old // new + 1)
    if old % new == 0:
        return np.asarray(np.eye(old).reshape(new, -1, old).mean(axis=1))
    stretched = zoom(np.eye(old), (multiple / old, 1.0), order=SPLINE_ORDER)
    return np.asarray(stretched.reshape(new, multiple // new, old).mean(axis=1))


def _old_blocks(frames: NDArray[Any], new: tuple[int, int]) -> NDArray[np.float64]:
    rows, columns = frames.shape[1] // new[0], frames.shape[2] // new[1]
    blocks = frames.reshape(len(frames), new[0], rows, new[1], columns)
    masked = np.ma.masked_invalid(blocks).astype(np.float64)
    return np.asarray(masked.mean(axis=-1).mean(axis=2).filled(0.0))


@kernel
def block_means(frames: NDArray[np.floating], result: NDArray[np.float64]) -> None:
    """Mean of the good pixels of each block, NaN without any.

    Parameters
    ----------
    frames
        Shape (events, rows, columns), whole multiples of the result's; NaN = bad.
    result
        Shape (events, new rows, new columns).
    """
    events, new_rows, new_columns = result.shape
    rows, columns = frames.shape[1] // new_rows, frames.shape[2] // new_columns
    for event in range(events):
        for i in range(new_rows):
            for j in range(new_columns):
                total, count = 0.0, 0
                for row in range(i * rows, (i + 1) * rows):
                    for column in range(j * columns, (j + 1) * columns):
                        v = frames[event, row, column]
                        if v == v:
                            total += v
                            count += 1
                result[event, i, j] = total / count if count else math.nan


def _warm() -> None:
    block_means(np.zeros((1, 1, 1), np.float32), np.zeros((1, 1, 1)))


FEATURES.add(
    "rebinFunc",
    FeatureKind(
        parameters=Parameters,
        named=lambda parameters: "rebin",
        make=Rebin,
        results={"data": "the smaller frame"},
        example='kind = "rebinFunc"\nshape = [12, 8]',
        example_shape=(24, 32),
        warm=_warm,
    ),
)
