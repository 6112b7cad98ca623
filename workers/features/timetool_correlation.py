"""Arrival time by the best agreement of a time-tool trace with a reference edge, to a fraction of a pixel.

The edge is slid along the trace; at each place its amplitude is that of the least-squares fit of edge plus a constant. Where the
amplitude is largest is the edge, to a fraction of a pixel by a parabola through the three highest places. A linear filter answers
to noise with noise: unlike a fit it cannot go astray.
"""

from typing import Any

import numpy as np

from monitor.settings import Section
from workers.features.data import Context, Data, Output
from workers.features.feature import FEATURES, FeatureKind, real_field
from workers.features.given import Numbers
from workers.features.timetool_edge import calibration
from workers.features.trace import Floats, array_of, floats, trace_length
from workers.features.view import View
from workers.kernel import kernel

LEAST_SAMPLES = 4
POSITION, AMPLITUDE, SCORE = range(3)


class Parameters(Section):
    """What the settings may say."""

    reference: Numbers
    """Trace of an edge in its middle (signal over reference): a list, or a ``.npy`` or text file; shorter than the trace."""
    ttCalib: tuple[float, ...] = (0.0, 1.0)  # noqa: N815  # the field's spelling
    """Polynomial from pixel to time, lowest power first; at most the second power."""


class TimetoolCorrelation:
    """``<det>/<name>_pos``, ``_amp``, ``_score`` and ``_pos_ps``."""

    view = None

    def __init__(self, name: str, parameters: Parameters, view: View) -> None:
        length = trace_length(view, "timetoolCorrelation")
        edge: Floats = np.squeeze(array_of(parameters.reference, "reference").astype(np.float64))
        if edge.ndim != 1 or not LEAST_SAMPLES <= len(edge) <= length - 2 or not np.ptp(edge) > 0:
            raise ValueError(f"reference must be a list of {LEAST_SAMPLES} to {length - 2} numbers that are not all the same")
        offset = edge - edge.mean()
        self._edge, self._power = offset, float((offset**2).sum())
        self._calibration = np.array(calibration(parameters.ttCalib))
        self.gives = (
            real_field(f"{name}_pos", "pixel", "where the middle of the reference agrees best"),
            real_field(f"{name}_amp", "1", "amplitude in units of the reference's"),
            real_field(f"{name}_score", "1", "correlation coefficient there"),
            real_field(f"{name}_pos_ps", "ps", "calibrated position"),
        )
        self.config: dict[str, Any] = {"reference_used": edge}

    def process(self, data: Data, context: Context) -> Output:
        """Numbers of each trace; NaN for one with a bad sample, or that agrees nowhere."""
        found = np.full((len(data), 3), np.nan)
        slide(np.ascontiguousarray(floats(data)), self._edge, self._power, found)
        found[:, POSITION] += (len(self._edge) - 1) / 2
        times = np.polynomial.polynomial.polyval(found[:, POSITION], self._calibration)
        return Output({field.name: array for field, array in zip(self.gives, (*found.T, times), strict=True)})


@kernel
def slide(traces: Floats, edge: Floats, power: float, found: Floats) -> None:
    """Fill place of the edge's first sample, amplitude and score; a trace with NaN, and one that agrees nowhere, stays.

    Parameters
    ----------
    traces
        Shape (events, samples).
    edge
        Reference about its mean, shorter than a trace.
    power
        Sum of its squares.
    found
        Result, shape (events, 3).
    """
    length = len(edge)
    places = traces.shape[1] - length + 1
    fit = np.empty(places)
    for event in range(len(traces)):
        row = traces[event]
        best = 0
        for place in range(places):
            total = 0.0
            for k in range(length):
                total += edge[k] * row[place + k]
            fit[place] = total / power
            if fit[place] > fit[best]:
                best = place
        mean, spread = 0.0, 0.0
        for k in range(length):
            mean += row[best + k]
        mean /= length
        for k in range(length):
            spread += (row[best + k] - mean) ** 2
        if np.isnan(row).any() or not fit[best] > 0 or not spread > 0:
            continue
        position, top = np.float64(best), fit[best]
        if 0 < best < places - 1:
            bend = fit[best - 1] - 2 * fit[best] + fit[best + 1]
            slope = (fit[best + 1] - fit[best - 1]) / 2
            if bend < 0:
                position = best - slope / bend
                top = fit[best] - slope * slope / (2 * bend)
        found[event, POSITION], found[event, AMPLITUDE] = position, top
        found[event, SCORE] = fit[best] * np.sqrt(power / spread)


def warm() -> None:
    """Compile the kernel."""
    slide(np.zeros((1, 8)), np.ones(4), 1.0, np.zeros((1, 3)))


FEATURES.add(
    "timetoolCorrelation",
    FeatureKind(
        parameters=Parameters,
        named=lambda parameters: "ttCorrelation",
        make=TimetoolCorrelation,
        results={
            "pos": "position of the edge in pixels",
            "amp": "amplitude in units of the reference's",
            "score": "correlation coefficient there",
            "pos_ps": "calibrated position",
        },
        example='kind = "timetoolCorrelation"\nreference = [0.0, 0.0, 0.1, 0.5, 0.9, 1.0, 1.0]\nttCalib = [0.5, 0.002]',
        example_shape=(200,),
        warm=warm,
    ),
)
