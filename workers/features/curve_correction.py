"""Straightens a curved line: every column (or row) is shifted by a polynomial (small-data ``PolynomialCurveCorrection``)."""

from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field as Parameter

from monitor.model.field import Field
from monitor.settings import Section
from workers.features.data import Context, Data, Output
from workers.features.feature import FEATURES, FeatureKind
from workers.features.view import View


class Parameters(Section):
    """Names as in smalldata_tools."""

    polynomial_coefficients: tuple[float, ...] = Parameter(min_length=1)
    """Of the line's place in pixels, highest power first."""
    axis: Literal[0, 1] = 0
    """0: the polynomial of the row says how far the row is shifted; 1: that of the column, how far the column is."""
    method: Literal["roll", "vectorized", "ndimage"] = "roll"
    """``roll`` and ``vectorized``: by whole pixels; ``ndimage``: also by parts of a pixel, interpolated between neighbours."""
    compat: bool = False
    """``vectorized`` shifts the other way, as in smalldata_tools."""


class CurveCorrection:
    """``<det>/<name>_corrected_image``: what leaves at one end comes back at the other. See ``Parameters``.

    Attributes
    ----------
    config
        ``shift``: by how many pixels each line moves towards lower indices.
    """

    def __init__(self, name: str, parameters: Parameters, view: View) -> None:
        self._shape = tuple(length for length in view.shape if length != 1)
        if len(self._shape) != 2:
            raise ValueError(f"this needs frames of two axes, these have shape {view.shape}; cut one panel or make an image")
        curve = np.polyval(parameters.polynomial_coefficients, np.arange(self._shape[parameters.axis], dtype=np.float64))
        if not np.isfinite(curve).all():
            raise ValueError("the polynomial leaves the numbers; check polynomial_coefficients")
        shift = curve - curve.min()
        whole = np.floor(shift) if parameters.method == "ndimage" else np.round(shift)
        self._part = (shift - whole).astype(np.float32) if parameters.method == "ndimage" else None
        if parameters.axis == 0 and self._part is not None:
            self._part = self._part[:, None]
        turned = parameters.compat and parameters.method == "vectorized"
        self._pixels = rolled(self._shape, -whole if turned else whole, parameters.axis)
        self._next = rolled(self._shape, whole + 1, parameters.axis)
        dtype = view.dtype if view.dtype.kind == "f" else np.dtype(np.float64)
        about = f"{'rows' if parameters.axis == 0 else 'columns'} shifted by up to {shift.max():.4g} pixels"
        named = f"{name}_corrected_image"
        self.gives = (Field(name=named, dtype=dtype, shape=self._shape, unit=view.unit, description=about),)
        self.view = view.taken(self._pixels.astype(np.int32))
        self.config = {"shift": shift}

    def process(self, data: Data, context: Context) -> Output:
        """Straightened frames, shape (events, rows, columns), for children too; a bad pixel stays bad where it comes to lie."""
        frames = np.asarray(data)
        flat = frames.reshape(len(frames), self._pixels.size).astype(self.gives[0].dtype, copy=False)
        result = flat[:, self._pixels]
        if self._part is not None:
            result = result * (1 - self._part) + flat[:, self._next] * self._part
        return Output({self.gives[0].name: result}, result)


def rolled(shape: tuple[int, ...], shift: NDArray[np.float64], axis: int) -> NDArray[np.int64]:
    """Number of the pixel that comes to lie at each place, if lines move by ``shift`` whole pixels towards lower indices."""
    row, column = np.indices(shape)
    # The remainder first: a wild polynomial exceeds what an integer holds.
    if axis == 1:
        row = (row + np.mod(shift, shape[0]).astype(np.int64)[None, :]) % shape[0]
    else:
        column = (column + np.mod(shift, shape[1]).astype(np.int64)[:, None]) % shape[1]
    return np.asarray(row * shape[1] + column, np.int64)


FEATURES.add(
    "PolynomialCurveCorrection",
    FeatureKind(
        parameters=Parameters,
        named=lambda parameters: "curve_corr",
        make=CurveCorrection,
        results={"corrected_image": "the straightened frame"},
        example='kind = "PolynomialCurveCorrection"\npolynomial_coefficients = [0.004, -0.2, 3.0]\naxis = 1',
        example_shape=(24, 32),
    ),
)
