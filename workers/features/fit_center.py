"""Beam centre of each frame: the circle through its brightest pixels (small-data ``fitCenter``)."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field as Parameter

from monitor.model.field import Field
from monitor.settings import Section
from workers.features.circle import CONVERGED, RADIUS, RESIDUAL, X, Y, fit_circle, warm
from workers.features.data import Context, Data, Output
from workers.features.feature import FEATURES, FeatureKind, real_field
from workers.features.flat import flat
from workers.features.given import Numbers
from workers.features.user_array import user_good
from workers.features.view import NotKnown, View


class Parameters(Section):
    """Names and defaults as in smalldata_tools."""

    threshold: float = Parameter(90.0, ge=0, lt=100)
    """Pixels above this percentile of the good ones make the circle."""
    userMask: Numbers = None  # noqa: N815
    """Good pixels (1) beside those of the detector: nested lists, or the path of a npy or text file."""
    compat: bool = False
    """Bad pixels count as zeros in the percentile, as in smalldata_tools."""


class FitCenter:
    """``<det>/<name>_xCen``, ``_yCen``, ``_R``, ``_residu``, ``_ier``. See ``Parameters``.

    In micrometre as the pixel positions are, else in pixels (x = column, y = row).
    """

    def __init__(self, name: str, parameters: Parameters, view: View) -> None:
        self._name, self._threshold, self._compat = name, parameters.threshold, parameters.compat
        self._good = user_good(parameters.userMask, view).reshape(-1)
        unit = "pixel" if view.x is None or view.y is None else "um"
        if view.x is None or view.y is None:
            if len(view.shape) != 2:
                raise NotKnown("this needs pixel positions, or frames of two axes")
            row, column = np.indices(view.shape)
            self._x, self._y = column.reshape(-1).astype(np.float64), row.reshape(-1).astype(np.float64)
        else:
            self._x, self._y = view.x.reshape(-1), view.y.reshape(-1)
        done = Field(name=f"{name}_ier", dtype=np.dtype(np.int64), unit="1", description="1 = the fit came to rest, 0 = not")
        self.gives = (
            real_field(f"{name}_xCen", unit, "centre"),
            real_field(f"{name}_yCen", unit, "centre"),
            real_field(f"{name}_R", unit, "radius"),
            real_field(f"{name}_residu", f"{unit}^2", "sum of squared distances from the circle"),
            done,
        )
        self.view = None
        self.config = {"unit": unit}

    def process(self, data: Data, context: Context) -> Output:
        """One circle per frame; NaN without three bright pixels."""
        found = np.empty((len(data), 5))
        for event, values in enumerate(flat(data)):
            bright = self._bright(values)
            found[event] = fit_circle(self._x[bright], self._y[bright])
        names = {"xCen": X, "yCen": Y, "R": RADIUS, "residu": RESIDUAL}
        numbers = {f"{self._name}_{name}": found[:, place] for name, place in names.items()}
        return Output(numbers | {f"{self._name}_ier": found[:, CONVERGED].astype(np.int64)})

    def _bright(self, values: NDArray[Any]) -> NDArray[np.bool_]:
        """Good pixels above the percentile."""
        good = self._good & np.isfinite(values)
        counted = np.where(good, values, 0) if self._compat else values[good]
        if not counted.size:
            return np.asarray(good, np.bool_)
        return np.asarray(good & (values > np.percentile(counted, self._threshold)), np.bool_)


FEATURES.add(
    "fitCenter",
    FeatureKind(
        parameters=Parameters,
        named=lambda parameters: "center",
        make=FitCenter,
        results={
            "xCen": "centre, micrometre (or pixel)",
            "yCen": "centre",
            "R": "radius",
            "residu": "sum of squared distances from the circle",
            "ier": "1 = the fit came to rest",
        },
        example='kind = "fitCenter"\nthreshold = 98.0',
        warm=warm,
    ),
)
