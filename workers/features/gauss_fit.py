"""A Gaussian on a flat pedestal, fitted to a trace (small-data ``GaussFit``)."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.settings import Section
from workers.features.data import Context, Data, Output
from workers.features.feature import FEATURES, FeatureKind, real_field
from workers.features.least_squares import fitted
from workers.features.trace import Floats, floats, trace_length
from workers.features.view import View

NAMES = ("mean", "sigma", "height", "pedestal")
MEAN, SIGMA, HEIGHT, PEDESTAL = range(4)
WIDTHS_PER_SIGMA = 2.36
LOWEST = 0.1
"""Share of the samples, the lowest ones, whose mean is the pedestal at the start."""
LEAST_SAMPLES = 10


class Parameters(Section):
    """smalldata_tools has none."""

    compat: bool = False
    """Begin with half the width, as smalldata_tools does, and give -1 where the fit fails."""


class GaussFit:
    """``<det>/<name>_mean`` ... ``_pedestal``, each with ``_error`` and ``_estimate`` (where the fit began); in samples."""

    view = None

    def __init__(self, name: str, parameters: Parameters, view: View) -> None:
        if trace_length(view, "GaussFit") < LEAST_SAMPLES:
            raise ValueError(f"GaussFit needs at least {LEAST_SAMPLES} samples, and its input has {view.shape[0]}")
        self._compat = parameters.compat
        units = ("sample", "sample", view.unit, view.unit)
        self.gives = tuple(
            real_field(f"{name}_{own}{suffix}", unit, meaning)
            for suffix, meaning in (("", "fitted"), ("_error", "standard deviation"), ("_estimate", "where the fit began"))
            for own, unit in zip(NAMES, units, strict=True)
        )
        self.config: dict[str, Any] = {}

    def process(self, data: Data, context: Context) -> Output:
        """Numbers of each trace; NaN where the trace is flat or the fit fails. Bad samples are left out."""
        values = floats(data)
        start = estimate(values, self._compat)
        fit = fitted(residuals_of(values), start)
        found, errors = fit.parameters.copy(), fit.errors()
        # Both signs of the width describe the same curve.
        found[:, SIGMA] = np.abs(found[:, SIGMA])
        failed = ~fit.converged & ~np.isnan(start).any(axis=1)
        missing = np.isnan(start).any(axis=1)
        found[failed] = errors[failed] = -1.0 if self._compat else math.nan
        found[missing] = errors[missing] = math.nan
        columns = np.concatenate([found, errors, start], axis=1).T
        return Output({field.name: column for field, column in zip(self.gives, columns, strict=True)})


def residuals_of(values: Floats) -> Any:
    """Residuals and derivatives of the Gaussian for traces of shape (events, samples); see ``least_squares``."""
    place = np.arange(values.shape[1], dtype=np.float64)
    good = ~np.isnan(values)

    def residuals(parameters: Floats, events: NDArray[np.int64]) -> tuple[Floats, Floats]:
        mean, sigma, height, pedestal = (parameters[:, i, None] for i in range(4))
        distance = (place - mean) / sigma
        bell = np.exp(-distance * distance / 2)
        rest = np.where(good[events], height * bell + pedestal - values[events], 0.0)
        slope = np.stack(
            [height * bell * distance / sigma, height * bell * distance**2 / sigma, bell, np.ones_like(bell)], axis=2
        )
        return rest, np.where(good[events][:, :, None], slope, 0.0)

    return residuals


def estimate(values: Floats, compat: bool) -> Floats:
    """Start of the fit, shape (events, 4); NaN for a trace that is flat or has too few good samples.

    With ``compat`` the width is the mean of the distances on both sides at which half the height is first reached, which is half
    of the full width.
    """
    found = np.full((len(values), 4), np.nan)
    for event in np.flatnonzero((~np.isnan(values)).sum(axis=1) >= LEAST_SAMPLES):
        trace = values[event]
        good = np.sort(trace[~np.isnan(trace)])
        peak, pedestal = int(np.nanargmax(trace)), float(good[: int(LOWEST * len(good))].mean())
        height = trace[peak] - pedestal
        width = half_width(trace, peak, pedestal + height / 2) if height > 0 else 0.0
        if width > 0:
            found[event] = peak, (width if compat else 2 * width) / WIDTHS_PER_SIGMA, height, pedestal
    return found


def half_width(trace: Floats, peak: int, half: float) -> float:
    """Mean distance from the peak at which a trace is first at or below ``half``; of the only side on which it is; the whole
    length if it is on none."""
    below = np.flatnonzero(trace <= half)
    sides = [float(side[0]) for side in (np.sort(peak - 1 - below[below < peak]), below[below >= peak] - peak) if len(side)]
    return sum(sides) / len(sides) if sides else float(len(trace))


FEATURES.add(
    "GaussFit",
    FeatureKind(
        parameters=Parameters,
        named=lambda parameters: "gaussfit",
        make=GaussFit,
        results={own + suffix: f"{own}{meaning}" for suffix, meaning in (("", ""), ("_error", ": error")) for own in NAMES}
        | {f"{own}_estimate": f"{own} where the fit began" for own in NAMES},
        example='kind = "GaussFit"',
        example_shape=(100,),
    ),
)
