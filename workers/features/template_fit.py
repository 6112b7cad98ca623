"""Positions and heights of pulses of a known shape in a waveform (small-data ``templateFitFunc``, as it was meant).

The trace is a sum of templates, each with its maximum at the pulse's position and scaled to its height; between two samples the
template is a straight line. Saturated samples count only as far as the fit stays below them (``pah``), or not at all (``sn``).
"""

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from monitor.model.field import Field
from monitor.settings import Section
from workers.features.cwt_peak import peaks_in
from workers.features.data import Context, Data, Output
from workers.features.feature import FEATURES, FeatureKind, real_field
from workers.features.given import Numbers
from workers.features.least_squares import Residuals, fitted
from workers.features.trace import Floats, array_of, floats, median_of, trace_length, window
from workers.features.view import View
from workers.kernel import kernel

WHOLE = np.dtype(np.int64)


class Parameters(Section):
    """Names as in smalldata_tools."""

    template: Numbers
    """Shape of a pulse: a list, or a ``.npy`` or text file; it is scaled to a maximum of 1."""
    nPeaks: int = 1  # noqa: N815  # the field's spelling
    """Pulses in the trace."""
    saturationFraction: float = 0.98  # noqa: N815
    """Samples above this share of the largest one may be saturated."""
    nMax: int = 2  # noqa: N815
    """With ``sn``: so many of them are still taken as good."""
    fitMethod: Literal["pah_trf", "sn_trf", "sn_dogbox", "sn_lm"] = "pah_trf"  # noqa: N815
    """How saturated samples count; what follows the underscore makes no difference here."""
    fitShape: int | None = None  # noqa: N815
    """Only so many samples from the beginning are used."""
    invert: bool = False
    """Pulses go down: the sign is turned."""
    baseline: tuple[int, int] | None = None
    """First sample of the baseline, and the one behind its last; its median is taken off."""


class TemplateFit:
    """``<det>/<name>_x`` (positions, then heights) and what belongs to it."""

    view = None

    def __init__(self, name: str, parameters: Parameters, view: View) -> None:
        length = trace_length(view, "templateFitFunc")
        self._samples = length if parameters.fitShape is None else parameters.fitShape
        if not 4 <= self._samples <= length or parameters.nPeaks < 1:
            raise ValueError(f"fitShape must be 4 to {length}, and nPeaks at least 1")
        self._own, self._template = parameters, scaled_template(parameters.template)
        self._baseline = parameters.baseline and slice(*window(parameters.baseline, length, "baseline"))
        self._sign = -1.0 if parameters.invert else 1.0
        self.gives = self._fields(name, view.unit)
        self.config: dict[str, Any] = {"template": self._template}

    def _fields(self, name: str, unit: str) -> tuple[Field, ...]:
        pair = (2 * self._own.nPeaks,)
        fields = (
            real_field(f"{name}_initialGuess", "", "positions and heights where the fit began", pair),
            real_field(f"{name}_maxTrace", unit, "limit above which samples may be saturated"),
            Field(name=f"{name}_nmaxTrace", dtype=WHOLE, unit="1", description="samples above the limit"),
            Field(name=f"{name}_success", dtype=WHOLE, unit="1", description="1 = the fit arrived"),
            real_field(f"{name}_x", "", "positions (samples), then heights", pair),
            real_field(f"{name}_cost", "", "half the sum of the squared residuals"),
            real_field(f"{name}_fun", unit, "fit minus trace; 0 where a sample does not count", (self._samples,)),
        )
        base = real_field(f"{name}_base", unit, "median of the baseline")
        return (*fields, base) if self._baseline else fields

    def process(self, data: Data, context: Context) -> Output:
        """Numbers of each trace; NaN where not as many pulses can be seen as are wanted. Bad samples are left out."""
        own, values = self._own, floats(data) * self._sign
        base = median_of(values[:, self._baseline]) if self._baseline else np.zeros(len(values))
        traces = values[:, : self._samples] - base[:, None]
        filled = np.nan_to_num(traces, nan=0.0)
        start = np.full((len(traces), 2 * own.nPeaks), np.nan)
        steepness = np.diff(filled, axis=1)
        steepest(filled, steepness, peaks_in(steepness), start)
        limit = np.fmax.reduce(traces, axis=1) * own.saturationFraction
        above = traces > limit[:, None]
        fit = fitted(self._residuals(traces, above), start)
        success = fit.converged & ~np.isnan(start).any(axis=1)
        cost, rest = np.where(np.isnan(start[:, 0]), np.nan, fit.cost), fit.residuals
        found = (start, limit, above.sum(axis=1), success.astype(np.int64), fit.parameters, cost, rest, base)
        return Output({field.name: array for field, array in zip(self.gives, found, strict=False)})

    def _residuals(self, traces: Floats, above: NDArray[np.bool_]) -> Residuals:
        counts = ~np.isnan(traces)
        clipping = self._own.fitMethod.startswith("pah")
        if not clipping:
            counts &= ~(above & (above.sum(axis=1) > self._own.nMax)[:, None])
        peaks = self._own.nPeaks

        def residuals(parameters: Floats, events: NDArray[np.int64]) -> tuple[Floats, Floats]:
            shape, slope = shifted(self._template, parameters[:, :peaks], self._samples)
            heights = parameters[:, peaks:, None]
            rest = (shape * heights).sum(axis=1) - traces[events]
            counting = counts[events] & ~(above[events] & (rest > 0)) if clipping else counts[events]
            by_height = shape.transpose(0, 2, 1)
            by_position = -(slope * heights).transpose(0, 2, 1)
            derivatives = np.concatenate([by_position, by_height], axis=2)
            return np.where(counting, rest, 0.0), np.where(counting[:, :, None], derivatives, 0.0)

        return residuals


def scaled_template(given: Any) -> Floats:
    """Template with a maximum of 1; ``ValueError`` if it is no list of numbers with a positive maximum."""
    template: Floats = np.squeeze(array_of(given, "template").astype(np.float64))
    if template.ndim != 1 or len(template) < 3 or not np.isfinite(template).all() or not template.max() > 0:
        raise ValueError("template must be a list of at least three numbers with a positive maximum")
    return np.asarray(template / template.max())


def shifted(template: Floats, positions: Floats, samples: int) -> tuple[Floats, Floats]:
    """Template with its maximum at each position, and its slope (small-data ``templateArray`` for a height of 1).

    Parameters
    ----------
    template
        Shape (n,).
    positions
        In samples, shape (events, peaks); NaN gives NaN.

    Returns
    -------
    values, slopes
        Shape (events, peaks, samples); 0 beyond the ends of the template.
    """
    place = np.arange(samples) - positions[:, :, None] + np.argmax(template)
    padded = np.concatenate([[0.0], template, [0.0, 0.0]])
    known = np.where(np.isnan(place), 0.0, np.clip(place, -1.0, len(template)))
    before = np.floor(known).astype(np.int64)
    slope = padded[before + 2] - padded[before + 1]
    values = padded[before + 1] + slope * (known - before)
    return np.where(np.isnan(place), np.nan, values), np.where((place < -1) | (place > len(template)), 0.0, slope)


@kernel
def steepest(traces: Floats, steepness: Floats, peaks: NDArray[np.bool_], start: Floats) -> None:
    """Fill positions and heights of the tops that follow the steepest rises, by position; events with too few stay.

    Parameters
    ----------
    traces
        Shape (events, samples).
    steepness
        Differences of neighbouring samples, shape (events, samples - 1).
    peaks
        Where the steepness has a peak, the same shape.
    start
        Result, shape (events, 2 * peaks): positions, then heights.
    """
    wanted = start.shape[1] // 2
    tops = np.empty(wanted, np.int64)
    for event in range(len(traces)):
        taken = np.zeros(steepness.shape[1], np.bool_)
        known = 0
        for _ in range(wanted):
            best = -1
            for i in range(steepness.shape[1]):
                if peaks[event, i] and not taken[i] and (best < 0 or steepness[event, i] > steepness[event, best]):
                    best = i
            if best < 0:
                break
            taken[best] = True
            top = best
            while top < steepness.shape[1] and steepness[event, top] > 0:
                top += 1
            tops[known] = top
            known += 1
        if known == wanted:
            ordered = np.sort(tops)
            for k in range(wanted):
                start[event, k], start[event, wanted + k] = ordered[k], traces[event, ordered[k]]


def warm() -> None:
    """Compile the kernels."""
    traces = np.zeros((1, 8))
    steepness = np.diff(traces, axis=1)
    steepest(traces, steepness, peaks_in(steepness), np.zeros((1, 2)))


FEATURES.add(
    "templateFitFunc",
    FeatureKind(
        parameters=Parameters,
        named=lambda parameters: f"peak_{parameters.nPeaks}",
        make=TemplateFit,
        results={
            "x": "positions (samples), then heights",
            "initialGuess": "the same where the fit began",
            "success": "1 = the fit arrived",
            "cost": "half the sum of the squared residuals",
            "fun": "fit minus trace",
            "maxTrace": "limit above which samples may be saturated",
            "nmaxTrace": "samples above it",
            "base": "median of the baseline (baseline)",
        },
        example='kind = "templateFitFunc"\ntemplate = [0.0, 0.5, 1.0, 0.7, 0.4, 0.2, 0.0]\nbaseline = [0, 20]',
        example_shape=(120,),
        warm=warm,
    ),
)
