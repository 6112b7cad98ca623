"""One line of a frame: a given one, or the one through its largest pixel (small-data ``lineoutFunc``)."""

import math
from typing import Any, ClassVar

import numpy as np
from pydantic import Field as Parameter

from monitor.settings import Section
from workers.features.data import Context, Data, Output
from workers.features.feature import FEATURES, FeatureKind, real_field
from workers.features.view import View


class Parameters(Section):
    """Names and defaults as in smalldata_tools."""

    axis: int = Parameter(0, ge=0)
    """Axis whose index is held; the line runs along the others."""
    idx: int | None = Parameter(None, ge=0)
    """Number of the pixel in the flattened frame through which the line goes; left out: the largest good one of each event."""


class Lineout:
    """``<det>/<name>_data``: the line; NaN where a pixel is bad. See ``Parameters``."""

    config: ClassVar[dict[str, Any]] = {}

    def __init__(self, name: str, parameters: Parameters, view: View) -> None:
        if parameters.axis >= len(view.shape):
            raise ValueError(f"axis {parameters.axis} is not in a frame of shape {view.shape}")
        if parameters.idx is not None and parameters.idx >= math.prod(view.shape):
            raise ValueError(f"idx {parameters.idx} is behind the last pixel, {math.prod(view.shape) - 1}")
        self._axis, self._idx, self._shape = parameters.axis, parameters.idx, view.shape
        left = view.shape[: self._axis] + view.shape[self._axis + 1 :]
        self.gives = (real_field(f"{name}_data", view.unit, f"line with the index of axis {self._axis} held", left),)
        self.view = view.of_array(left)

    def process(self, data: Data, context: Context) -> Output:
        """Lines, shape (events, ...), for children too."""
        frames = np.asarray(data)
        if self._idx is not None:
            pixel = np.full(len(frames), self._idx)
        else:
            flat = frames.reshape(len(frames), math.prod(self._shape))
            pixel = np.where(np.isnan(flat), -np.inf, flat).argmax(axis=1)
        held = np.unravel_index(pixel, self._shape)[self._axis]
        where = held.reshape(-1, *(1 for _ in self._shape))
        lines = np.take_along_axis(frames, where, axis=self._axis + 1).squeeze(self._axis + 1).astype(np.float64)
        return Output({self.gives[0].name: lines}, lines)


FEATURES.add(
    "lineoutFunc",
    FeatureKind(
        parameters=Parameters,
        named=lambda parameters: f"lo_ax_{parameters.axis}",
        make=Lineout,
        results={"data": "the line"},
        example='kind = "lineoutFunc"\naxis = 1',
    ),
)
